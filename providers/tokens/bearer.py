"""Where a bearer token stands in a request (RFC 6750 §2)."""

from collections.abc import Mapping

from providers.errors import InvalidRequest


def read(headers: Mapping[str, str], form: Mapping[str, str]) -> str:
    """The presented token, empty when there is none; raises `InvalidRequest` when it comes twice. The query is never looked at."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    in_header = value.strip() if scheme.lower() == "bearer" else ""
    in_body = form.get("access_token", "")
    if in_header and in_body:
        raise InvalidRequest("The access token came twice.", rule="bearer_token")
    return in_header or in_body
