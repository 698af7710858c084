"""OpenID Connect Core 1.0 §3.1.2: the authentication request and the people in front of it."""

from collections.abc import Callable

import pytest
from lxml import html

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


def test_an_answer_that_was_not_asked_for_changes_nothing(flow: Flow, person: Person) -> None:
    """§3.1.2.4: the question is put again"""
    person.open(flow.start().url, stop_at="consent-approve")
    assert person.answer is not None
    token = html.fromstring(person.answer.text).xpath("//input[@name='csrfmiddlewaretoken']/@value")[0]
    form = {"decision": "continue", "csrfmiddlewaretoken": token}
    answer = person.http.post(str(person.answer.url), data=form, headers={"Origin": person.origin})
    assert element(answer, "consent-approve")


def test_a_switch_without_a_request_is_a_page(flow: Flow, person: Person) -> None:
    """Details `account-switch`"""
    person.open(flow.start().url, stop_at="consent-approve")
    assert person.answer is not None
    token = html.fromstring(person.answer.text).xpath("//input[@name='csrfmiddlewaretoken']/@value")[0]
    url = f"{person.origin}/authorize/continue/{'x' * 32}/switch/"
    answer = person.http.post(url, data={"csrfmiddlewaretoken": token}, headers={"Origin": person.origin})
    assert refused_by_page(answer, 403) == "invalid_request"
