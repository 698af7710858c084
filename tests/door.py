"""An httpx client whose requests go straight into our WSGI application, in the thread and transaction of the test."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from django.conf import settings
from django.core.signals import got_request_exception, request_finished, request_started
from django.db import close_old_connections

from idp.wsgi import application


class Door(httpx.BaseTransport):
    """What breaks inside the application is raised in the test, unless `raises` is off."""

    def __init__(self, *, raises: bool = True, ip: str = "127.0.0.1") -> None:
        self.raises = raises
        self.wsgi = httpx.WSGITransport(app=application, raise_app_exceptions=raises, remote_addr=ip)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Serve one request."""
        with _same_connection(), _broken() as errors:
            answer = self.wsgi.handle_request(request)
            body = answer.read()
            answer.close()
        if errors and self.raises:
            raise errors[0]
        return httpx.Response(answer.status_code, headers=answer.headers.raw, content=body, request=request)


def client(*, raises: bool = True, ip: str = "127.0.0.1", **options: Any) -> httpx.Client:
    """A browser or a machine, with a cookie jar of its own; redirects are not followed."""
    return httpx.Client(transport=Door(raises=raises, ip=ip), base_url=settings.BASE_URL, **options)


@contextmanager
def _same_connection() -> Iterator[None]:
    """Keep Django from closing the connection, whose transaction is that of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@contextmanager
def _broken() -> Iterator[list[BaseException]]:
    errors: list[BaseException] = []

    def note(**_signal: object) -> None:
        error = sys.exc_info()[1]
        if error is not None:
            errors.append(error)

    got_request_exception.connect(note, weak=False)
    try:
        yield errors
    finally:
        got_request_exception.disconnect(note)
