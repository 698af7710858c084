"""Requests that arrive at the same instant: all but the last byte is sent first, then the last bytes together."""

import json
import socket
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True)
class Landed:
    """An answer of a race. `status` is 0 when the connection broke."""

    status: int
    headers: str
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The members of a JSON answer."""
        members: dict[str, Any] = json.loads(self.body)
        return members


def request(path: str, form: dict[str, str], host: str, **headers: str) -> bytes:
    """A POST as bytes."""
    body = urlencode(form).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {host}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def race(requests: list[bytes], ports: list[int]) -> list[Landed]:
    """Release all requests at once, spread over the servers at these loopback ports."""
    landed: list[Landed] = [Landed(0, "", b"")] * len(requests)
    start = threading.Barrier(len(requests))

    def run(number: int) -> None:
        with socket.create_connection(("127.0.0.1", ports[number % len(ports)]), timeout=60) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(requests[number][:-1])
            start.wait(timeout=60)
            connection.sendall(requests[number][-1:])
            landed[number] = _read(connection)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return landed


def _read(connection: socket.socket) -> Landed:
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    text = head.decode("latin-1")
    return Landed(int(text.split(" ", 2)[1]) if text else 0, text, body)
