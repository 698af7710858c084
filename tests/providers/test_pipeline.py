"""The phases of a token request when the world moves under them."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from providers.client_auth import client_secret_jwt, private_key_jwt
from providers.client_auth.credentials import Credentials
from providers.models import Client
from providers.services import clients, registry
from providers.statements import Stale, access_tokens, authorizations, codes, refresh_tokens
from providers.statements import clients as client_statements
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import error
from tests.protocol.conftest import MakeFlow

OFFLINE = "openid offline_access"


@pytest.fixture
def native(make_flow: MakeFlow) -> Flow:
    return make_flow("native", token_endpoint_auth_method="none", redirect_uris=["https://native.example.org/cb"])


@pytest.fixture
def machine(make_flow: MakeFlow) -> Flow:
    return make_flow(grant_types=["client_credentials", "authorization_code", "refresh_token"], scope=f"{OFFLINE} email")


def shop() -> Client:
    client = clients.find("shop")
    assert client is not None
    return client


def interrupted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, *between: Callable[[], object]) -> list[int]:
    """Let things happen just before a statement writes; returns where the calls are counted."""
    genuine, calls, waiting = getattr(module, name), [0], list(between)

    def call(*args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        if waiting:
            waiting.pop(0)()
        return genuine(*args, **kwargs)

    monkeypatch.setattr(module, name, call)
    return calls


def stale() -> None:
    raise Stale


def test_a_world_that_never_stands_still_is_503(machine: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = interrupted(monkeypatch, access_tokens, "insert", *[stale] * 10)
    answer = machine.token("client_credentials")
    assert error(answer, 503) == "temporarily_unavailable"
    assert answer.headers["retry-after"] == "1"
    assert calls == [4]


def test_a_registry_that_moved_is_read_again(machine: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = interrupted(monkeypatch, access_tokens, "insert", registry.bump)
    assert machine.token("client_credentials").status_code == 200
    assert calls == [2]


def test_a_client_that_changed_is_read_again(machine: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted(monkeypatch, access_tokens, "insert", lambda: clients.update(shop(), {"access_token_lifetime": 99}, actor="test"))
    assert machine.token("client_credentials").json()["expires_in"] == 99


@pytest.mark.parametrize(
    "change",
    [
        lambda: clients.update(shop(), {"disabled": True}, actor="test"),
        lambda: clients.delete(shop(), actor="test"),
        lambda: clients.rotate_secret(shop(), overlap=0, actor="test"),
    ],
    ids=["disabled", "deleted", "secret withdrawn"],
)
def test_a_client_that_went_away_meanwhile_gets_nothing(
    machine: Flow, monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]
) -> None:
    interrupted(monkeypatch, access_tokens, "insert", change)
    assert error(machine.token("client_credentials"), 401) == "invalid_client"


def test_a_refusal_that_rests_on_an_old_record_is_looked_at_again(machine: Flow) -> None:
    assert machine.token("client_credentials", scope="email").status_code == 200
    Client.objects.filter(slug="shop").update(scope=f"{OFFLINE} email phone", version=shop().version + 1)
    assert machine.token("client_credentials", scope="phone").status_code == 200


def test_a_code_that_somebody_redeemed_first_is_invalid(machine: Flow, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    code, started = machine.code(person)
    first: list[int] = []

    def other() -> None:
        first.append(machine.exchange(code, started).status_code)

    interrupted(monkeypatch, codes, "redeem", other)
    assert error(machine.exchange(code, started)) == "invalid_grant"
    assert first == [200]


def test_a_refresh_that_came_second_gets_the_same_successor(make_flow: MakeFlow, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = make_flow("rotating", refresh_token_rotation=True)
    token = flow.tokens(person, OFFLINE)["refresh_token"]
    first: list[str] = []
    interrupted(monkeypatch, refresh_tokens, "rotate", lambda: first.append(flow.refresh(token).json()["refresh_token"]))
    assert flow.refresh(token).json()["refresh_token"] == first[0]


def test_a_code_that_was_replayed_stays_refused(machine: Flow, person: Person) -> None:
    code, started = machine.code(person)
    assert [machine.exchange(code, started).status_code for _ in range(4)] == [200, 400, 400, 400]


def test_a_family_that_ended_under_a_reuse_is_ended_once(make_flow: MakeFlow, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = make_flow("rotating", refresh_token_rotation=True)
    first = flow.tokens(person, OFFLINE)["refresh_token"]
    second = flow.refresh(first).json()["refresh_token"]
    flow.refresh(second)
    interrupted(monkeypatch, authorizations, "revoke", lambda: flow.revoke(second))
    assert error(flow.refresh(first)) == "invalid_grant"


def test_a_public_client_with_the_grant_still_cannot_act_for_itself(native: Flow) -> None:
    """RFC 6749 §4.4: "The client credentials grant type MUST only be used by confidential clients." """
    Client.objects.filter(slug="native").update(grant_types=["client_credentials"])
    assert error(native.token("client_credentials")) == "unauthorized_client"


def test_a_client_that_changed_while_it_revokes(machine: Flow, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    token = machine.tokens(person)["access_token"]
    interrupted(monkeypatch, client_statements, "is_stale", lambda: clients.update(shop(), {"client_name": "New"}, actor="test"))
    assert machine.revoke(token).status_code == 200
    assert error(machine.userinfo(token), 401) == "invalid_token"


@pytest.mark.parametrize("method", [private_key_jwt, client_secret_jwt])
def test_an_assertion_of_nobody_is_not_looked_at(method: ModuleType) -> None:
    assert not method.verify(Credentials("assertion", (("x", ""),), "a.b.c"), None, frozenset())


def test_a_client_that_changed_between_two_looks_at_a_code(machine: Flow, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    code, started = machine.code(person)
    interrupted(monkeypatch, codes, "find", lambda: clients.update(shop(), {"access_token_lifetime": 77}, actor="test"))
    assert machine.exchange(code, started).json()["expires_in"] == 77


def test_a_client_that_changed_between_two_looks_at_a_refresh_token(machine: Flow, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    token = machine.tokens(person, OFFLINE)["refresh_token"]
    interrupted(monkeypatch, refresh_tokens, "find", lambda: clients.update(shop(), {"access_token_lifetime": 77}, actor="test"))
    assert machine.refresh(token).json()["expires_in"] == 77


def test_a_client_that_changed_while_it_introspects(machine: Flow, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    token = machine.tokens(person)["access_token"]
    interrupted(monkeypatch, access_tokens, "find", lambda: clients.update(shop(), {"client_name": "New"}, actor="test"))
    assert machine.introspect(token).json()["active"]


def test_an_introspecting_client_that_was_disabled_meanwhile(machine: Flow, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    token = machine.tokens(person)["access_token"]
    interrupted(monkeypatch, access_tokens, "find", lambda: clients.update(shop(), {"disabled": True}, actor="test"))
    assert error(machine.introspect(token), 401) == "invalid_client"


def test_an_authorization_whose_person_went_away_meanwhile(
    machine: Flow, person: Person, monkeypatch: pytest.MonkeyPatch, alice: Any
) -> None:
    interrupted(monkeypatch, codes, "issue", lambda: type(alice).objects.filter(pk=alice.pk).update(is_active=False))
    got = machine.authorize(person, machine.start())
    assert got["error"] == "temporarily_unavailable"


def test_an_authorization_whose_registry_moved_is_given_all_the_same(
    machine: Flow, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = interrupted(monkeypatch, codes, "issue", registry.bump)
    assert "code" in machine.authorize(person, machine.start())
    assert calls == [2]


def test_a_silent_answer_that_cannot_be_written_is_left_to_the_pages(
    machine: Flow, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.tokens(person)
    interrupted(monkeypatch, codes, "issue", stale, stale)
    assert "code" in machine.authorize(person, machine.start(prompt="none"))


def test_what_is_kept_of_clients_is_bounded(machine: Flow, make_flow: MakeFlow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_statements, "LIMIT", 1)
    other = make_flow("other", grant_types=["client_credentials"])
    assert [flow.token("client_credentials").status_code for flow in (machine, other, machine)] == [200, 200, 200]
