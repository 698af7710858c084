"""The site of an application that people come back to: every address of it shows the same page."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = b'<!DOCTYPE html><html lang="en"><link rel="icon" href="data:,"><title>Shop</title><h1>Back at the shop</h1></html>'


class Site(BaseHTTPRequestHandler):
    """Answers GET and POST alike."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    do_POST = do_GET  # noqa: N815 - the base class looks for this name

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def application() -> Iterator[str]:
    """Run the site on a free port; yields its origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
