"""Reading an authorization request (RFC 6749 §4.1.1, OpenID Connect Core 1.0 §3.1.2.1)."""

import re
from collections.abc import Mapping
from typing import Any

from providers import form
from providers.errors import InvalidRequest
from providers.jose import strict_json
from providers.messages import AuthorizeRequest

CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def parse(text: str) -> AuthorizeRequest:
    """Read a query string or a form body; raises `InvalidRequest`, which then can only become a page."""
    found = form.read(text)
    for name, value in found.values.items():
        if name not in ("state", "nonce") and CONTROL.search(value):
            raise InvalidRequest("A parameter holds a control character.", rule="parameters")
    return of_parameters(found.values, found.resource)


def of_parameters(parameters: Mapping[str, str], resource: tuple[str, ...]) -> AuthorizeRequest:
    """The request with what needs no rule filled in."""
    return AuthorizeRequest(
        parameters=parameters,
        resource=resource,
        state=parameters.get("state"),
        nonce=parameters.get("nonce", ""),
        prompt=frozenset(parameters.get("prompt", "").split()),
        acr_values=tuple(parameters.get("acr_values", "").split()),
        login_hint=parameters.get("login_hint", "")[:254],
        ui_locales=tuple(parameters.get("ui_locales", "").split()[:20]),
    )


def claims_parameter(text: str) -> Mapping[str, Any]:
    """The `claims` parameter (OpenID Connect Core 1.0 §5.5); raises `InvalidRequest` when it has another shape."""
    if not text:
        return {}
    try:
        claims = strict_json(text)
    except ValueError as error:
        raise InvalidRequest("claims is not JSON.", rule="claims") from error
    if not isinstance(claims, dict):
        raise InvalidRequest("claims is not an object.", rule="claims")
    sections = {}
    for name in ("userinfo", "id_token"):
        section = {} if claims.get(name) is None else claims[name]
        if not isinstance(section, dict) or not all(map(_is_member, section.values())):
            raise InvalidRequest("claims has a member of the wrong shape.", rule="claims")
        if len(section) > 100:
            raise InvalidRequest("claims asks for too much.", rule="claims")
        sections[name] = section
    return sections


def _is_member(value: Any) -> bool:
    """OpenID Connect Core 1.0 §5.5.1: null, or an object whose `values`, if any, is an array."""
    return value is None or (isinstance(value, dict) and isinstance(value.get("values", []), list))
