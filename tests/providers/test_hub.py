"""Many requests on one connection: what travels together neither helps nor harms its neighbours (docs/decisions/0003-hot-path.md)."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from django.core.exceptions import SynchronousOnlyOperation

from accounts.models import User
from audit.offload import blocking
from audit.record import Origin, origin
from providers import issuer
from providers.endpoints import chain
from providers.messages import EndpointRequest, EndpointResponse
from providers.models import RefreshToken, Registry
from providers.statements import hub, pipeline
from providers.statements.hub import Hub, Unavailable
from tests.conftest import SECRET
from tests.flows import Flow
from tests.person import Person
from tests.protocol.conftest import MakeFlow

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

AT_ONCE = 16
OFFLINE = "openid email offline_access"
BUMP = "UPDATE providers_registry SET version = version + 1 WHERE id = 1"
FAILS = "SELECT 1 / (%s::int)"
DIES = "SELECT pg_terminate_backend(pg_backend_pid())"
SLEEPS = "SELECT pg_sleep(30)"
Call = Callable[[], Any]


def run(*batches: Sequence[Call]) -> list[list[Any]]:
    """Run calls in greenlets of one hub, those of a batch at once; what a call raises is its result."""

    async def main() -> list[list[Any]]:
        own = Hub()
        try:
            return [await asyncio.gather(*(own.call(call) for call in calls), return_exceptions=True) for calls in batches]
        finally:
            close(own)

    return asyncio.run(main())


def close(own: Hub) -> None:
    """Leave nothing behind in the database."""
    if own.pipeline is not None and not own.pipeline.closed:
        own.pipeline.close()
    own.threads.shutdown()


def statement(text: str, *params: Any) -> Call:
    """A call that runs one statement and gives its rows."""

    def call() -> Any:
        lane = hub.current()
        assert lane is not None
        return lane.run(text, params)[0]

    return call


def endpoint(path: str, **form: str) -> Call:
    """A call of an endpoint, as the shop."""
    body = urlencode({"client_id": "shop", "client_secret": SECRET, **form}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    route = issuer.split(path)
    assert route is not None
    return lambda: chain.respond(EndpointRequest("POST", path, headers=headers, body=body, ip="127.0.0.1"), route)


def token(**form: str) -> Call:
    """A call of the token endpoint."""
    return endpoint("/application/o/token/", **form)


def answers(responses: Sequence[EndpointResponse]) -> list[dict[str, Any]]:
    """The bodies."""
    return [json.loads(response.body) for response in responses]


def version() -> int:
    """The registry's version, as committed."""
    return Registry.objects.get().version


# what may happen once


def test_a_refresh_token_used_many_times_at_once_has_one_successor(make_flow: MakeFlow, person: Person) -> None:
    """RFC 9700 §4.14.2: the same answer again within the grace, or a refusal; never two families of living tokens"""
    flow = make_flow(refresh_token_rotation=True)
    held = flow.tokens(person, OFFLINE)["refresh_token"]
    (responses,) = run([token(grant_type="refresh_token", refresh_token=held)] * AT_ONCE)
    assert {response.status for response in responses} <= {200, 400}
    successors = {answer["refresh_token"] for answer in answers(responses) if "refresh_token" in answer}
    assert len(successors) == 1
    assert successors != {held}
    assert RefreshToken.objects.filter(used_at=None, revoked=None).count() <= 1
    assert RefreshToken.objects.count() == 2


def test_a_code_used_many_times_at_once_is_good_once_and_then_for_nothing(flow: Flow, person: Person) -> None:
    """RFC 6749 §4.1.2: "If an authorization code is used more than once … SHOULD revoke" """
    code, started = flow.code(person, OFFLINE)
    form = {"code": code, "redirect_uri": started.redirect_uri, "code_verifier": started.verifier}
    (responses,) = run([token(grant_type="authorization_code", **form)] * AT_ONCE)
    assert Counter(response.status for response in responses) == {200: 1, 400: AT_ONCE - 1}
    won = next(answer for answer in answers(responses) if "access_token" in answer)
    assert flow.introspect(won["access_token"]).json() == {"active": False}
    assert flow.refresh(won["refresh_token"]).status_code == 400


# what fails


def test_a_statement_that_fails_fails_alone(instance: None) -> None:
    before = version()
    (results,) = run([statement(BUMP), statement(FAILS, 0), statement(FAILS, 1), statement(BUMP)])
    assert isinstance(results[1], psycopg.errors.DivisionByZero)
    assert results[2] == [(1,)]
    assert version() == before + 2


def test_after_a_failure_the_same_statements_go_on_working(instance: None) -> None:
    """A text that was prepared in a batch that failed is prepared again, or still"""
    texts = [f"SELECT {number} + %s::int" for number in range(5)]
    failing = [statement(text, 1) for text in texts[:3]] + [statement(FAILS, 0)] + [statement(text, 1) for text in texts]
    *_, last = run(failing, failing, [statement(text, 1) for text in texts])
    assert last == [[(number + 1,)] for number in range(5)]


def test_a_lost_connection_is_said_to_everybody_and_nothing_is_repeated(instance: None) -> None:
    before = version()
    lost, after = run([statement(BUMP), statement(DIES), statement(BUMP)], [statement(BUMP)])
    assert [type(result) for result in lost] == [Unavailable] * 3
    assert after == [[]]
    assert version() == before + 1


def test_a_lost_connection_is_503_and_the_next_request_is_served(flow: Flow, person: Person) -> None:
    held = flow.tokens(person)["access_token"]
    ask = endpoint("/application/o/introspect/", token=held)
    lost, after = run([statement(DIES), ask], [ask])
    assert lost[1].status == 503
    assert dict(lost[1].headers)["Retry-After"]
    assert after[0].status == 200
    assert json.loads(after[0].body)["active"]


def test_a_database_that_does_not_answer_is_given_up(instance: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "TIMEOUT", 0.5)
    started = time.monotonic()
    (stuck,) = run([statement(SLEEPS), statement(BUMP)])
    assert [type(result) for result in stuck] == [Unavailable] * 2
    assert time.monotonic() - started < 10


def test_too_many_waiting_statements_are_turned_away(instance: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "MAX_WAITING", 3)
    (results,) = run([statement(FAILS, 1)] * 5)
    assert [isinstance(result, Unavailable) for result in results] == [False] * 3 + [True] * 2


def test_shutdown_leaves_nobody_parked(instance: None) -> None:
    async def main() -> list[Any]:
        own = Hub()
        calls = [asyncio.ensure_future(own.call(statement(SLEEPS))) for _ in range(hub.MAX_BATCH + 3)]
        await asyncio.sleep(0.5)
        assert own.pump is not None
        own.pump.cancel()
        results: list[Any] = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 5)
        close(own)
        return results

    assert {type(result) for result in asyncio.run(main())} == {Unavailable}


# what is not a statement


def test_blocking_work_runs_elsewhere_with_the_context_of_its_caller(alice: User) -> None:
    @blocking
    def look() -> tuple[str | None, str]:
        here = origin.get()
        return here.ip if here else None, User.objects.get().username

    def caller(ip: str) -> Call:
        def call() -> Any:
            origin.set(Origin(ip=ip))
            return look(), origin.get()

        return call

    (results,) = run([caller(f"192.0.2.{number}") for number in range(8)])
    assert results == [((f"192.0.2.{number}", "alice"), Origin(ip=f"192.0.2.{number}")) for number in range(8)]


def test_what_blocking_work_raises_reaches_its_caller(instance: None) -> None:
    @blocking
    def look() -> None:
        raise LookupError("nobody")

    (results,) = run([look, statement(FAILS, 1)])
    assert isinstance(results[0], LookupError)
    assert results[1] == [(1,)]


def test_the_orm_is_refused_in_the_loop(alice: User) -> None:
    """Django's guard: a query there would stop everybody"""
    (results,) = run([User.objects.count])
    assert isinstance(results[0], SynchronousOnlyOperation)


def test_outside_a_hub_there_is_none(instance: None) -> None:
    assert hub.current() is None
