"""OAuth errors as JSON (RFC 6749 §5.2, RFC 6750 §3)."""

import json
from collections.abc import Mapping
from typing import Any

from providers.errors import InsufficientScope, InvalidClient, InvalidToken, OAuthError
from providers.messages import EndpointResponse

JSON = ("Content-Type", "application/json")
NO_STORE = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))


def json_response(status: int, members: Mapping[str, Any], *headers: tuple[str, str]) -> EndpointResponse:
    """A JSON answer that nobody may keep."""
    return EndpointResponse(status, json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode(), (JSON, *NO_STORE, *headers))


def error_response(error: OAuthError, request_id: str) -> EndpointResponse:
    """The answer for an error; `request_id` leads to the log entry."""
    members = {"error": error.error}
    if error.description:
        members["error_description"] = error.description
    if request_id:
        members["request_id"] = request_id
    return json_response(error.status, members, *_headers(error))


def _headers(error: OAuthError) -> list[tuple[str, str]]:
    headers = []
    if isinstance(error, InvalidClient):
        headers.append(("WWW-Authenticate", 'Basic realm="gatehouse", error="invalid_client"'))
    if isinstance(error, InvalidToken | InsufficientScope):
        challenge = f'Bearer error="{error.error}", error_description="{error.description}"'
        headers.append(("WWW-Authenticate", challenge + (f', scope="{error.scope}"' if error.scope else "")))
    if error.retry_after:
        headers.append(("Retry-After", str(error.retry_after)))
    return headers
