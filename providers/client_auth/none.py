"""`none`: a public client says who it is and proves nothing (RFC 6749 §2.1)."""

from providers.client_auth.credentials import Credentials
from providers.messages import ClientRecord

name = "none"
registered_as = frozenset({"none"})


def matches(credentials: Credentials) -> bool:
    """Whether the request uses this method."""
    return credentials.method == "none"


def verify(credentials: Credentials, client: ClientRecord | None, audiences: frozenset[str]) -> bool:
    """A public client has nothing to verify; a confidential one must not come this way."""
    return client is not None
