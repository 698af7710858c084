"""RFC 7662: Token Introspection."""

import pytest

from accounts.models import User
from accounts.services import users
from providers.services import clients
from tests.clock import later
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import error
from tests.protocol.conftest import MakeFlow

INACTIVE = {"active": False}


def test_without_credentials_it_is_401(flow: Flow) -> None:
    """§2.1: "the endpoint MUST also require some form of authorization"; rulings, case 61"""
    answer = flow.http.post(flow.metadata["introspection_endpoint"], data={"token": "x"})
    assert error(answer, 401) == "invalid_client"


def test_with_wrong_credentials_it_is_401(flow: Flow) -> None:
    """§2.3"""
    flow.client_secret = "wrong"
    assert error(flow.introspect("x"), 401) == "invalid_client"


def test_a_public_client_may_not_ask(native: Flow) -> None:
    """§2.1, §4: token scanning"""
    assert error(native.introspect("x"), 401) == "invalid_client"


def test_a_missing_token_is_an_invalid_request(flow: Flow) -> None:
    """§2.1: token is REQUIRED"""
    assert error(flow.post("introspection_endpoint", {"token_type_hint": "access_token"})) == "invalid_request"


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_only_post(flow: Flow, method: str) -> None:
    """§2.1"""
    assert flow.http.request(method, flow.metadata["introspection_endpoint"]).status_code == 405


@pytest.mark.parametrize("token", ["x", "at_" + "x" * 43, "rt_" + "x" * 43, "x" * 9000, "a.b.c"])
def test_a_made_up_token_is_inactive(flow: Flow, token: str) -> None:
    """§2.2"""
    answer = flow.introspect(token)
    assert (answer.status_code, answer.json()) == (200, INACTIVE)


def test_an_own_access_token_is_described(either: Flow, person: Person) -> None:
    """§2.2"""
    tokens = either.tokens(person, "openid email")
    answer = either.introspect(tokens["access_token"])
    body = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert (body["active"], body["client_id"], body["scope"], body["username"]) == (True, "shop", "openid email", "alice")
    assert (body["token_type"], body["iss"], body["sub"]) == ("Bearer", either.issuer, tokens["claims"]["sub"])
    assert body["exp"] - body["iat"] == 3600
    assert body["aud"] == either.issuer


def test_an_own_refresh_token_is_described(flow: Flow, person: Person) -> None:
    """§2.2"""
    tokens = flow.tokens(person, "openid offline_access")
    body = flow.introspect(tokens["refresh_token"], token_type_hint="access_token").json()
    assert (body["active"], body["token_type"], body["scope"]) == (True, "refresh_token", "openid offline_access")


def test_a_client_acting_for_itself_has_no_username(make_flow: MakeFlow) -> None:
    """§2.2"""
    flow = make_flow(grant_types=["client_credentials"], scope="email")
    body = flow.introspect(flow.token("client_credentials").json()["access_token"]).json()
    assert (body["active"], body["sub"], "username" in body, "email" in body) == (True, "shop", False, False)


def test_a_foreign_token_is_inactive(flow: Flow, make_flow: MakeFlow, person: Person) -> None:
    """§4: "If the protected resource is not allowed to introspect a token" """
    other = make_flow("other")
    tokens = flow.tokens(person, "openid offline_access")
    assert other.introspect(tokens["access_token"]).json() == INACTIVE
    assert other.introspect(tokens["refresh_token"]).json() == INACTIVE


def test_a_token_for_the_asking_resource_is_active(flow: Flow, make_flow: MakeFlow, person: Person) -> None:
    """§2.2, aud"""
    api = make_flow("api")
    tokens = flow.tokens(person, "openid", audience="api")
    body = api.introspect(tokens["access_token"]).json()
    assert (body["active"], body["aud"], body["client_id"]) == (True, "api", "shop")


def test_an_expired_token_is_inactive(flow: Flow, person: Person) -> None:
    """§2.2"""
    tokens = flow.tokens(person)
    with later(3601):
        assert flow.introspect(tokens["access_token"]).json() == INACTIVE


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_revoked_token_is_inactive(flow: Flow, person: Person, kind: str) -> None:
    """§2.2"""
    tokens = flow.tokens(person, "openid offline_access")
    flow.revoke(tokens[kind])
    assert flow.introspect(tokens[kind]).json() == INACTIVE


def test_an_id_token_is_no_access_token(flow: Flow, person: Person) -> None:
    """RFC 9700 §4"""
    assert flow.introspect(flow.tokens(person)["id_token"]).json() == INACTIVE


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_tokens_of_a_disabled_user_are_inactive_at_once(flow: Flow, person: Person, alice: User, kind: str) -> None:
    """§4, details "disabled stops everything at once" """
    tokens = flow.tokens(person, "openid offline_access")
    assert flow.introspect(tokens[kind]).json()["active"]
    users.update(alice, {"disabled": True}, actor="test")
    assert flow.introspect(tokens[kind]).json() == INACTIVE


def test_a_disabled_client_cannot_ask_and_its_tokens_are_inactive(flow: Flow, make_flow: MakeFlow, person: Person) -> None:
    """§4"""
    api = make_flow("api")
    tokens = flow.tokens(person, "openid", audience="api")
    assert api.introspect(tokens["access_token"]).json()["active"]
    shop = clients.find("shop")
    assert shop is not None
    clients.update(shop, {"disabled": True}, actor="test")
    assert api.introspect(tokens["access_token"]).json() == INACTIVE
    assert error(flow.introspect(tokens["access_token"]), 401) == "invalid_client"
