"""gunicorn's worker for PostgreSQL: uvicorn on uvloop with a parser in C, and the bounds that uvicorn leaves to others."""

import asyncio
import logging
import os
import signal
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn_worker import UvicornWorker

from idp import bounds

LOOK_SECONDS = 10


class Connection(HttpToolsProtocol):
    """A connection that nobody holds by not sending or not reading; the heads of its requests are bounded."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn declares it
        """Begin to watch the time."""
        super().connection_made(transport)
        self.head, self.in_head = 0, True
        self.waits_since: float = self.loop.time()  # for the peer, to send or to read; 0 while it waits for us
        self.look = self.loop.call_later(LOOK_SECONDS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """End watching."""
        self.look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse; a head that never ends is refused."""
        if not self.waits_since:
            self.waits_since = self.loop.time()
        super().data_received(data)
        if self.in_head:
            self.head += len(data)
            if self.head > bounds.HEAD and not self.transport.is_closing():
                self.send_400_response("The head of the request is too long.")

    def on_message_begin(self) -> None:
        """A request begins."""
        self.head, self.in_head = 0, True
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Called with a piece of the target; what is raised here answers 400."""
        super().on_url(url)
        if len(self.url) > bounds.REQUEST_LINE:
            raise ValueError("target too long")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called for each header; what is raised here answers 400."""
        super().on_header(name, value)
        if len(name) + len(value) > bounds.FIELD or len(self.headers) > bounds.FIELDS:
            raise ValueError("header too long, or too many")

    def on_headers_complete(self) -> None:
        """The head is complete."""
        self.in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is complete: from here on the peer waits for us."""
        self.waits_since = 0
        super().on_message_complete()

    def _look(self) -> None:
        """Close the connection of a peer that keeps us waiting, and drop one that does not take the last bytes either."""
        now, closing = self.loop.time(), self.transport.is_closing()
        if closing and not self.waits_since:
            self.waits_since = now
        elif self.waits_since and now - self.waits_since > bounds.TRANSFER_SECONDS:
            (self.transport.abort if closing else self.transport.close)()
        self.look = self.loop.call_later(LOOK_SECONDS, self._look)


class Worker(UvicornWorker):
    """uvicorn without its conveniences: nobody's forwarded headers, no WebSockets, no lifespan, no access log."""

    CONFIG_KWARGS: dict[str, Any] = {
        "loop": "uvloop",
        "http": Connection,
        "ws": "none",
        "interface": "asgi3",
        "lifespan": "off",
        "proxy_headers": False,
        "server_header": False,
        "access_log": False,
        "limit_concurrency": bounds.CONNECTIONS,
        "timeout_graceful_shutdown": bounds.GRACEFUL_SECONDS,
        "timeout_notify": 5,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Requests that cannot be parsed are the network's noise.
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)

    async def callback_notify(self) -> None:
        """Tell gunicorn that we are alive, and go when it is not."""
        await super().callback_notify()
        if self.ppid != os.getppid():
            signal.raise_signal(signal.SIGTERM)
