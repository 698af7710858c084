"""Configuration files as people write them."""

from typing import Any

import pytest


@pytest.fixture
def sample() -> dict[str, Any]:
    """The example of the operations contract, a nested group and something of every section."""
    return {
        "organizations": [{"key": "acme", "members": ["alice"], "projects": [{"key": "web", "audience": ["api"]}]}],
        "groups": [
            {"name": "backend", "parent": "engineering", "members": ["alice"]},
            {"name": "engineering", "metadata": {"costcenter": "42"}},
        ],
        "users": [
            {
                "username": "alice",
                "password": "alice-password",
                "email": "alice@example.org",
                "email_verified": True,
                "given_name": "Alice",
                "family_name": "Liddell",
                "birthdate": "1852-05-04",
                "address": {"country": "GB"},
                "groups": ["engineering"],
                "attributes": {"phone": "+44 20 7946 0000", "badge": 7, "tags": ["a", None]},
            },
            {"username": "bob", "disabled": True},
        ],
        "keys": [{"name": "mine", "algorithm": "ES256", "rotation_period": 0}],
        "scopes": [
            {"name": "groups", "description": "Your groups", "template": '{"groups": {{identity.entity.groups.names}}}'},
            {"name": "fixed", "scope_name": "profile", "constant": {"b": 1.5, "a": ["x"]}, "restricted": True},
        ],
        "assignments": [{"name": "staff", "groups": ["engineering"], "users": ["bob"]}],
        "providers": [{"name": "vaulted", "scopes_supported": ["groups"]}],
        "clients": [
            {
                "slug": "demo",
                "client_name": "Demo",
                "client_id": "demo",
                "client_secret": "demo-secret-demo-secret-demo-secret",
                "redirect_uris": ["http://127.0.0.1:5555/callback"],
                "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"],
                "scope": "openid profile email groups offline_access",
                "security_profile": "oidc",
                "consent": "explicit",
                "assignments": ["staff"],
                "key": "mine",
            },
            {"slug": "tool", "client_id": "tool", "token_endpoint_auth_method": "none", "issuer_mode": "root"},
            {"slug": "in-project", "client_id": "same", "client_secret": "top-secret", "provider": "acme/web"},
            {"slug": "in-provider", "client_id": "vaulted-1", "client_secret": "top-secret", "provider": "vaulted"},
        ],
    }
