"""The authorization endpoint for requests that need nobody (RFC 6749 §4.1.2); everything else is a page's business."""

from django.conf import settings

from providers.authorize import silent
from providers.authorize.silent import Seen
from providers.issuer import Route
from providers.messages import EndpointRequest, EndpointResponse

HEADERS = (("Cache-Control", "no-store"), ("X-Frame-Options", "DENY"))


def respond(request: EndpointRequest, route: Route) -> EndpointResponse | None:
    """A redirect to the client, or `None`: then the pages answer, from the beginning."""
    if request.method != "GET" or not request.query:
        return None
    session_key = cookie(request.headers.get("cookie", ""), settings.SESSION_COOKIE_NAME)
    seen = Seen(session_key, request.ip, request.headers.get("user-agent", "")[:200])
    rendered = silent.answer(request.query, route, seen) if session_key else None
    if rendered is None or rendered.form is not None:
        return None
    # 303 (RFC 9700 §4.12). The address was compared with the registered ones.
    return EndpointResponse(303, b"", (("Location", rendered.location), *HEADERS))


def cookie(header: str, name: str) -> str:
    """The value of a cookie that comes exactly once, else nothing."""
    values = [value.strip() for key, _, value in (pair.partition("=") for pair in header.split(";")) if key.strip() == name]
    return values[0] if len(values) == 1 else ""
