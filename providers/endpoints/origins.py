"""CORS: only for a client's own origins, never at the authorization endpoint (RFC 9700 §2.6)."""

from functools import lru_cache
from urllib.parse import urlsplit

from providers.messages import ClientRecord, EndpointRequest, EndpointResponse

Headers = tuple[tuple[str, str], ...]
ANYBODY: Headers = (("Access-Control-Allow-Origin", "*"),)


def headers(request: EndpointRequest, client: ClientRecord) -> Headers:
    """The headers that let a client's own pages read the answer; none for any other origin."""
    origin = request.headers.get("origin", "")
    if not origin or origin not in _origins(client.redirect_uris, client.allowed_origins):
        return (("Vary", "Origin"),) if origin else ()
    return (("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true"), ("Vary", "Origin"))


def preflight(request: EndpointRequest) -> EndpointResponse:
    """Answer OPTIONS for anybody: what matters is whether the answer to the real request may be read."""
    origin = request.headers.get("origin", "")
    allowed: Headers = ()
    if origin and origin != "null":
        wanted = request.headers.get("access-control-request-headers", "")
        names = wanted if all(32 <= ord(char) < 127 for char in wanted) and len(wanted) < 500 else ""
        allowed = (
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"),
            ("Access-Control-Allow-Headers", names or "Authorization, Content-Type"),
            ("Access-Control-Max-Age", "600"),
            ("Vary", "Origin"),
        )
    return EndpointResponse(204, b"", (*allowed, ("Cache-Control", "no-store")))


@lru_cache(maxsize=4096)
def _origins(redirect_uris: tuple[str, ...], allowed: tuple[str, ...]) -> frozenset[str]:
    found = set(allowed)
    for uri in redirect_uris:
        parts = urlsplit(uri)
        if parts.scheme in ("http", "https") and parts.netloc:
            found.add(f"{parts.scheme}://{parts.netloc}")
    return frozenset(found)
