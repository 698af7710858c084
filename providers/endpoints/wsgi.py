"""From a WSGI environment to an `EndpointRequest`, and from an `EndpointResponse` to headers (PEP 3333)."""

from collections.abc import Mapping
from typing import Any

from providers.endpoints.errors import json_response
from providers.messages import EndpointRequest, EndpointResponse

BODY_TOO_LONG = json_response(413, {"error": "invalid_request", "error_description": "The body is too long."})
_PLAIN = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}


def request_of(environ: Mapping[str, Any], body: bytes) -> EndpointRequest:
    """The request as the endpoints see it. `REMOTE_ADDR` must have been settled already."""
    headers = {name[5:].replace("_", "-").lower(): environ[name] for name in environ if name.startswith("HTTP_")}
    headers |= {plain: environ[name] for name, plain in _PLAIN.items() if environ.get(name)}
    return EndpointRequest(
        method=environ.get("REQUEST_METHOD", "GET"),
        path=environ.get("PATH_INFO", "/"),
        query=environ.get("QUERY_STRING", ""),
        headers=headers,
        body=body,
        ip=environ.get("REMOTE_ADDR", ""),
    )


def headers_of(response: EndpointResponse) -> list[tuple[str, str]]:
    """The headers as they are sent."""
    length = [("Content-Length", str(len(response.body)))] if response.status not in (204, 304) else []
    return [*response.headers, *length]
