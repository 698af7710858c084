"""ASGI, for PostgreSQL: the machine endpoints share one thread and one pipeline; everything else is Django in a few threads."""

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from typing import Any

from django.conf import settings

from idp.network import client_ip
from idp.wsgi import application as wsgi_application
from providers import issuer
from providers.conf import BODY_LIMIT
from providers.endpoints import ENDPOINTS, chain
from providers.endpoints.ready import Documents
from providers.endpoints.wsgi import BODY_TOO_LONG
from providers.issuer import Route
from providers.messages import EndpointRequest, EndpointResponse
from providers.statements.hub import Hub

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header = tuple[bytes, bytes]

PAGE_THREADS = settings.IDP.threads
PAGE_BODY_LIMIT = 2 * 1024 * 1024
# Beyond this many requests a page would wait longer than a person does.
PAGES_WAITING = PAGE_THREADS * 16
BUSY = EndpointResponse(503, b"We are busy. Try again in a moment.\n", (("Content-Type", "text/plain"), ("Retry-After", "2")))


class Gone(Exception):
    """The caller went away before the request was complete."""


class Application:
    """The ASGI callable. Its state belongs to the loop of one process."""

    def __init__(self) -> None:
        self.hub: Hub | None = None
        self.pages = ThreadPoolExecutor(PAGE_THREADS, thread_name_prefix="pages")
        self.waiting = 0
        self.documents = Documents()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        route = issuer.split(scope["path"])
        ready = self.documents.take(scope, route) if route is not None else None
        if ready is not None:
            await transmit(send, 200, *ready)
            return
        with suppress(Gone):
            await self._serve(scope, receive, send, route)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, route: Route | None) -> None:
        response = await self._answer(scope, receive, route) if route is not None else None
        if route is None or response is None:
            response = await self._page(scope, receive)
        headers = headers_for(response)
        if route is not None:
            self.documents.keep(route, response, headers)
        await transmit(send, response.status, headers, b"" if scope["method"] == "HEAD" else response.body)

    async def _answer(self, scope: Scope, receive: Receive, route: Route) -> EndpointResponse | None:
        """The answer of an endpoint, or `None` for what is Django's."""
        if self.hub is None:
            self.hub = Hub()
        if route.tail == "authorize" and scope["method"] == "GET":
            return await self.hub.call(chain.silently, request_of(scope, b""), route)
        if route.tail not in ENDPOINTS:
            return None
        body = await read(receive, BODY_LIMIT)
        return await self.hub.call(chain.respond, request_of(scope, body), route) if body is not None else BODY_TOO_LONG

    async def _page(self, scope: Scope, receive: Receive) -> EndpointResponse:
        body = await read(receive, PAGE_BODY_LIMIT)
        if body is None or self.waiting >= PAGES_WAITING:
            return BODY_TOO_LONG if body is None else BUSY
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.pages, render, environ_of(scope, body))
        finally:
            self.waiting -= 1


def request_of(scope: Scope, body: bytes) -> EndpointRequest:
    """The request as the endpoints see it."""
    headers = headers_of(scope)
    peer = (scope.get("client") or ("", 0))[0]
    return EndpointRequest(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=body,
        ip=client_ip(peer, headers.get("x-forwarded-for", "")),
    )


def headers_of(scope: Scope) -> dict[str, str]:
    """Header names in lower case; repeated ones are joined as WSGI servers do.

    Names with an underscore are left out: Django could not tell them from the real ones.
    """
    received = scope["headers"]
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in received if b"_" not in name}
    if len(headers) == len(received):
        return headers
    headers = {}
    for raw_name, raw_value in received:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if "_" not in name:
            headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


def environ_of(scope: Scope, body: bytes) -> dict[str, Any]:
    """A WSGI environment (PEP 3333)."""
    server = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("", 0))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in headers_of(scope).items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def render(environ: dict[str, Any]) -> EndpointResponse:
    """Run Django and collect its answer."""
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> None:
        started[:] = [int(status[:3]), tuple(headers)]

    chunks: Iterable[bytes] = wsgi_application(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    return EndpointResponse(started[0], body, started[1])


async def read(receive: Receive, limit: int) -> bytes | None:
    """The whole body, or `None` when it is over the bound; raises `Gone` when there will never be a whole one."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk: bytes = message.get("body", b"")
        body += chunk
        if len(body) > limit:
            return None
        if not message.get("more_body"):
            return body


def headers_for(response: EndpointResponse) -> list[Header]:
    """The headers of an answer as they are sent."""
    headers = [(header_name(name), value.encode("latin-1")) for name, value in response.headers]
    if response.status not in (204, 304) and not any(name == b"content-length" for name, _ in headers):
        headers.append((b"content-length", str(len(response.body)).encode()))
    return headers


@lru_cache(maxsize=256)
def header_name(name: str) -> bytes:
    """The name of a header as it is sent."""
    return name.lower().encode("latin-1")


async def transmit(send: Send, status: int, headers: list[Header], body: bytes) -> None:
    """Send an answer."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


application = Application()
