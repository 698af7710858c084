"""Answers that need no thought: documents that were just given, as long as they are current."""

import secrets
import time
from collections.abc import MutableMapping
from typing import Any

from audit.metrics import REQUEST_SECONDS
from providers.conf import HEADER_LIMIT
from providers.endpoints import document
from providers.issuer import Route
from providers.messages import EndpointResponse

Headers = list[tuple[bytes, bytes]]
Scope = MutableMapping[str, Any]

TAILS = frozenset({"jwks", "openid-configuration", "oauth-authorization-server"})
# With one of these there is more to do than to give the document.
NOT_PLAIN = frozenset({b"if-none-match", b"content-length", b"transfer-encoding"})
REQUEST_ID = b"x-request-id"


class Documents:
    """Answers of the endpoints, kept with their headers as they are sent; belongs to the thread of the loop."""

    def __init__(self) -> None:
        self.kept: dict[Route, tuple[Headers, bytes]] = {}

    def take(self, scope: Scope, route: Route) -> tuple[Headers, bytes] | None:
        """Headers and body for a request that wants nothing but the document, or `None`: then its endpoint answers."""
        found = self.kept.get(route)
        if found is None or scope["method"] != "GET" or not document.is_current((route.tail, route), found[1]):
            return None
        started, size = time.perf_counter(), 0
        for name, value in scope["headers"]:
            if name in NOT_PLAIN:
                return None
            size += len(name) + len(value)
        if size > HEADER_LIMIT:
            return None
        headers = [*found[0], (REQUEST_ID, secrets.token_hex(8).encode())]
        REQUEST_SECONDS.labels(route.tail).observe(time.perf_counter() - started)
        return headers, found[1]

    def keep(self, route: Route, response: EndpointResponse, headers: Headers) -> None:
        """Remember an answer of an endpoint and the headers it was sent with, if it is a document."""
        if route.tail not in TAILS or response.status != 200 or not document.is_current((route.tail, route), response.body):
            return
        if len(self.kept) >= document.LIMIT:
            self.kept.clear()
        self.kept[route] = [header for header in headers if header[0] != REQUEST_ID], response.body
