"""Every page keeps the rules of the house: nothing inline, nothing foreign, one heading, labelled controls, no caching."""

from collections.abc import Callable

import httpx
import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from lxml import html

from accounts.models import User
from tests.pages.page import faults
from tests.person import PASSWORD, Person

OUTSIDE = [
    "/accounts/login/",
    "/accounts/login/?next=/me/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/done/",
    "/accounts/password/reset/key/1-nonsense/",
    "/accounts/confirm-email/nonsense/",
    "/accounts/confirm-email/",
    "/accounts/inactive/",
    "/accounts/signup/",
]
INSIDE = [
    "/",
    "/me/",
    "/me/sessions/",
    "/me/consents/",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/sessions/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
]
NEXT_TO_STATIC = ["gatehouse.css", "gatehouse.js", "passkeys.js", "form_post.js", "logo.svg", "favicon.svg"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", OUTSIDE)
def test_a_page_before_the_login(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert (answer.status_code, faults(answer)) == (200, [])


@pytest.mark.parametrize("path", INSIDE)
def test_a_page_after_the_login(person: Person, path: str) -> None:
    answer = person.open(path)
    assert (answer.status_code, faults(answer)) == (200, [])


@pytest.mark.parametrize("path", [path for path in INSIDE if path != "/accounts/logout/"])
def test_a_stranger_is_sent_to_the_login_first(http: httpx.Client, db: None, path: str) -> None:
    answer = http.get(path)
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (302, "/accounts/login/")


@pytest.mark.django_db
def test_an_address_of_nothing(http: httpx.Client) -> None:
    answer = http.get("/nothing/here/")
    assert (answer.status_code, faults(answer)) == (404, [])


@pytest.mark.django_db
@pytest.mark.parametrize("name", NEXT_TO_STATIC)
def test_a_static_file_may_be_cached(http: httpx.Client, name: str) -> None:
    answer = http.get(f"/static/{name}")
    assert answer.status_code == 200
    assert "max-age" in answer.headers["cache-control"]


def test_what_a_first_visit_loads_is_small(http: httpx.Client, db: None) -> None:
    page = http.get("/accounts/login/")
    loaded = [http.get(address) for address in html.fromstring(page.text).xpath("//link/@href | //script/@src | //img/@src")]
    assert all(answer.status_code == 200 for answer in loaded)
    assert len(page.content) + sum(len(answer.content) for answer in loaded) < 60_000  # half of it after compression


def test_an_authenticator_app_is_set_up_by_picture_or_by_hand(person: Person) -> None:
    person.open("/accounts/2fa/totp/activate/")
    assert person.sees("authenticator_secret")
    assert person.sees("id_code")


def test_the_second_step_of_a_login(person: Person, alice: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(alice, secret)
    answer = person.open("/me/", stop_at="id_code")
    assert faults(answer) == []
    person.press("login-submit", id_code=format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))
    assert person.answer is not None
    assert person.answer.url.path == "/me/"


def test_wrong_credentials_are_said_in_words_at_the_form(browser: Callable[..., Person], alice: User) -> None:
    stranger = browser()
    stranger.open("/accounts/login/")
    answer = stranger.press("login-submit", id_login="alice", id_password=f"not-{PASSWORD}")
    assert faults(answer) == []
    assert html.fromstring(answer.text).xpath("//*[@role='alert' and not(@hidden)]")
