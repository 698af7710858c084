"""Relying parties written by others in front of a live server, and a person who goes back and forth between them."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey

from tests.person import PASSWORD, Person
from tests.services.server import Server

SECRET = "a-secret-of-a-relying-party-of-some-length"
SCOPE = "openid profile email groups offline_access"
CALLBACK = "http://127.0.0.1:5555/callback"
SIGNED_OUT = "http://127.0.0.1:5555/signed-out"
ALICE = {
    "username": "alice",
    "password": PASSWORD,
    "email": "alice@example.org",
    "email_verified": True,
    "given_name": "Alice",
    "family_name": "Liddell",
    "groups": ["engineering"],
}

MakeRelyingParty = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def ec_key() -> ECKey:
    """A key pair of the relying party that proves itself by assertions."""
    return ECKey.generate_key("P-256", {"kid": "elliptic", "alg": "ES256", "use": "sig"})


@pytest.fixture(scope="session")
def rsa_key() -> RSAKey:
    """Its other key pair, for libraries that know no elliptic curves."""
    return RSAKey.generate_key(2048, {"kid": "classic", "alg": "RS256", "use": "sig"})


@pytest.fixture(scope="session")
def issuer(server: Server, ec_key: ECKey, rsa_key: RSAKey) -> Server:
    """The server with Alice and the clients that tests name, made by `idp apply`."""
    everything = ["authorization_code", "refresh_token", "client_credentials"]
    common = {"redirect_uris": [CALLBACK], "post_logout_redirect_uris": [SIGNED_OUT], "scope": SCOPE}
    server.apply(
        {
            "groups": [{"name": "engineering"}],
            "users": [ALICE],
            "clients": [
                _client("web", grant_types=everything, client_secret=SECRET, **common),
                _client("posted", grant_types=everything, client_secret=SECRET, token_endpoint_auth_method="client_secret_post", **common),
                _client("hashed", grant_types=everything, client_secret=SECRET, token_endpoint_auth_method="client_secret_jwt", **common),
                _client("signed", grant_types=everything, token_endpoint_auth_method="private_key_jwt", **common)
                | {"jwks": {"keys": [key.as_dict(private=False) for key in (ec_key, rsa_key)]}},
                _client("native", grant_types=everything[:2], token_endpoint_auth_method="none", issuer_mode="root", **common),
                _client("profiled", grant_types=everything, client_secret=SECRET, access_token_format="jwt", issuer_mode="root", **common),
            ],
        }
    )
    return server


@pytest.fixture(scope="session")
def make_relying_party(issuer: Server) -> MakeRelyingParty:
    """Make a client through the management API, for what gets its address only now."""

    def make(slug: str, **fields: Any) -> dict[str, Any]:
        answer = httpx.post(
            f"{issuer.base_url}/api/v1/clients/", json=_client(slug, **fields), headers={"Authorization": f"Bearer {issuer.token}"}
        )
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    return make


@pytest.fixture
def alice(issuer: Server) -> Iterator[Person]:
    """Alice at a fresh browser."""
    with httpx.Client(base_url=issuer.base_url, timeout=30) as browser:
        yield Person(browser, "alice")


@pytest.fixture(scope="session")
def address(issuer: Server) -> Callable[..., str]:
    """The issuer of a client: `address("web")`, or of those at the root: `address()`."""
    return lambda slug="": f"{issuer.base_url}/application/o/{slug}/" if slug else f"{issuer.base_url}/"


def _client(slug: str, **fields: Any) -> dict[str, Any]:
    return {"slug": slug, "client_id": slug, "client_name": slug.title(), "response_types": ["code"], "consent": "explicit", **fields}
