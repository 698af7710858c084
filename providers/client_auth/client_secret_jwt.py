"""`client_secret_jwt`: an assertion under an HMAC with the client's secret (OpenID Connect Core 1.0 §9)."""

from providers import client_secrets as secret
from providers.client_auth import assertion
from providers.client_auth.credentials import Credentials
from providers.errors import InvalidClient
from providers.jose import SYMMETRIC_ALGORITHMS, BadJWT, symmetric_key
from providers.jose import verify as verify_jwt
from providers.messages import ClientRecord

name = "client_secret_jwt"
registered_as = frozenset({"client_secret_jwt"})


def matches(credentials: Credentials) -> bool:
    """Whether the request uses this method; see `private_key_jwt`."""
    return credentials.method == "assertion"


def verify(credentials: Credentials, client: ClientRecord | None, audiences: frozenset[str]) -> bool:
    """Signature by a live secret, and claims; raises `InvalidClient`."""
    if client is None:
        return False
    algorithms = (client.token_endpoint_auth_signing_alg,) if client.token_endpoint_auth_signing_alg else SYMMETRIC_ALGORITHMS
    try:
        claims = verify_jwt(credentials.assertion, [symmetric_key(value) for value in secret.reveal(client)], algorithms)
    except BadJWT as error:
        raise InvalidClient("The client assertion is not signed with the client secret.", scheme="", detail=str(error)) from error
    assertion.check(claims, client, audiences)
    return True
