"""One PostgreSQL connection in pipeline mode, driven by the event loop: a batch of statements is one round trip and one commit.

Between two synchronisation points PostgreSQL runs a pipeline as one transaction (libpq, "Pipeline Mode"): when a statement
fails nothing of the batch has happened. Cursors cost more than the statements they carry, so this speaks libpq directly, with
psycopg's own conversions. It belongs to the thread of the loop.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connections
from psycopg import pq
from psycopg.adapt import PyFormat, Transformer

Rows = list[tuple[Any, ...]]
Answer = tuple[Rows, int]
Statement = tuple[str, Sequence[Any]]
TIMEOUT = 6.0  # a second more than the server's own bound on a statement
FORMATS = {count: [PyFormat.TEXT] * count for count in range(64)}


class Pipeline:
    """A connection. `run` is called by one task at a time."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self.connection = connection
        self.pgconn = connection.pgconn
        self.loop = asyncio.get_running_loop()
        self.transformer = Transformer(connection)
        self.prepared: dict[str, bytes] = {}
        self.expected: deque[str] = deque()
        self.answers: list[Answer] = []
        self.error: psycopg.Error | None = None
        self.done: asyncio.Future[None] = self.loop.create_future()
        self.pgconn.nonblocking = 1
        self.pgconn.enter_pipeline_mode()
        self.socket = self.pgconn.socket
        self.loop.add_reader(self.socket, self._readable)

    @classmethod
    async def connect(cls) -> "Pipeline":
        """Connect as Django would; raises `psycopg.OperationalError`."""
        params = connections["default"].get_connection_params()
        params.pop("cursor_factory", None)
        return cls(await psycopg.AsyncConnection.connect(**params | {"autocommit": True, "prepare_threshold": None}))

    @property
    def closed(self) -> bool:
        """Whether the connection is of no use any more."""
        return self.pgconn.status != pq.ConnStatus.OK

    def close(self) -> None:
        """Drop the connection; what was under way may or may not have happened."""
        self.loop.remove_reader(self.socket)
        self.loop.remove_writer(self.socket)
        self.pgconn.finish()

    async def run(self, statements: Sequence[Statement]) -> list[Answer]:
        """Run statements in one transaction and return their rows and counts; raises `psycopg.Error`, `ValueError` for what is no text."""
        self.answers, self.error, self.done = [], None, self.loop.create_future()
        self.expected.clear()
        # Everything is converted before anything is sent: half a batch would be answered to the next one.
        converted = [(text, self.transformer.dump_sequence(params, FORMATS[len(params)])) for text, params in statements]
        try:
            for text, values in converted:
                self._send(text, values)
            self.pgconn.pipeline_sync()
            self._flush()
            async with asyncio.timeout(TIMEOUT):
                await self.done
        except (TimeoutError, psycopg.OperationalError, asyncio.CancelledError) as error:
            self.close()
            if isinstance(error, TimeoutError):
                raise psycopg.OperationalError("the database does not answer") from error
            raise
        if self.error is not None:
            raise self.error
        return self.answers

    def _send(self, text: str, values: Sequence[Any]) -> None:
        name = self.prepared.get(text)
        if name is None:
            name = b"s%d" % (len(self.prepared) + 1)
            self.prepared[text] = name
            self.pgconn.send_prepare(name, _numbered(text))
            self.expected.append(text)
        self.pgconn.send_query_prepared(name, values)
        self.expected.append("")

    def _flush(self) -> None:
        if self.pgconn.flush():
            self.loop.add_writer(self.socket, self._writable)

    def _writable(self) -> None:
        if not self.pgconn.flush():
            self.loop.remove_writer(self.socket)

    def _readable(self) -> None:
        try:
            self.pgconn.consume_input()
            while not self.done.done() and not self.pgconn.is_busy():
                result = self.pgconn.get_result()
                if result is not None:
                    self._take(result)
        except psycopg.OperationalError as error:
            self.loop.remove_reader(self.socket)
            if not self.done.done():
                self.done.set_exception(error)

    def _take(self, result: pq.abc.PGresult) -> None:
        match result.status:
            case pq.ExecStatus.TUPLES_OK:
                self.expected.popleft()
                self.transformer.set_pgresult(result)
                rows: Rows = self.transformer.load_rows(0, result.ntuples, tuple)
                self.answers.append((rows, result.ntuples))
            case pq.ExecStatus.COMMAND_OK:
                if not self.expected.popleft():
                    self.answers.append(([], result.command_tuples or 0))
            case pq.ExecStatus.PIPELINE_SYNC:
                self.done.set_result(None)
            case _:
                # This statement failed, or one before it did. A statement that was not prepared has to be prepared again.
                text = self.expected.popleft()
                self.prepared.pop(text, None)
                if result.status != pq.ExecStatus.PIPELINE_ABORTED and self.error is None:
                    self.error = psycopg.errors.error_from_result(result)


def _numbered(text: str) -> bytes:
    """`%s` placeholders as PostgreSQL numbers them."""
    first, *rest = text.split("%s")
    return (first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))).encode()
