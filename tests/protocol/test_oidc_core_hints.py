"""OpenID Connect Core 1.0 §3.1.2: whom a request means: hints, claims, assignments, changes under way."""

import json
from collections.abc import Callable

import httpx
import pytest

from scopes.services import assignments
from tests.clock import later
from tests.conftest import MakeUser
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import element, refused_by_page, returned
from tests.protocol.conftest import MakeFlow


@pytest.fixture
def silent(make_flow: MakeFlow) -> Flow:
    """A client that asks nobody for consent."""
    return make_flow("silent", consent="implicit")


# id_token_hint


def test_a_hint_about_the_person_who_is_signed_in_is_silent(flow: Flow, person: Person) -> None:
    """§3.1.2.1, id_token_hint"""
    first = flow.tokens(person)
    again = flow.tokens(person, prompt="none", id_token_hint=first["id_token"])
    assert again["claims"]["sub"] == first["claims"]["sub"]


def test_an_expired_hint_still_says_who_is_meant(flow: Flow, person: Person) -> None:
    """§3.1.2.1: "The Authorization Server need not be listed as an audience"; its age does not matter"""
    first = flow.tokens(person)
    with later(7200):
        assert flow.tokens(person, prompt="none", id_token_hint=first["id_token"])["claims"]["sub"] == first["claims"]["sub"]


def test_a_hint_about_somebody_else_is_login_required(
    flow: Flow, person: Person, make_user: MakeUser, browser: Callable[..., Person]
) -> None:
    """§3.1.2.1: "If … the End-User … is not already logged in … SHOULD return … login_required" """
    make_user("bob")
    hint = flow.tokens(browser("bob"))["id_token"]
    flow.tokens(person)
    assert flow.authorize(person, flow.start(prompt="none", id_token_hint=hint))["error"] in (
        "login_required",
        "account_selection_required",
    )


def test_a_hint_about_somebody_else_asks_for_another_account(
    flow: Flow, person: Person, make_user: MakeUser, browser: Callable[..., Person]
) -> None:
    """§3.1.2.1"""
    make_user("bob")
    hint = flow.tokens(browser("bob"))["id_token"]
    flow.tokens(person)
    person.open(flow.start(id_token_hint=hint).url, stop_at="account-switch")
    assert person.sees("account-switch")
    got = returned(person.press("account-continue"))
    assert got["error"] == "login_required"  # the same person again is not the one who is meant


@pytest.mark.parametrize("kind", ["garbage", "signature", "foreign", "alg"])
def test_a_hint_that_is_not_ours_is_refused(flow: Flow, make_flow: MakeFlow, person: Person, kind: str) -> None:
    """§3.1.2.1"""
    header, claims, signature = flow.tokens(person)["id_token"].split(".")
    hints = {
        "garbage": "x.y.z",
        "signature": f"{header}.{claims}.{signature[:-6]}AAAAAA",
        "foreign": make_flow("other").tokens(person)["id_token"],
        "alg": f"eyJhbGciOiJub25lIn0.{claims}.eA",
    }
    assert flow.authorize(person, flow.start(id_token_hint=hints[kind]))["error"] == "invalid_request"


def test_a_hint_signed_with_the_secret_is_understood(make_flow: MakeFlow, person: Person) -> None:
    """§10.1"""
    flow = make_flow(id_token_signed_response_alg="HS256")
    code, started = flow.code(person)
    hint = flow.exchange(code, started).json()["id_token"]
    assert "code" in flow.authorize(person, flow.start(prompt="none", id_token_hint=hint))


# claims parameter


@pytest.mark.parametrize(
    "value",
    ["{", "[]", '"x"', '{"userinfo": []}', '{"userinfo": {"email": 1}}', '{"id_token": "x"}', '{"a":1,"a":2}', "[" * 5000, "NaN"],
)
def test_a_claims_parameter_of_another_shape_is_refused(flow: Flow, value: str) -> None:
    """§5.5"""
    assert returned(flow.http.get(flow.start(claims=value).url))["error"] == "invalid_request"


def test_too_many_single_claims_are_refused(flow: Flow) -> None:
    """§5.5"""
    wanted = json.dumps({"userinfo": {f"c{number}": None for number in range(101)}})
    assert returned(flow.http.get(flow.start(claims=wanted).url))["error"] == "invalid_request"


def test_single_claims_of_a_granted_scope_come_where_they_are_asked_for(make_flow: MakeFlow, person: Person) -> None:
    """§5.5"""
    flow = make_flow(include_claims_in_id_token=False)
    wanted = json.dumps({"id_token": {"email": {"essential": True}}, "userinfo": {"name": None}})
    tokens = flow.tokens(person, "openid email profile", claims=wanted)
    assert tokens["claims"]["email"] == "alice@example.org"
    assert "name" not in tokens["claims"]
    assert flow.userinfo(tokens["access_token"]).json()["name"] == "Alice Liddell"


def test_a_claim_does_not_take_the_value_that_was_asked_for(flow: Flow, person: Person) -> None:
    """§5.5.1"""
    wanted = json.dumps({"id_token": {"email": {"value": "boss@example.org"}}})
    assert flow.tokens(person, "openid email", claims=wanted)["claims"]["email"] == "alice@example.org"


def test_a_sub_that_is_not_signed_in_is_login_required(flow: Flow, person: Person) -> None:
    """§5.5.1: "the Authorization Server MUST NOT reply with an ID Token or Access Token for a different user" """
    flow.tokens(person)
    wanted = json.dumps({"id_token": {"sub": {"value": "somebody-else"}}})
    assert flow.authorize(person, flow.start(prompt="none", claims=wanted))["error"] in ("login_required", "account_selection_required")


def test_an_essential_acr_that_is_not_reached_is_an_error(flow: Flow, person: Person) -> None:
    """§5.5.1.1; OpenID Connect Core Error Code unmet_authentication_requirements"""
    wanted = json.dumps({"id_token": {"acr": {"essential": True, "values": ["https://refeds.org/profile/mfa"]}}})
    assert flow.authorize(person, flow.start(claims=wanted))["error"] == "unmet_authentication_requirements"


@pytest.mark.parametrize("acr", [{"essential": True, "value": "https://refeds.org/profile/sfa"}, {"values": ["x"]}, None])
def test_an_acr_that_is_reached_or_voluntary_is_none(silent: Flow, person: Person, acr: object) -> None:
    """§5.5.1.1"""
    assert silent.tokens(person, claims=json.dumps({"id_token": {"acr": acr}}))["claims"]["acr"] == "https://refeds.org/profile/sfa"


# assignments


def test_somebody_outside_the_assignments_is_kept_out_by_a_page(make_flow: MakeFlow, person: Person) -> None:
    """Contracts C 33; details, protocol readings"""
    _assign("board")
    flow = make_flow(assignments=["board"])
    page = person.open(flow.start().url)
    assert refused_by_page(page, 403) == "access_denied"
    assert "board" in page.text


def test_the_refusal_goes_to_the_client_with_prompt_none(make_flow: MakeFlow, silent: Flow, person: Person) -> None:
    """Details, protocol readings"""
    _assign("board")
    flow = make_flow(assignments=["board"])
    silent.tokens(person)
    assert flow.authorize(person, flow.start(prompt="none"))["error"] == "access_denied"


def test_a_member_of_an_assigned_group_gets_in(make_flow: MakeFlow, person: Person) -> None:
    """Contracts C 33"""
    _assign("staff", groups=["engineering"])
    assert make_flow(assignments=["staff"]).tokens(person)["claims"]


def test_a_lost_assignment_stops_the_tokens(make_flow: MakeFlow, person: Person, alice: object) -> None:
    """Catalogue rule 5"""
    _assign("staff", groups=["engineering"])
    flow = make_flow(assignments=["staff"])
    tokens = flow.tokens(person, "openid offline_access")
    found = assignments.find("staff")
    assert found is not None
    assignments.update(found, {"groups": []}, actor="test")
    assert flow.userinfo(tokens["access_token"]).status_code == 401
    assert flow.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def _assign(name: str, **fields: object) -> None:
    assignments.create({"name": name, **fields}, actor="test")


# the account changes under way


def test_somebody_who_signs_out_in_between_signs_in_again(flow: Flow, person: Person, http: httpx.Client) -> None:
    """§3.1.2.3"""
    flow.tokens(person)
    pending = person.http.get(flow.start("openid email").url).headers["location"]
    for name in list(person.http.cookies):
        if "session" in name:
            person.http.cookies.delete(name)
    assert "code" in returned(person.open(pending))
    assert person.logins == 2


def test_the_error_page_shows_an_id(flow: Flow) -> None:
    """Operations §6"""
    assert len(element(flow.http.get(flow.start(client_id="x").url), "error-id")) >= 8
