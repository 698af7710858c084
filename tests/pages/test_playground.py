"""The playground: the whole flow in the page, what it refuses, and what it does not show."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx
import pytest
from django.conf import LazySettings
from lxml import html

from accounts.models import User
from idp import demo
from providers import client_secrets
from providers.models import AccessToken
from providers.statements import clients
from tests.person import Person

CALLBACK = "/playground/callback"
MakeUser = Callable[..., User]
Browser = Callable[..., Person]


@pytest.fixture
def demonstration(make_user: MakeUser) -> None:
    demo.ensure(make_user("admin"))


@pytest.fixture
def visitor(demonstration: None, browser: Browser) -> Person:
    return browser(demo.USERNAME, demo.PASSWORD)


def start(person: Person, **values: Any) -> httpx.Response:
    """Press the button and answer what is asked; returns the last page."""
    person.open("/playground/", stop_at="playground-start")
    consent = values.pop("consent", True)
    answer = person.press("playground-start", follow=False, **values)
    return person.open(answer.headers["location"], consent=consent)


def answer_to(person: Person, **values: Any) -> str:
    """Press the button and follow redirects up to the callback, which is not opened."""
    person.open("/playground/", stop_at="playground-start")
    answer = person.press("playground-start", follow=False, **values)
    for _ in range(10):
        target = urljoin(str(answer.url), answer.headers["location"])
        if urlsplit(target).path == CALLBACK:
            return target
        answer = person.http.get(target)
    raise AssertionError("no answer")


def tampered(url: str, **changes: str) -> str:
    return f"{CALLBACK}?{urlencode(dict(parse_qsl(urlsplit(url).query)) | changes)}"


def verdicts(page: httpx.Response) -> dict[str, bool]:
    return {row.get("data-check"): row.get("data-ok") == "true" for row in html.fromstring(page.text).xpath("//*[@data-check]")}


def red(page: httpx.Response) -> set[str]:
    return {name for name, ok in verdicts(page).items() if not ok}


def has(page: httpx.Response, element_id: str) -> bool:
    return bool(html.fromstring(page.text).xpath("//*[@id=$it]", it=element_id))


@pytest.mark.parametrize("path", ["/playground/", f"{CALLBACK}?code=x&state=y"])
def test_without_the_demo_there_is_no_playground(settings: LazySettings, visitor: Person, path: str):
    settings.IDP = replace(settings.IDP, demo=False)
    assert visitor.http.get(path).status_code == 404


def test_before_the_first_set_up_the_page_says_what_to_do(instance: None, http: httpx.Client):
    answer = http.get("/playground/")
    assert answer.status_code == 503
    assert "idp bootstrap" in answer.text


def test_a_stranger_cannot_start_it_from_another_site(demonstration: None, http: httpx.Client):
    assert http.post("/playground/", headers={"Origin": "https://evil.example"}).status_code == 403


def test_the_start_page_gives_the_name_and_password_to_use(visitor: Person):
    visitor.open("/playground/", stop_at="playground-start")
    assert visitor.text("playground-username") == demo.USERNAME
    assert visitor.text("playground-password") == demo.PASSWORD


def test_every_check_of_a_sign_in_is_green(visitor: Person):
    page = start(visitor)
    assert page.status_code == 200
    assert red(page) == set()
    assert len(verdicts(page)) == 23
    assert has(page, "playground-checks-ok")
    assert (visitor.logins, visitor.consents) == (1, 1)


def test_every_step_of_a_sign_in_is_shown(visitor: Person):
    page = start(visitor)
    steps = ("request", "answer", "token", "id-token", "access-token", "userinfo", "checks")
    assert [step for step in steps if not has(page, f"step-{step}")] == []
    assert "demo@example.org" in page.text


def test_no_cache_may_keep_the_pages(visitor: Person):
    assert "no-store" in visitor.http.get("/playground/").headers["cache-control"]
    assert "no-store" in start(visitor).headers["cache-control"]


def test_neither_secret_nor_tokens_are_shown(visitor: Person):
    page = start(visitor)
    client = clients.fresh("", demo.CLIENT)
    assert client is not None
    (secret,) = client_secrets.reveal(client)
    assert secret not in page.text
    token = html.fromstring(page.text).xpath("//dt[code='access_token']/following-sibling::dd/code")[0].text_content()
    assert token.startswith("at_")
    assert len(token) < 15


def test_no_secret_is_logged(visitor: Person, caplog: pytest.LogCaptureFixture):
    caplog.set_level("DEBUG")
    start(visitor)
    client = clients.fresh("", demo.CLIENT)
    assert client is not None
    assert client_secrets.reveal(client)[0] not in caplog.text


@pytest.mark.parametrize(("name", "check"), [("state", "state"), ("iss", "answer-iss")])
def test_a_tampered_answer_is_red_and_its_code_stays_unused(visitor: Person, name: str, check: str):
    start(visitor)
    before = AccessToken.objects.count()
    page = visitor.http.get(tampered(answer_to(visitor), **{name: "tampered"}))
    assert red(page) == {check}
    assert not has(page, "step-token")
    assert not has(page, "playground-checks-ok")
    assert AccessToken.objects.count() == before


def test_a_parameter_that_comes_twice_is_red(visitor: Person):
    start(visitor)
    page = visitor.http.get(f"{answer_to(visitor)}&code=another")
    assert red(page) == {"answer-unrepeated"}
    assert not has(page, "step-token")


def test_a_strangers_error_is_not_quoted(visitor: Person):
    visitor.open("/playground/", stop_at="playground-start")
    visitor.press("playground-start", follow=False)
    page = visitor.http.get(f"{CALLBACK}?error=access_denied&error_description=Call+us&state=other")
    assert "state" in red(page)
    assert not has(page, "playground-error")


def test_a_false_code_is_shown_as_the_refusal_that_it_is(visitor: Person):
    start(visitor)
    page = visitor.http.get(tampered(answer_to(visitor), code="ac_made-up-by-somebody"))
    assert html.fromstring(page.text).get_element_by_id("playground-error-code").text == "invalid_grant"
    assert "token-status" in red(page)


def test_an_answer_is_taken_once(visitor: Person):
    start(visitor)
    answer = answer_to(visitor)
    assert has(visitor.http.get(answer), "playground-checks-ok")
    again = visitor.http.get(answer)
    assert again.status_code == 400
    assert has(again, "playground-lost")


def test_an_answer_in_another_browser_is_not_taken(visitor: Person, browser: Browser):
    start(visitor)
    before = AccessToken.objects.count()
    page = browser().http.get(answer_to(visitor))
    assert has(page, "playground-lost")
    assert AccessToken.objects.count() == before


def test_a_changed_cookie_counts_as_none(visitor: Person, settings: LazySettings):
    visitor.http.cookies.set(settings.PLAYGROUND_COOKIE_NAME, "bm90IHNlYWxlZA==", domain="localhost.local")
    assert has(visitor.http.get(f"{CALLBACK}?code=x&state=y"), "playground-lost")


def test_an_attempt_grows_old(visitor: Person, monkeypatch: pytest.MonkeyPatch):
    start(visitor)
    answer = answer_to(visitor)
    monkeypatch.setattr("providers.views.playground.attempts.AUTHORIZATION_REQUEST_LIFETIME", -1)
    assert has(visitor.http.get(answer), "playground-lost")


def test_opening_the_callback_by_hand_leads_to_the_start(visitor: Person):
    assert visitor.http.get(CALLBACK).headers["location"] == "/playground/"


def test_a_denial_is_explained(visitor: Person):
    page = start(visitor, consent=False)
    assert html.fromstring(page.text).get_element_by_id("playground-error-code").text == "access_denied"
    assert red(page) == set()
    assert not has(page, "playground-checks-ok")


def test_prompt_none_without_a_login_is_explained(visitor: Person):
    page = start(visitor, prompt="none")
    assert html.fromstring(page.text).get_element_by_id("playground-error-code").text == "login_required"


def test_prompt_none_asks_nothing_the_second_time(visitor: Person):
    start(visitor)
    assert has(start(visitor, prompt="none"), "playground-checks-ok")
    assert (visitor.logins, visitor.consents) == (1, 1)


def test_prompt_login_asks_for_the_password_again(visitor: Person):
    start(visitor)
    page = start(visitor, prompt="login")
    assert has(page, "playground-checks-ok")
    assert visitor.logins == 2


def test_prompt_consent_asks_again(visitor: Person):
    start(visitor)
    assert has(start(visitor, prompt="consent"), "playground-checks-ok")
    assert visitor.consents == 2


def test_changing_the_account_on_the_way_loses_nothing(visitor: Person, alice: User):
    start(visitor)
    visitor.open("/playground/", stop_at="playground-start")
    asked = visitor.press("playground-start", follow=False, prompt="select_account").headers["location"]
    visitor.open(asked, stop_at="account-switch")
    switched = visitor.press("account-switch", follow=False)
    visitor.username, visitor.password = alice.username, "a-long-Password-of-1865"
    page = visitor.open(str(switched.headers["location"]))
    assert has(page, "playground-checks-ok")
    assert "alice@example.org" in page.text


def test_only_the_chosen_scopes_are_asked_for(visitor: Person):
    page = start(visitor, scopes={"email"})
    assert has(page, "playground-checks-ok")
    scope = html.fromstring(page.text).xpath("//*[@id='step-request']//dt[code='scope']/following-sibling::dd[1]")[0]
    assert scope.text_content() == "openid email"


def test_scopes_that_were_left_out_at_the_consent_are_no_failure(visitor: Person):
    visitor.open("/playground/", stop_at="playground-start")
    asked = visitor.press("playground-start", follow=False).headers["location"]
    page = visitor.open(asked, scopes={"profile"})
    assert has(page, "playground-checks-ok")
    assert "demo@example.org" not in page.text


def test_access_tokens_that_are_jwts_are_decoded(visitor: Person):
    client = clients.Client.objects.get(client_id=demo.CLIENT)
    client.access_token_format, client.version = "jwt", client.version + 1
    client.save(update_fields=["access_token_format", "version"])
    page = start(visitor)
    assert red(page) == set()
    assert "at+jwt" in page.text
