"""Audiences of access tokens: `resource` (RFC 8707), and `aud` and `audience` as INDIGO's users send them."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from providers.errors import InvalidTarget
from providers.messages import ClientRecord

LIMIT = 20


def requested(parameters: Mapping[str, str], resource: tuple[str, ...]) -> tuple[str, ...]:
    """The audiences a request names; `resource` wins over `aud`, that over `audience`. Raises `InvalidTarget`."""
    if resource:
        values = tuple(dict.fromkeys(resource))
        for value in values:
            _check_resource(value)
    else:
        values = tuple(dict.fromkeys((parameters.get("aud") or parameters.get("audience") or "").split()))
    if len(values) > LIMIT or any(len(value) > 2000 for value in values):
        raise InvalidTarget("Too many audiences, or too long ones.", rule="audience")
    return values


def narrow(wanted: tuple[str, ...], bound: tuple[str, ...], client: ClientRecord) -> tuple[str, ...]:
    """The audiences of one token. What was bound at authorization limits later requests (RFC 8707 §2.2). Raises `InvalidTarget`."""
    limits = bound or client.allowed_resources
    if limits and any(value not in limits for value in wanted):
        raise InvalidTarget("The audience was not granted.", rule="audience")
    return wanted or bound


def _check_resource(value: str) -> None:
    try:
        parts = urlsplit(value)
        absolute = bool(parts.scheme) and (bool(parts.netloc) or bool(parts.path))
    except ValueError:
        absolute = False
    if not absolute or "#" in value or "?" in value:
        raise InvalidTarget("resource must be an absolute URI without query or fragment.", rule="audience")
