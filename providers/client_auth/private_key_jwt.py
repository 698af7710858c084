"""`private_key_jwt`: an assertion signed with one of the client's own keys (OpenID Connect Core 1.0 §9)."""

from providers.client_auth import assertion, client_keys
from providers.client_auth.credentials import Credentials
from providers.errors import InvalidClient
from providers.jose import VERIFIABLE_ALGORITHMS, BadJWT
from providers.jose import verify as verify_jwt
from providers.messages import ClientRecord

name = "private_key_jwt"
registered_as = frozenset({"private_key_jwt"})


def matches(credentials: Credentials) -> bool:
    """Whether the request uses this method; `client_secret_jwt` looks the same from outside and is told apart by the client."""
    return credentials.method == "assertion"


def verify(credentials: Credentials, client: ClientRecord | None, audiences: frozenset[str]) -> bool:
    """Signature by a registered key, and claims; raises `InvalidClient`."""
    if client is None:
        return False
    algorithms = (client.token_endpoint_auth_signing_alg,) if client.token_endpoint_auth_signing_alg else VERIFIABLE_ALGORITHMS
    try:
        claims = verify_jwt(credentials.assertion, client_keys.of(client), algorithms)
    except BadJWT as first:
        # The client may have rotated its keys (OpenID Connect Core 1.0 §10.1.1): look once more.
        try:
            claims = verify_jwt(credentials.assertion, client_keys.of(client, again=True), algorithms)
        except BadJWT:
            raise InvalidClient("The client assertion is not signed by a key of the client.", scheme="", detail=str(first)) from first
    assertion.check(claims, client, audiences)
    return True
