"""What must hold after every attack, whatever it was about: the catalogue's global invariants."""

import contextlib
import logging
import logging.config
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

import httpx
import pytest
from django.conf import LazySettings

from audit.models import Event
from idp.logging import logging_configuration
from tests.conftest import MakeClient
from tests.door import Door
from tests.flows import Flow
from tests.person import Person

SECRET_MEMBERS = {"access_token", "refresh_token", "id_token", "code", "client_secret", "client_assertion", "code_verifier", "password"}
# A trace, SQL, a path of ours or a version: nothing of that concerns a stranger (G2).
INTERNALS = re.compile(
    r"Traceback \(most|site-packages|/providers/\w+\.py|/(home|work|usr|opt)/|\bSELECT .+ FROM \b|"
    r"psycopg|sqlite3\.|Django/\d|Python/\d|gunicorn/\d|OperationalError|DataError"
)
PERSONAL = ("/userinfo", "/introspect", "/token", "/accounts/", "/authorize", "/me/")


@dataclass
class Exchanges:
    """Every request of a test and its answer; `expected` are the statuses from 500 on that a test is about."""

    answers: list[httpx.Response] = field(default_factory=list)
    expected: set[int] = field(default_factory=lambda: {503})

    def secrets(self) -> set[str]:
        """Every secret that was sent or handed out (the ledger)."""
        found: set[str] = set()
        for answer in self.answers:
            location, content_type = answer.headers.get("location", ""), answer.request.headers.get("content-type", "")
            sent = answer.request.content.decode("latin-1") if "form" in content_type else ""
            parts = urlsplit(location)
            pairs = [pair for text in (sent, parts.query, parts.fragment) for pair in parse_qsl(text)]
            if answer.headers.get("content-type") == "application/json" and answer.status_code == 200 and answer.content:
                body = answer.json()
                pairs += [(name, value) for name, value in body.items() if isinstance(value, str)] if isinstance(body, dict) else []
            found |= {value for name, value in pairs if name in SECRET_MEMBERS and len(value) >= 16}
        return found


@pytest.fixture
def exchanges(monkeypatch: pytest.MonkeyPatch) -> Exchanges:
    """What passed the door in this test."""
    seen = Exchanges()
    serve = Door.handle_request

    def noting(self: Door, request: httpx.Request) -> httpx.Response:
        answer = serve(self, request)
        answer.request = request
        seen.answers.append(answer)
        return answer

    monkeypatch.setattr(Door, "handle_request", noting)
    return seen


class Written(logging.Handler):
    """The log as the product writes it, in both of its forms."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        made = [logging_configuration("debug", form)["formatters"]["idp"] for form in ("json", "text")]
        self.formatters = [logging.config.DictConfigurator({"version": 1}).configure_formatter(dict(one)) for one in made]
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line that would have been written."""
        self.lines += [formatter.format(record) for formatter in self.formatters]


@pytest.fixture
def written() -> Iterator[Written]:
    """Everything that is logged at any level during the test."""
    handler, root = Written(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for name in ("django.db.backends", "asyncio", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    yield handler
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.fixture(autouse=True)
def _invariants(request: pytest.FixtureRequest) -> Iterator[None]:
    """G1, G2, G4 and G6 of the catalogue, after every test."""
    if request.node.get_closest_marker("postgresql"):
        yield
        return
    request.getfixturevalue("db")
    seen, log = request.getfixturevalue("exchanges"), request.getfixturevalue("written")
    yield
    for answer in seen.answers:
        _check(answer, seen.expected)
    kept = "\n".join([*log.lines, *(f"{event.subject} {event.actor} {event.data}" for event in Event.objects.all())])
    told = [secret for secret in seen.secrets() if any(form in kept for form in (secret, quote(secret), quote_plus(secret)))]
    assert told == [], "a secret stands in the log or in an event (G6)"


def _check(answer: httpx.Response, expected: set[int]) -> None:
    url = answer.request.url
    assert answer.status_code < 500 or answer.status_code in expected, f"{answer.status_code} at {url} (G1)"
    assert not (found := INTERNALS.search(answer.text)), f"{found and found[0]!r} in the answer of {url} (G2)"
    carries = url.path.startswith(PERSONAL) or "code=" in answer.headers.get("location", "")
    if carries and "/.well-known/" not in url.path and "jwks" not in url.path:
        assert "no-store" in answer.headers.get("cache-control", ""), f"{url} may be cached (G4)"


@pytest.fixture
def limited(settings: LazySettings) -> None:
    """The published limits, whatever the run has chosen."""
    object.__setattr__(settings.IDP, "rate_limits", True)


@pytest.fixture
def refreshing(make_flow: Callable[..., Flow]) -> Flow:
    """A public client whose refresh tokens rotate."""
    return make_flow("app", token_endpoint_auth_method="none", redirect_uris=["https://app.test/cb"])


@pytest.fixture
def other(make_client: MakeClient, make_flow: Callable[..., Flow]) -> Flow:
    """Another confidential client with the very same redirect URI, at an issuer of its own."""
    return make_flow("other", client_secret="the-secret-of-the-other-client-0123456789")


@pytest.fixture
def issued(refreshing: Flow, person: Person) -> dict[str, Any]:
    """Tokens of Alice for the client that rotates, a refresh token among them."""
    return refreshing.tokens(person, "openid offline_access")


@pytest.fixture
def sink() -> Iterator[list[str]]:
    """A loopback server that notes who came: first its address, then a line for each connection (G8)."""
    notes: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        notes.append(f"http://127.0.0.1:{listening.getsockname()[1]}/jwks")
        yield notes
        with contextlib.suppress(TimeoutError):
            listening.accept()[0].close()
            pytest.fail("the server called an address of the attacker (G8)")
