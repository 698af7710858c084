"""Attacks on the framing of requests: what two servers in a row could read as two different things."""

import socket

import pytest

from tests.services.server import Server

pytestmark = pytest.mark.slow
FORM = "Content-Type: application/x-www-form-urlencoded"
HIDDEN = "GET /admin/hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"


def sent(server: Server, raw: str) -> bytes:
    """Everything that comes back until the server closes, or says no more."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(raw.encode("latin-1"))
        connection.settimeout(2)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except TimeoutError:
            received += b"(open)"
        except ConnectionResetError:
            received += b"(reset)"
    return received


def post(*headers: str, body: str = "") -> str:
    """A request with exactly these headers."""
    return "\r\n".join(["POST /token HTTP/1.1", "Host: localhost", FORM, *headers]) + f"\r\n\r\n{body}"


@pytest.fixture(autouse=True)
def _invariants() -> None:
    """The server is a process of its own: its door is not watched."""


@pytest.mark.row(243)
@pytest.mark.parametrize(
    "raw",
    [
        post("Content-Length: 4", "Transfer-Encoding: chunked", body=f"0\r\n\r\n{HIDDEN}"),
        post("Transfer-Encoding: chunked", "Content-Length: 0", body=f"0\r\n\r\n{HIDDEN}"),
        post("Content-Length: 5", "Content-Length: 0", body=f"a=b&c{HIDDEN}"),
        post("Content-Length: 5, 0", body=f"a=b&c{HIDDEN}"),
        post("Content-Length: +5", body=f"a=b&c{HIDDEN}"),
        post("Content-Length: 0x5", body=f"a=b&c{HIDDEN}"),
        post("Content-Length: -1", body=HIDDEN),
        post("Transfer-Encoding: xchunked", body=f"0\r\n\r\n{HIDDEN}"),
        post("Transfer-Encoding: chunked, identity", body=f"0\r\n\r\n{HIDDEN}"),
        post("Transfer-Encoding : chunked", body=f"0\r\n\r\n{HIDDEN}"),
        post("Transfer-Encoding: chunked", body=f"-1\r\n\r\n{HIDDEN}"),
        post("Transfer-Encoding: chunked", body=f"0x1\r\na\r\n0\r\n\r\n{HIDDEN}"),
        post("X: a\r\n\tContent-Length: 5", "Content-Length: 0", body=HIDDEN).replace("Host: localhost\r\n\r\n", "", 1),
        post("X\0: a", "Content-Length: 0", body=HIDDEN),
        post("Content_Length: 5", "Content Length: 5", body=HIDDEN),
    ],
)
def test_a_request_that_can_be_read_in_two_ways_is_read_in_none(server: Server, raw: str):
    received = sent(server, raw)
    assert received.count(b"HTTP/1.1 ") <= 1, received[:2000]
    assert b"HTTP/1.1 200" not in received and b"HTTP/1.1 302" not in received
    assert b"HTTP/1.1 5" not in received or b"HTTP/1.1 501" in received
    assert not received.endswith(b"(open)"), "the connection stays open"
