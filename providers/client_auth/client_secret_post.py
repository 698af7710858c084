"""`client_secret_post`: client_secret in the body (RFC 6749 §2.3.1)."""

from providers import client_secrets as secret
from providers.client_auth.credentials import Credentials
from providers.messages import ClientRecord

name = "client_secret_post"
# The two ways of sending a secret are interchangeable (contracts, main line 4): many tools know only one of them.
registered_as = frozenset({"client_secret_basic", "client_secret_post"})


def matches(credentials: Credentials) -> bool:
    """Whether the request uses this method."""
    return credentials.method == "post"


def verify(credentials: Credentials, client: ClientRecord | None, audiences: frozenset[str]) -> bool:
    """Whether the secret is one of the client's; costs the same for a client that does not exist."""
    return secret.matches(client, tuple(pair[1] for pair in credentials.pairs))
