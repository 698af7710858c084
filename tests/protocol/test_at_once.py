"""What is disabled, ended or taken away stops at once, whatever a process remembers (RFC 9700 §4.14; catalogue rule 5)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.services import users
from providers.models import Session
from providers.services import clients, sessions, tokens
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import error, refused_by_page
from tests.protocol.conftest import MakeFlow

OFFLINE = "openid email offline_access"


@pytest.fixture
def warm(flow: Flow, person: Person) -> dict[str, Any]:
    """Tokens that were used before, so that everything about them is remembered."""
    held = flow.tokens(person, OFFLINE)
    assert flow.userinfo(held["access_token"]).status_code == 200
    assert flow.introspect(held["access_token"]).json()["active"]
    assert flow.refresh(held["refresh_token"]).status_code == 200
    return held


def assert_dead(flow: Flow, held: dict[str, Any]) -> None:
    """Nothing of it is good for anything."""
    assert error(flow.userinfo(held["access_token"]), 401) == "invalid_token"
    assert flow.introspect(held["access_token"]).json() == {"active": False}
    assert flow.introspect(held["refresh_token"]).json() == {"active": False}
    assert error(flow.refresh(held["refresh_token"])) == "invalid_grant"


def test_a_disabled_user_holds_nothing(flow: Flow, warm: dict[str, Any], alice: User) -> None:
    """Details, `disabled: true`"""
    users.update(alice, {"disabled": True}, actor="test")
    assert_dead(flow, warm)


def test_a_user_disabled_behind_our_back_holds_nothing(flow: Flow, warm: dict[str, Any], alice: User) -> None:
    """Catalogue rule 5: the look-up itself asks"""
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert_dead(flow, warm)


def test_a_deleted_user_holds_nothing(flow: Flow, warm: dict[str, Any], alice: User) -> None:
    """Catalogue rule 5"""
    users.delete(alice, actor="test")
    assert_dead(flow, warm)


def test_a_disabled_user_has_no_code_to_redeem(flow: Flow, person: Person, alice: User) -> None:
    """RFC 6749 §4.1.3"""
    code, started = flow.code(person)
    users.update(alice, {"disabled": True}, actor="test")
    assert error(flow.exchange(code, started)) == "invalid_grant"


def test_a_disabled_user_is_not_signed_in_any_more(flow: Flow, person: Person, alice: User) -> None:
    """Core §3.1.2.3"""
    flow.tokens(person)
    users.update(alice, {"disabled": True}, actor="test")
    assert flow.authorize(person, flow.start(prompt="none"))["error"] == "login_required"


def test_a_disabled_client_is_nobody(flow: Flow, warm: dict[str, Any], person: Person) -> None:
    """Details, `disabled: true`"""
    client = clients.find("shop")
    assert client is not None
    clients.update(client, {"disabled": True}, actor="test")
    assert error(flow.refresh(warm["refresh_token"]), 401) == "invalid_client"
    assert error(flow.introspect(warm["access_token"]), 401) == "invalid_client"
    assert error(flow.userinfo(warm["access_token"]), 401) == "invalid_token"
    assert refused_by_page(person.http.get(flow.start().url)) == "invalid_request"


def test_a_deleted_client_is_nobody(flow: Flow, warm: dict[str, Any]) -> None:
    """RFC 6749 §5.2"""
    client = clients.find("shop")
    assert client is not None
    clients.delete(client, actor="test")
    assert error(flow.refresh(warm["refresh_token"]), 401) == "invalid_client"
    assert error(flow.userinfo(warm["access_token"]), 401) == "invalid_token"


def test_a_disabled_client_acts_no_more_for_itself(make_flow: MakeFlow) -> None:
    """Details, `disabled: true`"""
    flow = make_flow("machine", grant_types=["client_credentials"], scope="email")
    token = flow.token("client_credentials").json()["access_token"]
    client = clients.find("machine")
    assert client is not None
    clients.update(client, {"disabled": True}, actor="test")
    assert error(flow.token("client_credentials"), 401) == "invalid_client"
    clients.update(client, {"disabled": False}, actor="test")
    assert flow.introspect(token).json()["active"]


def test_a_session_that_is_taken_away_takes_everything_along(flow: Flow, warm: dict[str, Any], person: Person) -> None:
    """Details: deleting a session ends its tokens"""
    sessions.end_row(Session.objects.get(), actor="test")
    assert_dead(flow, warm)
    assert flow.authorize(person, flow.start(prompt="none"))["error"] == "login_required"


def test_one_login_does_not_end_another(flow: Flow, person: Person, browser: Callable[..., Person]) -> None:
    """Back-Channel Logout 1.0 §2.1, sid"""
    here, there = flow.tokens(person), flow.tokens(browser("alice"))
    person.http.get(flow.metadata["end_session_endpoint"], params={"id_token_hint": here["id_token"]})
    assert error(flow.userinfo(here["access_token"]), 401) == "invalid_token"
    assert flow.userinfo(there["access_token"]).status_code == 200


def test_a_new_password_ends_everything(flow: Flow, warm: dict[str, Any], alice: User) -> None:
    """Catalogue rule 5"""
    users.update(alice, {"password": "another-long-Password-1871"}, actor="test")
    assert_dead(flow, warm)


def test_everything_before_an_instant_can_be_ended(flow: Flow, warm: dict[str, Any]) -> None:
    """Operations §3, `idp tokens revoke --issued-before`"""
    tokens.revoke_issued_before(timezone.now(), actor="test")
    assert_dead(flow, warm)


def test_a_changed_client_is_known_at_once(flow: Flow, person: Person) -> None:
    """Architecture 6a.7"""
    held = flow.tokens(person, OFFLINE)
    client = clients.find("shop")
    assert client is not None
    clients.update(client, {"access_token_lifetime": 77}, actor="test")
    assert flow.refresh(held["refresh_token"]).json()["expires_in"] == 77
