"""The server in front of PostgreSQL: bounded heads and bodies, one meaning for every request, an end in time."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from idp import bounds
from tests.services.server import Server

pytestmark = pytest.mark.postgresql

SECONDS = 8
HOST = b"Host: localhost\r\n"
DOCUMENT = b"/.well-known/openid-configuration"


@contextmanager
def connected(server: Server) -> Iterator[socket.socket]:
    """A connection of its own."""
    with socket.create_connection(("127.0.0.1", server.port), SECONDS) as connection:
        yield connection


def read(connection: socket.socket) -> bytes:
    """Everything until the server closes, or is silent for a second."""
    connection.settimeout(1.0)
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except (TimeoutError, ConnectionResetError):
        pass
    return received


def said(server: Server, request: bytes) -> bytes:
    """What the server answers."""
    with connected(server) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request)
        return read(connection)


def status(answer: bytes) -> int:
    """The status of the first answer."""
    return int(answer.split(b" ", 2)[1]) if answer else 0


def get(target: bytes, *headers: bytes) -> bytes:
    """A GET request."""
    return b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"".join(header + b"\r\n" for header in headers) + b"\r\n"


def test_a_target_over_the_bound_is_refused(server: Server) -> None:
    assert status(said(server, get(DOCUMENT + b"?" + b"a" * 8000))) == 200
    assert status(said(server, get(DOCUMENT + b"?" + b"a" * 8200))) == 400


def test_a_header_over_the_bound_is_refused(server: Server) -> None:
    assert status(said(server, get(b"/healthz", b"X-Long: " + b"a" * 8000))) == 200
    assert status(said(server, get(b"/healthz", b"X-Long: " + b"a" * 8200))) == 400


def test_too_many_headers_are_refused(server: Server) -> None:
    assert status(said(server, get(b"/healthz", *[b"X-%d: a" % number for number in range(bounds.FIELDS)]))) == 400


@pytest.mark.parametrize("begin", [b"GET /", b"GET / HTTP/1.1\r\nX-Long: ", b"GET / HTTP/1.1\r\n"], ids=["target", "header", "name"])
def test_a_head_without_end_is_refused(server: Server, begin: bytes) -> None:
    answer = said(server, begin + b"a" * (bounds.HEAD * 2))
    assert answer == b"" or status(answer) == 400


@pytest.mark.parametrize(
    "headers",
    [
        (b"Content-Length: 3", b"Content-Length: 3"),
        (b"Content-Length: 3", b"Content-Length: 5"),
        (b"Content-Length: 3, 3",),
        (b"Content-Length: +3",),
        (b"Content-Length: 0x3",),
        (b"Content-Length: -3",),
        (b"Content-Length: 3", b"Transfer-Encoding: chunked"),
        (b"Transfer-Encoding: chunked", b"Content-Length: 3"),
        (b"Transfer-Encoding: chunked, identity",),
        (b"Transfer-Encoding: xchunked",),
        (b"Transfer-Encoding : chunked",),
        (b"X: a\r\n folded: b",),
        (b"X: a\x00b",),
        (b"X\x0b: a",),
    ],
    ids=repr,
)
def test_what_two_servers_could_read_differently_is_refused(server: Server, headers: tuple[bytes, ...]) -> None:
    """RFC 9112 §6.3, §11.2; the request behind it is never answered"""
    hidden = get(b"/healthz")
    request = b"POST /token HTTP/1.1\r\n" + HOST + b"".join(header + b"\r\n" for header in headers) + b"\r\n"
    answer = said(server, request + b"0\r\n\r\n" + hidden)
    assert status(answer) == 400
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_body_over_the_bound_is_refused(server: Server) -> None:
    head = b"POST /token HTTP/1.1\r\n" + HOST + b"Content-Type: application/x-www-form-urlencoded\r\n"
    assert status(said(server, head + b"Content-Length: 100000\r\n\r\n" + b"a" * 100_000)) == 413
    chunk = b"4000\r\n" + b"a" * 0x4000 + b"\r\n"
    assert status(said(server, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 8 + b"0\r\n\r\n")) == 413
    assert status(said(server, b"POST /accounts/login/ HTTP/1.1\r\n" + HOST + b"Content-Length: 3000000\r\n\r\n" + b"a" * 3_000_000)) == 413


def test_half_a_body_is_no_request(server: Server) -> None:
    """Nothing is done for a caller that went away in the middle"""
    with connected(server) as connection:
        connection.sendall(b"POST /revoke HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\ntoken=x")
        connection.shutdown(socket.SHUT_WR)
        assert read(connection) == b""


def test_a_connection_serves_many_requests_in_order(server: Server) -> None:
    """RFC 9112 §9.3.2"""
    answer = said(server, get(DOCUMENT) + get(b"/jwk") + get(b"/healthz") + get(b"/userinfo") + get(DOCUMENT, b"Connection: close"))
    assert [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]] == [200, 200, 200, 401, 200]


def test_the_server_says_nothing_about_itself(server: Server) -> None:
    for answer in (said(server, get(b"/healthz")), said(server, b"nonsense\r\n\r\n")):
        assert b"uvicorn" not in answer.lower()
        assert b"gunicorn" not in answer.lower()


def test_forwarded_headers_of_strangers_do_not_count(server: Server) -> None:
    """Only IDP_TRUSTED_PROXIES may forward, and only under the real name"""
    answer = said(server, get(b"/metrics", b"X_Forwarded_For: 192.0.2.1", b"X-Forwarded-Proto: https", b"Connection: close"))
    assert status(answer) == 200


def test_a_document_is_the_same_however_often_it_is_asked_for(server: Server) -> None:
    """What is kept ready differs in nothing but the id of the request"""

    def told(*headers: bytes) -> tuple[list[bytes], bytes]:
        head, _, body = said(server, get(DOCUMENT, b"Connection: close", *headers)).partition(b"\r\n\r\n")
        return sorted(line for line in head.split(b"\r\n") if not line.startswith((b"x-request-id", b"date"))), body

    first, again, elsewhere = told(), told(), told(b"Origin: https://any.example")
    assert first == again == elsewhere
    etag = next(line for line in first[0] if line.startswith(b"etag"))
    assert told(b"If-None-Match: " + etag.partition(b": ")[2])[0][0] == b"HTTP/1.1 304 Not Modified"
    assert told(b"X-Long: " + b"a" * 8000, b"X-More: " + b"a" * 8000, b"X-Most: " + b"a" * 2000)[0][0].startswith(b"HTTP/1.1 431")
    head = said(server, b"HEAD " + DOCUMENT + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert head.endswith(b"\r\n\r\n")
    assert b"content-length: %d" % len(first[1]) in head


@pytest.mark.slow
def test_the_server_ends_in_time_and_finishes_what_it_began() -> None:
    """SIGTERM: the request in progress is answered, idle connections are closed, ten seconds are enough"""
    with Server(os.environ["TEST_DATABASE_URL"]) as own, connected(own) as idle, connected(own) as busy:
        idle.sendall(get(b"/healthz"))
        assert status(idle.recv(65536)) == 200
        busy.sendall(b"POST /introspect HTTP/1.1\r\n" + HOST + b"Content-Length: 7\r\n\r\ntok")
        time.sleep(0.3)
        assert own.process is not None
        own.process.popen.send_signal(signal.SIGTERM)
        started = time.monotonic()
        time.sleep(0.5)
        busy.sendall(b"en=x")
        assert status(read(busy)) == 400  # it is answered: the form has no type
        assert idle.recv(10) == b""
        own.process.popen.wait(10)
        assert time.monotonic() - started < 10


@pytest.mark.slow
def test_who_keeps_the_server_waiting_is_cut_off(server: Server) -> None:
    with connected(server) as silent, connected(server) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\n")
        for connection in (silent, slow):
            connection.settimeout(bounds.TRANSFER_SECONDS + 15)
            assert connection.recv(10) == b""
