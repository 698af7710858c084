"""Parsing of form bodies: strict, bounded, one value a parameter (RFC 6749 §3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from providers.conf import PARAMETER_LIMIT
from providers.errors import InvalidRequest
from providers.messages import EndpointRequest

FORM = "application/x-www-form-urlencoded"
# Parameters that may come several times (RFC 8707 §2, RFC 8693 §2.1).
REPEATABLE = frozenset({"resource"})
# What must never stand in a URL of these endpoints: it would end up in logs (RFC 6749 §2.3.1, §3.2; RFC 6750 §2.3).
NEVER_IN_QUERY = frozenset(
    "access_token assertion client_assertion client_assertion_type client_id client_secret code code_verifier device_code grant_type "
    "id_token password redirect_uri refresh_token scope subject_token token token_type_hint username".split()
)


@dataclass(frozen=True)
class Form:
    """The parameters of a request; empty values count as absent."""

    values: Mapping[str, str]
    resource: tuple[str, ...] = ()


def parse(request: EndpointRequest) -> Form:
    """Read the body of a POST; raises `InvalidRequest`."""
    if names_in(request.query) & NEVER_IN_QUERY:
        raise InvalidRequest("Send parameters in the body, not in the URL.", rule="parameters")
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.body and content_type != FORM:
        raise InvalidRequest(f"Send the parameters as {FORM}.", rule="content_type")
    return read(request.body.decode("latin-1"))


def read(text: str) -> Form:
    """Parse a form-encoded text; raises `InvalidRequest` for repeated parameters and what is no UTF-8."""
    values: dict[str, str] = {}
    resource: list[str] = []
    pairs = [pair for pair in text.split("&") if pair]
    if len(pairs) > PARAMETER_LIMIT:
        raise InvalidRequest("Too many parameters.", rule="parameters")
    for pair in pairs:
        name, _, value = pair.partition("=")
        name, value = _decode(name), _decode(value)
        if name in REPEATABLE:
            resource += [value] if value else []
        elif name in values:
            raise InvalidRequest("A parameter came twice.", detail=f"{name[:40]!r} twice", rule="parameters")
        else:
            values[name] = value
    return Form({name: value for name, value in values.items() if value}, tuple(resource))


def names_in(query: str) -> set[str]:
    """The names of the parameters in a query string; what cannot be read has no name."""
    return {unquote_to_bytes(pair.partition("=")[0].replace("+", " ")).decode("utf-8", "replace") for pair in query.split("&") if pair}


def _decode(text: str) -> str:
    try:
        decoded = unquote_to_bytes(text.replace("+", " ").encode("latin-1")).decode("utf-8")
    except UnicodeError as error:
        raise InvalidRequest("The parameters are not UTF-8.", rule="parameters") from error
    if "\0" in decoded:
        raise InvalidRequest("A parameter holds a null character.", rule="parameters")
    return decoded
