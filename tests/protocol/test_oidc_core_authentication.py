"""OpenID Connect Core 1.0 §3.1.2: the authentication request and the people in front of it."""

import json
from collections.abc import Callable

import httpx
import pytest
from lxml import html

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


# prompt


def test_prompt_none_without_a_login_is_login_required(flow: Flow) -> None:
    """§3.1.2.6"""
    started = flow.start(prompt="none")
    got = returned(flow.http.get(started.url))
    assert (got["error"], got["state"]) == ("login_required", started.state)


def test_prompt_none_before_consent_is_consent_required(flow: Flow, person: Person) -> None:
    """§3.1.2.6"""
    flow.tokens(person, "openid")
    assert flow.authorize(person, flow.start("openid email", prompt="none"))["error"] == "consent_required"


def test_prompt_none_when_a_login_is_too_old_is_login_required(flow: Flow, person: Person) -> None:
    """§3.1.2.1, max_age"""
    flow.tokens(person)
    with later(100):
        assert flow.authorize(person, flow.start(prompt="none", max_age="50"))["error"] == "login_required"


@pytest.mark.parametrize("others", ["login", "consent", "select_account", "foo"])
def test_prompt_none_stands_alone(flow: Flow, others: str) -> None:
    """§3.1.2.1: "If this parameter contains none with any other value, an error is returned." """
    assert returned(flow.http.get(flow.start(prompt=f"{others} none").url))["error"] == "invalid_request"


def test_prompt_none_is_silent_once_everything_is_settled(flow: Flow, person: Person) -> None:
    """§3.1.2.1"""
    first = flow.tokens(person)
    assert (person.logins, person.consents) == (1, 1)
    second = flow.tokens(person, prompt="none")
    assert (person.logins, person.consents) == (1, 1)
    assert (second["claims"]["sub"], second["claims"]["auth_time"]) == (first["claims"]["sub"], first["claims"]["auth_time"])


def test_prompt_login_asks_who_is_signed_in_once_more(flow: Flow, person: Person) -> None:
    """§3.1.2.1: "The Authorization Server SHOULD prompt the End-User for reauthentication." """
    first = flow.tokens(person)["claims"]
    with later(30):
        second = flow.tokens(person, prompt="login")["claims"]
    assert person.logins == 2
    assert second["auth_time"] >= first["auth_time"] + 30
    assert second["sub"] == first["sub"]


def test_prompt_login_asks_only_once_right_after_another_login(flow: Flow, person: Person) -> None:
    """§3.1.2.1; a login within the same second as the request counts"""
    flow.tokens(person)
    flow.tokens(person, prompt="login")
    flow.tokens(person, prompt="login")
    assert person.logins == 3


def test_prompt_login_of_nobody_is_exactly_one_login(flow: Flow, person: Person) -> None:
    """Contracts C 25"""
    flow.tokens(person, prompt="login")
    assert person.logins == 1


def test_prompt_consent_asks_again(silent: Flow, person: Person) -> None:
    """§3.1.2.1"""
    silent.tokens(person)
    assert person.consents == 0
    silent.tokens(person, prompt="consent")
    assert person.consents == 1


def test_prompt_login_and_consent_ask_for_both(flow: Flow, person: Person) -> None:
    """§3.1.2.1: a list of values"""
    flow.tokens(person)
    flow.tokens(person, prompt="login consent")
    assert (person.logins, person.consents) == (2, 2)


def test_an_unknown_prompt_is_ignored(flow: Flow, person: Person) -> None:
    """Contracts A5"""
    assert flow.tokens(person, prompt="create")["claims"]


def test_select_account_offers_to_go_on(silent: Flow, person: Person) -> None:
    """§3.1.2.1"""
    silent.tokens(person)
    person.open(silent.start(prompt="select_account").url, stop_at="account-continue")
    assert person.sees("account-switch")
    assert "code" in returned(person.press("account-continue"))
    assert person.logins == 1


def test_select_account_leads_to_the_login_of_somebody_else(
    silent: Flow, person: Person, make_user: MakeUser, browser: Callable[..., Person]
) -> None:
    """§3.1.2.1, details `account-switch`"""
    make_user("bob")
    first = silent.tokens(person)["claims"]["sub"]
    started = silent.start(prompt="select_account")
    person.open(started.url, stop_at="account-continue")
    person.username = "bob"
    login = person.press("account-switch")
    assert person.sees("id_login")
    got = returned(person.open(str(login.url)))
    assert silent.verify(silent.exchange(got["code"], started).json()["id_token"])["sub"] != first


def test_somebody_else_is_at_the_screen_during_consent(
    flow: Flow, person: Person, make_user: MakeUser, browser: Callable[..., Person]
) -> None:
    """§3.1.2.4, details `account-switch`"""
    make_user("bob")
    person.open(flow.start().url, stop_at="consent-approve")
    person.username = "bob"
    login = person.press("account-switch")
    assert person.sees("id_login")
    assert "code" in returned(person.open(str(login.url)))


# max_age


@pytest.mark.parametrize("value", ["x", "-1", "1.5", "٣", "9" * 10, " 1"])
def test_a_max_age_that_is_no_number_is_refused(flow: Flow, value: str) -> None:
    """§3.1.2.1; contracts C 27"""
    assert returned(flow.http.get(flow.start(max_age=value).url))["error"] == "invalid_request"


def test_max_age_zero_asks_again(flow: Flow, person: Person) -> None:
    """§3.1.2.1; contracts C 27"""
    flow.tokens(person)
    flow.tokens(person, max_age="0")
    assert person.logins == 2


def test_max_age_asks_only_when_the_login_is_older(flow: Flow, person: Person) -> None:
    """§3.1.2.1; OpenID Foundation modules max-age-1 and max-age-10000"""
    first = flow.tokens(person, max_age="10000")["claims"]["auth_time"]
    with later(60):
        assert flow.tokens(person, max_age="10000")["claims"]["auth_time"] == first
        assert person.logins == 1
        assert flow.tokens(person, max_age="59")["claims"]["auth_time"] >= first + 60
        assert person.logins == 2


def test_a_registered_default_max_age_counts(make_flow: MakeFlow, person: Person) -> None:
    """Registration §2, default_max_age"""
    flow = make_flow(default_max_age=50)
    flow.tokens(person)
    with later(60):
        flow.tokens(person)
        assert person.logins == 2
        flow.tokens(person, max_age="10000")
        assert person.logins == 2


# hints and wishes


def test_login_hint_fills_the_form(flow: Flow, person: Person) -> None:
    """§3.1.2.1; contracts C 29"""
    page = person.open(flow.start(login_hint="bob@example.org").url, stop_at="id_login")
    assert html.fromstring(page.text).get_element_by_id("id_login").get("value") == "bob@example.org"


def test_a_login_hint_is_only_text(flow: Flow, person: Person) -> None:
    """§3.1.2.1"""
    page = person.open(flow.start(login_hint='"><script>alert(1)</script>').url, stop_at="id_login")
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    "wish",
    [
        {"display": "page"},
        {"display": "popup"},
        {"display": "nonsense"},
        {"ui_locales": "se"},
        {"ui_locales": "fr-CA fr en"},
        {"claims_locales": "se"},
        {"acr_values": "1 2"},
        {"acr_values": "https://refeds.org/profile/mfa"},
        {"login_hint": "alice"},
    ],
)
def test_wishes_that_cannot_be_met_are_no_errors(silent: Flow, person: Person, wish: dict[str, str]) -> None:
    """§3.1.2.1: display, ui_locales, claims_locales and acr_values are voluntary"""
    assert silent.tokens(person, **wish)["claims"]["acr"]


@pytest.mark.parametrize(
    ("parameter", "code"),
    [("request", "request_not_supported"), ("request_uri", "request_uri_not_supported"), ("registration", "registration_not_supported")],
)
def test_what_would_change_the_request_is_not_ignored(flow: Flow, parameter: str, code: str) -> None:
    """§3.1.2.6, §6.1, §6.2"""
    assert returned(flow.http.get(flow.start(**{parameter: "abc"}).url))["error"] == code


def test_a_nonce_beyond_all_bounds_is_refused(flow: Flow) -> None:
    """§3.1.2.1"""
    assert returned(flow.http.get(flow.start(nonce="n" * 4097).url))["error"] == "invalid_request"


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
