"""One answer, whichever lane a request takes: WSGI, ASGI, Django's own door; with or without a page (docs/decisions/0003-hot-path.md)."""

import asyncio
import re
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.conf import settings
from django.db import connections

from accounts.models import User
from idp.asgi import Application
from providers import issuer
from providers.endpoints import chain
from providers.messages import EndpointRequest, EndpointResponse
from tests.conftest import MakeClient
from tests.flows import Flow
from tests.person import Person
from tests.protocol.conftest import MakeFlow
from tests.protocol.test_doors import FORM, PATHS, REQUESTS, Answer, behind, in_front

Request = tuple[str, str, str, bytes, dict[str, str]]
VOLATILE = re.compile(rb'"request_id":"[0-9a-f]+"|"access_token":"[^"]+"')
# Its value is new each time; lengths are compared with the bodies they belong to.
NEW_EACH_TIME = frozenset({"x-request-id", "content-length"})


def comparable(answer: Answer) -> Answer:
    """Without what differs between any two answers, and in one order."""
    status, headers, body = answer
    said = {name.lower(): value for name, value in headers}
    assert not body or int(said.get("content-length", len(body))) == len(body)
    return status, sorted((name, value) for name, value in said.items() if name not in NEW_EACH_TIME), VOLATILE.sub(b"", body)


def let_go(pool: ThreadPoolExecutor) -> None:
    """Close the database connection of every thread, so that the test database can be dropped."""
    barrier = threading.Barrier(max(1, len(pool._threads)))

    def close() -> None:
        barrier.wait(10)
        connections.close_all()

    for _ in range(barrier.parties):
        pool.submit(close)
    pool.shutdown()


def by_asgi(requests: Iterable[Request]) -> list[Answer]:
    """What the ASGI application answers, one after the other in one process."""

    async def ask(application: Application, request: Request) -> Answer:
        method, path, query, body, headers = request
        given = {"Host": "localhost:8000", **({"Content-Type": FORM, "Content-Length": str(len(body))} if body else {}), **headers}
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "query_string": query.encode("latin-1"),
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in given.items()],
            "client": ("127.0.0.1", 50000),
            "server": ("localhost", 8000),
            "scheme": "http",
        }
        pieces = [body[start : start + 40_000] for start in range(0, len(body), 40_000)] or [b""]
        sent: list[dict[str, object]] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

        async def send(message: Mapping[str, object]) -> None:
            sent.append(dict(message))

        await application(scope, receive, send)  # type: ignore[arg-type]
        start, content = sent
        said = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]  # type: ignore[attr-defined]
        return int(str(start["status"])), said, bytes(content["body"])  # type: ignore[call-overload]

    async def main() -> list[Answer]:
        application = Application()
        try:
            return [await ask(application, request) for request in requests]
        finally:
            let_go(application.pages)
            if application.hub is not None:
                let_go(application.hub.threads)
                if application.hub.pipeline is not None:
                    application.hub.pipeline.close()

    return asyncio.run(main())


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_all_lanes_answer_alike(make_client: MakeClient) -> None:
    """Status, headers and body, malformed requests included; twice by ASGI, which keeps documents ready"""
    make_client(grant_types=["client_credentials", "authorization_code"], scope="email")
    requests = [(method, PATHS[name], query, body, headers) for method, name, query, body, headers in REQUESTS]
    first, second, front, back = by_asgi(requests), by_asgi(requests * 2), [], []
    for request in requests:
        front.append(comparable(in_front(*request)))
        back.append(comparable(behind(*request)))
    for number, request in enumerate(requests):
        for answer in (first[number], second[number], second[number + len(requests)]):
            assert comparable(answer) == front[number] == back[number], request


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_kept_document_ends_with_the_version_it_was_made_of(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is never older than the two seconds that everything kept may be"""
    make_client()
    request: Request = ("GET", PATHS["metadata"], "", b"", {})
    counted: list[str] = []
    answered = chain.respond
    monkeypatch.setattr(chain, "respond", lambda asked, route: counted.append(asked.path) or answered(asked, route))
    by_asgi([request] * 5)
    assert len(counted) == 1
    monkeypatch.setattr("providers.endpoints.document.MAXIMUM_AGE", 0.0)
    by_asgi([request] * 5)
    assert len(counted) == 6


# authorization requests that need nobody


def silently(person: Person, url: str, cookie: str | None = None, method: str = "GET") -> EndpointResponse | None:
    """The answer without a page, if there is one."""
    parts = urlsplit(url)
    route = issuer.split(parts.path)
    assert route is not None
    sent = "; ".join(f"{name}={value}" for name, value in person.http.cookies.items()) if cookie is None else cookie
    agent = person.http.headers.get("user-agent", "")
    return chain.silently(EndpointRequest(method, parts.path, parts.query, {"cookie": sent, "user-agent": agent}, b"", "127.0.0.1"), route)


def parameters(location: str) -> tuple[str, dict[str, str]]:
    """Where a redirect leads, and its parameters but the code."""
    parts = urlsplit(location)
    values = dict(parse_qsl(parts.query))
    assert len(values.pop("code")) > 20
    return f"{parts.scheme}://{parts.netloc}{parts.path}", values


@pytest.fixture
def known(flow: Flow, person: Person) -> Flow:
    """A client that Alice is signed in and has consented to."""
    flow.tokens(person, "openid email")
    return flow


def test_the_answer_without_a_page_is_that_of_the_pages(known: Flow, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same status, address and parameters"""
    started = known.start("openid email")
    quick = silently(person, started.url)
    assert quick is not None
    monkeypatch.setattr("providers.endpoints.authorize.silent.answer", lambda *_args: None)
    slow = person.open(started.url)
    assert quick.status == slow.status_code == 303
    location = dict(quick.headers)["Location"]
    assert parameters(location) == parameters(slow.headers["location"])
    assert parameters(location)[1] == {"state": started.state, "iss": known.issuer}
    for name in ("Cache-Control", "X-Content-Type-Options", "X-Frame-Options"):
        assert dict(quick.headers)[name] == slow.headers[name]


def test_its_code_is_good(known: Flow, person: Person) -> None:
    started = known.start("openid email")
    quick = silently(person, started.url)
    assert quick is not None
    code = dict(parse_qsl(urlsplit(dict(quick.headers)["Location"]).query))["code"]
    assert known.exchange(code, started).status_code == 200


def test_nobody_is_signed_in(known: Flow, person: Person) -> None:
    url = known.start("openid email").url
    assert silently(person, url, cookie="") is None
    assert silently(person, url, cookie=f"{settings.SESSION_COOKIE_NAME}=nobody") is None
    assert silently(person, url, cookie=f"{settings.SESSION_COOKIE_NAME}=") is None


def test_a_cookie_that_comes_twice_is_nobodys(known: Flow, person: Person) -> None:
    url, value = known.start("openid email").url, person.http.cookies[settings.SESSION_COOKIE_NAME]
    once = f"{settings.SESSION_COOKIE_NAME}={value}"
    assert silently(person, url, cookie=once) is not None
    assert silently(person, url, cookie=f"{once}; {once}") is None
    assert silently(person, url, cookie=f"{settings.SESSION_COOKIE_NAME}=other; {once}") is None


def test_a_disabled_person_goes_to_the_pages(known: Flow, person: Person, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert silently(person, known.start("openid email").url) is None


def test_a_session_from_before_the_password_goes_to_the_pages(known: Flow, person: Person, alice: User) -> None:
    alice.set_password("another-long-Password-1871")
    alice.save()
    assert silently(person, known.start("openid email").url) is None


def test_a_session_that_ended_goes_to_the_pages(known: Flow, person: Person) -> None:
    cookie = f"{settings.SESSION_COOKIE_NAME}={person.http.cookies[settings.SESSION_COOKIE_NAME]}"
    person.http.get(known.metadata["end_session_endpoint"], params={"id_token_hint": known.tokens(person)["id_token"]})
    assert silently(person, known.start("openid email").url, cookie=cookie) is None


def test_without_consent_the_pages_ask(known: Flow, person: Person, make_flow: MakeFlow) -> None:
    assert silently(person, make_flow("other", consent="explicit").start("openid email").url) is None
    assert silently(person, known.start("openid email profile").url) is None


@pytest.mark.parametrize(
    "asked",
    [
        {"prompt": "login"},
        {"prompt": "consent"},
        {"prompt": "select_account"},
        {"max_age": "0"},
        {"response_mode": "form_post"},
        {"redirect_uri": "https://evil.example/"},
        {"client_id": "nobody"},
        {"response_type": "token"},
        {"code_challenge": None},
        {"request": "x"},
        {"scope": "openid " + "x" * 20_000},
    ],
    ids=lambda asked: urlencode(asked)[:40],
)
def test_what_is_more_than_a_redirect_goes_to_the_pages(known: Flow, person: Person, asked: dict[str, str | None]) -> None:
    assert silently(person, known.start(**{"scope": "openid email", **asked}).url) is None  # type: ignore[arg-type]


def test_only_a_get_is_answered_without_a_page(known: Flow, person: Person) -> None:
    assert silently(person, known.start("openid email").url, method="POST") is None


def test_a_parameter_that_comes_twice_goes_to_the_pages(known: Flow, person: Person) -> None:
    """RFC 6749 §3.1"""
    assert silently(person, known.start("openid email").url + "&scope=openid") is None


def test_what_breaks_without_a_page_goes_to_the_pages(known: Flow, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("providers.endpoints.authorize.silent.answer", broken)
    assert silently(person, known.start("openid email").url) is None
