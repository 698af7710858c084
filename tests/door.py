"""An httpx client whose requests go straight into our WSGI application, in the thread and transaction of the test."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from django.conf import settings
from django.core.signals import got_request_exception

from idp.wsgi import application


class Door(httpx.BaseTransport):
    """What breaks inside the application is raised in the test, unless `raises` is off."""

    def __init__(self, *, raises: bool = True, ip: str = "127.0.0.1") -> None:
        self.raises = raises
        self.wsgi = httpx.WSGITransport(app=application, raise_app_exceptions=raises, remote_addr=ip)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Serve one request."""
        with _broken() as errors:
            response = self.wsgi.handle_request(request)
            response.read()
        if errors and self.raises:
            raise errors[0]
        return response


def client(*, raises: bool = True, ip: str = "127.0.0.1", **options: Any) -> httpx.Client:
    """A browser or a machine, with a cookie jar of its own; redirects are not followed."""
    return httpx.Client(transport=Door(raises=raises, ip=ip), base_url=settings.BASE_URL, **options)


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
