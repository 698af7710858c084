"""WSGI: the machine endpoints first, then Django."""

import os
from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idp.settings")
django_application = get_wsgi_application()

# What follows needs the settings that the line above has loaded.
from idp.network import client_ip  # noqa: E402
from providers import issuer  # noqa: E402
from providers.conf import BODY_LIMIT  # noqa: E402
from providers.endpoints import ENDPOINTS, chain  # noqa: E402
from providers.endpoints.wsgi import BODY_TOO_LONG, headers_of, request_of  # noqa: E402
from providers.issuer import Route  # noqa: E402
from providers.messages import EndpointResponse  # noqa: E402

StartResponse = Callable[..., Any]
REASONS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Serve one request."""
    route = issuer.split(environ.get("PATH_INFO", "/"))
    if route is None:
        return django_application(environ, start_response)
    response = _answer(environ, route)
    if response is None:
        return django_application(environ, start_response)
    start_response(REASONS[response.status], headers_of(response))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]


def _answer(environ: dict[str, Any], route: Route) -> EndpointResponse | None:
    """The answer of an endpoint, or `None` for what is Django's."""
    peer, forwarded_for = environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", "")
    request = partial(request_of, environ | {"REMOTE_ADDR": client_ip(peer, forwarded_for)})
    if route.tail == "authorize" and environ["REQUEST_METHOD"] == "GET":
        return chain.silently(request(b""), route)
    if route.tail not in ENDPOINTS:
        return None
    body = _body(environ)
    return chain.respond(request(body), route) if body is not None else BODY_TOO_LONG


def _body(environ: dict[str, Any]) -> bytes | None:
    """The whole body, or `None` when it is over the bound."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if environ["REQUEST_METHOD"] in ("GET", "HEAD", "OPTIONS") and length == "0":
        return b""
    if length.isdigit() and int(length) > BODY_LIMIT:
        return None
    body: bytes = environ["wsgi.input"].read(BODY_LIMIT + 1)
    return body if len(body) <= BODY_LIMIT else None
