"""The smallest browser that can sign in: cookies, redirects, one login form. Loopback only."""

import http.client
from dataclasses import dataclass, field
from email.message import Message
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

FORM = "application/x-www-form-urlencoded"
TIMEOUT_SECONDS = 30
MAX_HOPS = 12


@dataclass(frozen=True)
class Reply:
    """One HTTP answer, redirects not followed."""

    status: int
    headers: Message
    body: bytes

    def header(self, name: str) -> str:
        """Return a header's text, or nothing."""
        return str(self.headers.get(name) or "")


def send(port: int, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> Reply:
    """Send one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, path, body or None, headers or {})
        response = connection.getresponse()
        return Reply(response.status, response.headers, response.read())
    finally:
        connection.close()


class LoginForm(HTMLParser):
    """Finds the first form with a password field: its action and its hidden values."""

    def __init__(self, html: str) -> None:
        """Read a whole page."""
        super().__init__()
        self.action, self.found = "", False
        self.values: dict[str, str] = {}
        self._done = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect inputs of the current form."""
        values = {name: value or "" for name, value in attrs}
        if self._done:
            return
        if tag == "form":
            self.action, self.values = values.get("action", ""), {}
        elif tag == "input":
            self.found = self.found or values.get("type") == "password"
            if values.get("type") == "hidden" and "name" in values:
                self.values[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Stop at the end of the form that asked for a password."""
        self._done = self._done or (tag == "form" and self.found)


@dataclass
class Browser:
    """Cookies by name; paths and domains do not matter against one loopback origin."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def cookie_header(self) -> dict[str, str]:
        """Return the Cookie header to send, if any."""
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}

    def open(self, method: str, path: str, body: str = "") -> Reply:
        """Send one request with cookies and keep those that come back."""
        headers = {"Host": f"127.0.0.1:{self.port}", "Accept": "text/html", **self.cookie_header()}
        if body:
            headers |= {"Content-Type": FORM, "Referer": f"http://127.0.0.1:{self.port}{path}", "Origin": f"http://127.0.0.1:{self.port}"}
        reply = send(self.port, method, path, body, headers)
        for line in reply.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or "1970" in morsel["expires"] or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return reply

    def sign_in(self, path: str, until: str, credentials: dict[str, str]) -> None:
        """Follow redirects from `path`, fill in one login form on the way, stop at a redirect to `until`.

        Raises `RuntimeError` when the flow ends anywhere else.
        """
        reply = self.open("GET", path)
        for _ in range(MAX_HOPS):
            location = reply.header("Location")
            if location.startswith(until):
                return
            if location:
                path = _relative(urljoin(path, location))
                reply = self.open("GET", path)
                continue
            form = LoginForm(reply.body.decode("utf-8", "replace"))
            if not form.found:
                break
            path = _relative(urljoin(path, form.action or path))
            reply = self.open("POST", path, urlencode({**form.values, **credentials}))
        raise RuntimeError(f"sign-in stopped at {path}: {reply.status} {reply.body[:200]!r}")


def _relative(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
