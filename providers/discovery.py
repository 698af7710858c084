"""What issuers say about themselves, made from the registries, so that it cannot promise what is not there."""

from typing import Any

from django.db.models import Q

from accounts.authentication import ACR_VALUES
from providers import client_auth
from providers.grants import GRANTS
from providers.issuer import APPLICATION, Issuer, Route
from providers.jose import ASYMMETRIC_ALGORITHMS, SYMMETRIC_ALGORITHMS, VERIFIABLE_ALGORITHMS
from providers.messages import ClientRecord
from providers.models import Client
from providers.response_modes import MODES
from providers.statements import clients
from providers.statements.registry import Snapshot
from providers.tokens.keys import DEFAULT, DEFAULT_ALGORITHM, key_names
from scopes.selection import GITHUB_SCOPES

RESPONSE_TYPES = ("code",)
PROMPTS = ("none", "login", "consent", "select_account")
CLAIMS = (
    "sub iss aud exp iat auth_time nonce acr amr at_hash sid name given_name family_name middle_name nickname preferred_username profile "
    "picture website gender birthdate zoneinfo locale updated_at email email_verified address phone_number phone_number_verified groups"
).split()
HIDDEN_SCOPES = GITHUB_SCOPES | {"gatehouse/api"}


def clients_of(route: Route) -> list[ClientRecord]:
    """The clients that an issuer serves."""
    rows = Client.objects.select_related("application", "key").prefetch_related("secrets", "assignments")
    rows = rows.filter(namespace="", disabled=False)
    own = Q(application__slug=route.slug) if route.space == APPLICATION else ~Q(application__issuer_mode=APPLICATION)
    rows = rows.filter(own)
    return [clients.record_of(row) for row in rows[:500]]


def jwks(route: Route, snapshot: Snapshot) -> dict[str, Any]:
    """The public keys that may have signed for an issuer: next, active and retired ones."""
    served = clients_of(route)
    names = set().union(*(key_names(client) for client in served)) if served else {DEFAULT}
    if route.space != APPLICATION:
        names.add(DEFAULT)
    pairs = [pair for name in sorted(names) if (series := snapshot.keys.get(name)) for pair in series.pairs]
    return {"keys": [dict(pair.public_jwk) for pair in pairs]}


def metadata(issuer: Issuer, route: Route, snapshot: Snapshot) -> dict[str, Any]:
    """The metadata document of an issuer (OpenID Connect Discovery 1.0 §3, RFC 8414 §2)."""
    served = clients_of(route)
    members: dict[str, Any] = {
        "issuer": issuer.url,
        **issuer.endpoints,
        "scopes_supported": _scopes(served, route, snapshot),
        "response_types_supported": list(RESPONSE_TYPES),
        "response_modes_supported": list(MODES),
        "grant_types_supported": list(GRANTS),
        "subject_types_supported": ["public", "pairwise"],
        "acr_values_supported": list(ACR_VALUES),
        "id_token_signing_alg_values_supported": _signing_algorithms(served, route, snapshot),
        "userinfo_signing_alg_values_supported": list(ASYMMETRIC_ALGORITHMS),
        "prompt_values_supported": list(PROMPTS),
        "claim_types_supported": ["normal"],
        "claims_supported": CLAIMS,
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "code_challenge_methods_supported": _challenge_methods(served),
        "authorization_response_iss_parameter_supported": True,
    }
    for endpoint in ("token", "introspection", "revocation"):
        methods = [name for name in client_auth.NAMES if name != "none" or endpoint != "introspection"]
        members[f"{endpoint}_endpoint_auth_methods_supported"] = methods
        members[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = [*VERIFIABLE_ALGORITHMS, *SYMMETRIC_ALGORITHMS]
    return members


def _scopes(served: list[ClientRecord], route: Route, snapshot: Snapshot) -> list[str]:
    known = {mapping.scope_name: mapping for mapping in snapshot.mappings}
    configured = {scope for client in served for scope in client.scope}
    wanted = configured if route.space == APPLICATION else {name for name, mapping in known.items() if not mapping.restricted}
    return ["openid", *sorted(name for name in wanted if name in known and name != "openid" and name not in HIDDEN_SCOPES)]


def _signing_algorithms(served: list[ClientRecord], route: Route, snapshot: Snapshot) -> list[str]:
    if route.space != APPLICATION:
        return [*ASYMMETRIC_ALGORITHMS, *SYMMETRIC_ALGORITHMS]
    return sorted({_signing_algorithm(client, snapshot) for client in served}) or [DEFAULT_ALGORITHM]


def _signing_algorithm(client: ClientRecord, snapshot: Snapshot) -> str:
    """What signs for a client: its key decides where no algorithm is named."""
    series = snapshot.keys.get(client.key_name)
    return client.id_token_signed_response_alg or (series.algorithm if series else DEFAULT_ALGORITHM)


def _challenge_methods(served: list[ClientRecord]) -> list[str]:
    return ["S256", *(["plain"] if any("plain" in client.code_challenge_methods for client in served) else [])]
