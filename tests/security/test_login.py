"""Attacks on the login: guessing, counting around limits, planted sessions, skipped steps, forged hosts."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import LazySettings
from django.contrib.auth import hashers
from django.contrib.sessions.models import Session as BrowserSession
from django.core import mail

from accounts.models import User
from accounts.services import users
from providers.conf import ADDRESS_FACTOR, BUDGETS
from tests.conftest import MakeUser
from tests.door import client as open_door
from tests.flows import Flow
from tests.person import PASSWORD, Person
from tests.protocol.answers import returned

LOGIN, REAUTHENTICATE, RESET = "/accounts/login/", "/accounts/reauthenticate/", "/accounts/password/reset/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
Browser = Callable[..., Person]


def form(http: httpx.Client, path: str, data: dict[str, str], **headers: str) -> httpx.Response:
    """A form of ours, sent with its CSRF token from our own origin."""
    http.get(path)
    token = http.cookies.get("idp-csrf", "")
    return http.post(path, data={"csrfmiddlewaretoken": token, **data}, headers={"Origin": "http://localhost:8000", **headers})


def login(http: httpx.Client, name: str = "alice", password: str = PASSWORD, **headers: str) -> httpx.Response:
    """Name and password, typed in."""
    return form(http, LOGIN, {"login": name, "password": password}, **headers)


def is_in(http: httpx.Client) -> bool:
    """Whether somebody is signed in here."""
    return http.get("/me/sessions/").status_code == 200


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> list[str]:
    """Every password that a hasher is given."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    seen: list[str] = []
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher, "encode", lambda self, password, salt: seen.append(password) or encode(self, password, salt)
    )
    return seen


@pytest.fixture
def guarded(alice: User) -> User:
    """Alice with an authenticator app."""
    TOTP.activate(alice, SECRET)
    return alice


def code(step: int = 0) -> str:
    """What the app shows."""
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + step))


@pytest.mark.row(186)
def test_a_session_that_was_there_before_the_login_is_not_used(alice: User, http: httpx.Client):
    http.cookies.set("idp-session", "planted00000000000000000000000000", domain="localhost.local")
    http.get(LOGIN)
    login(http)
    values = {cookie.value for cookie in http.cookies.jar if cookie.name == "idp-session"}
    assert any(value != "planted00000000000000000000000000" for value in values)
    with open_door() as attacker:
        attacker.cookies.set("idp-session", "planted00000000000000000000000000")
        assert not is_in(attacker)


@pytest.mark.row(186)
def test_the_session_key_changes_with_the_login_and_dies_with_the_logout(person: Person):
    person.open(LOGIN)
    key = person.http.cookies["idp-session"]
    assert BrowserSession.objects.filter(session_key=key).exists() and is_in(person.http)
    form(person.http, "/accounts/logout/", {})
    with open_door() as attacker:
        attacker.cookies.set("idp-session", key)
        assert not is_in(attacker)


@pytest.mark.row(187)
@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost:8001"}])
def test_another_site_signs_nobody_in(alice: User, http: httpx.Client, headers: dict[str, str]):
    http.get(LOGIN)
    for token in ("", "x" * 64, http.cookies.get("idp-csrf", "")):
        answer = http.post(LOGIN, data={"login": "alice", "password": PASSWORD, "csrfmiddlewaretoken": token}, headers=headers)
        assert answer.status_code == 403 and not is_in(http)


@pytest.mark.row(187)
def test_every_form_of_a_person_wants_its_token(person: Person):
    person.open(LOGIN)
    paths = [
        "/accounts/logout/",
        "/accounts/password/change/",
        "/accounts/email/",
        "/accounts/2fa/totp/activate/",
        "/me/sessions/end/",
        "/end-session",
    ]
    for path in paths:
        assert person.http.post(path, data={"decision": "logout"}, headers={"Origin": person.origin}).status_code in (403, 404)
    assert is_in(person.http)


@pytest.mark.row(190)
def test_all_spellings_of_a_name_share_one_budget(alice: User, limited: None):
    spelled = ["alice", "ALICE", "alice ", "\uff41lice", "alice@example.org", "Alice@Example.ORG", " alice@example.org"]
    budget = BUDGETS["login"][0]
    for number in range(budget):
        with open_door(ip=f"192.0.2.{number}") as http:
            assert login(http, spelled[number % len(spelled)], "wrong-wrong-wrong").status_code == 200
    for number, name in enumerate(spelled):
        with open_door(ip=f"198.51.100.{number}") as http:
            login(http, name)
            assert not is_in(http)


@pytest.mark.row(190)
def test_one_address_tries_many_names_in_vain(alice: User, limited: None, hashed: list[str]):
    with open_door(ip="192.0.2.9") as http:
        for number in range(BUDGETS["login"][0] * ADDRESS_FACTOR + 5):
            login(http, f"name{number}", "wrong-wrong-wrong")
        before = len(hashed)
        login(http)
        assert not is_in(http) and len(hashed) == before


@pytest.mark.row(191)
def test_somebody_who_is_signed_in_is_not_locked_out(person: Person, flow: Flow, limited: None):
    flow.code(person)
    for number in range(BUDGETS["login"][0] + 5):
        with open_door(ip=f"192.0.2.{number}") as http:
            login(http, "alice", "wrong-wrong-wrong")
    assert is_in(person.http) and "code" in returned(person.http.get(flow.start(prompt="none").url))


@pytest.mark.row(190)
def test_asking_again_for_the_password_counts_too(person: Person, limited: None):
    person.open(LOGIN)
    statuses = [form(person.http, REAUTHENTICATE, {"password": f"wrong-{number}"}).is_redirect for number in range(BUDGETS["login"][0] + 5)]
    assert not any(statuses)
    assert not form(person.http, REAUTHENTICATE, {"password": PASSWORD}).is_redirect


@pytest.mark.row(193)
@pytest.mark.parametrize("length", [1025, 4097, 129 * 1024, 1024 * 1024])
def test_a_long_password_is_never_hashed(
    person: Person, hashed: list[str], length: int, guarded_forms: Iterator[tuple[str, dict[str, str]]]
):
    for path, data in guarded_forms:
        if path != LOGIN:
            person.open(LOGIN)
        hashed.clear()
        before = time.perf_counter()
        answer = form(person.http, path, {name: value or "x" * length for name, value in data.items()})
        assert answer.status_code in (200, 400, 413, 302) and time.perf_counter() - before < 2
        assert not [password for password in hashed if len(password) > 1024], path


@pytest.fixture
def guarded_forms() -> list[tuple[str, dict[str, str]]]:
    """Every form that takes a password; an empty value becomes the long one."""
    return [
        (LOGIN, {"login": "alice", "password": ""}),
        (LOGIN, {"login": "nobody", "password": ""}),
        (REAUTHENTICATE, {"password": ""}),
        ("/accounts/password/change/", {"oldpassword": "", "password1": "another-Password-1", "password2": "another-Password-1"}),
        ("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "", "password2": ""}),
    ]


@pytest.mark.row(193)
def test_a_long_new_password_is_never_hashed_at_a_reset(alice: User, http: httpx.Client, hashed: list[str]):
    form(http, RESET, {"email": alice.email})
    path = httpx.URL(str(mail.outbox[-1].body).split("http://localhost:8000")[1].split()[0]).path
    path = http.get(path).headers["location"]
    hashed.clear()
    answer = form(http, path, {"password1": "x" * 5000, "password2": "x" * 5000})
    assert answer.status_code == 200 and not [password for password in hashed if len(password) > 1024]


@pytest.mark.row(194)
@pytest.mark.parametrize(
    "header", ["203.0.113.{0}", "a", "x" * 10240, '"><script>', "127.0.0.1, 203.0.113.{0}", "::ffff:203.0.113.{0}", ","]
)
def test_a_forged_address_evades_no_limit(alice: User, limited: None, header: str):
    with open_door(ip="192.0.2.1") as http:
        for number in range(BUDGETS["login"][0]):
            assert login(http, "alice", "wrong-wrong", **{"X-Forwarded-For": header.format(number)}).status_code in (200, 431)
        login(http, "alice", PASSWORD, **{"X-Forwarded-For": header.format(99)})
        assert not is_in(http)


@pytest.mark.row(195)
@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"}, {"X-Forwarded-Proto": "evil"}],
)
def test_a_forged_host_is_never_in_an_address(alice: User, http: httpx.Client, flow: Flow, headers: dict[str, str]):
    form(http, RESET, {"email": alice.email}, **{name: value for name, value in headers.items() if name != "Host"})
    token = http.cookies.get("idp-csrf", "")
    http.post(RESET, data={"csrfmiddlewaretoken": token, "email": alice.email}, headers={"Origin": "http://localhost:8000", **headers})
    assert mail.outbox and all("evil" not in str(sent.message()) for sent in mail.outbox)
    for path in (LOGIN, RESET, "/authorize?x=1", flow.start().url, "/end-session", "/me/", "/nothing", "/admin/"):
        answer = http.get(path, headers=headers)
        assert "evil" not in answer.text and "evil" not in answer.headers.get("location", "")


@pytest.mark.row(197)
def test_no_step_of_the_login_can_be_skipped(guarded: User, http: httpx.Client, flow: Flow):
    for path in ("/accounts/2fa/authenticate/", "/accounts/2fa/reauthenticate/", "/accounts/reauthenticate/"):
        assert http.get(path).is_redirect and not is_in(http)
    assert login(http).headers["location"].startswith("/accounts/2fa/authenticate/")
    for path in ("/", "/me/", "/me/sessions/", "/accounts/email/", "/accounts/2fa/", "/accounts/password/change/", "/admin/"):
        assert http.get(path).status_code in (302, 303, 403, 404) and not is_in(http)
    form(http, "/accounts/2fa/authenticate/", {"code": ""})
    form(http, LOGIN, {"login": "alice", "password": PASSWORD, "code": "000000"})
    assert not is_in(http)
    answer = http.get(flow.start(prompt="none").url)
    assert returned(answer)["error"] == "login_required"
    form(http, "/accounts/2fa/authenticate/", {"code": code()})
    assert is_in(http)


@pytest.mark.row(197)
def test_the_administration_has_no_login_of_its_own(guarded: User, http: httpx.Client):
    guarded.is_staff = guarded.is_superuser = True
    guarded.save()
    http.get(LOGIN)
    data = {"username": "alice", "password": PASSWORD, "csrfmiddlewaretoken": http.cookies["idp-csrf"]}
    for path in ("/admin/login/", "/admin/"):
        http.post(path, data=data, headers={"Origin": "http://localhost:8000"})
        assert not is_in(http) and http.get("/admin/").status_code != 200


@pytest.mark.row(198)
def test_a_code_of_the_app_is_used_once(guarded: User, browser: Browser):
    shown = code()
    answers = []
    for _ in range(2):
        http = browser().http
        login(http)
        form(http, "/accounts/2fa/authenticate/", {"code": shown})
        answers.append(is_in(http))
    assert answers == [True, False]


@pytest.mark.row(198)
@pytest.mark.parametrize("cache", ["locmem.LocMemCache", "dummy.DummyCache"])
def test_codes_of_the_app_cannot_be_guessed(guarded: User, http: httpx.Client, limited: None, settings: LazySettings, cache: str):
    settings.CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{cache}"}}  # a lost cache loses no count
    login(http)
    for _ in range(BUDGETS["mfa"][0] + 2):
        form(http, "/accounts/2fa/authenticate/", {"code": "00000x"})
    assert http.get("/accounts/2fa/authenticate/").status_code == 200
    form(http, "/accounts/2fa/authenticate/", {"code": code()})
    assert not is_in(http)
    with open_door(ip="198.51.100.1") as elsewhere:
        login(elsewhere)
        form(elsewhere, "/accounts/2fa/authenticate/", {"code": code()})
        assert not is_in(elsewhere)


@pytest.mark.row(199)
@pytest.mark.parametrize("change", [{"password": "another-long-Password-1866"}, {"disabled": True}])
def test_a_change_of_the_account_ends_every_session_and_token(flow: Flow, browser: Browser, alice: User, change: dict[str, Any]):
    here, there = browser("alice"), browser("alice")
    issued = [flow.tokens(one, "openid offline_access") for one in (here, there)]
    users.update(User.objects.get(pk=alice.pk), change, actor="test")
    assert not is_in(here.http) and not is_in(there.http)
    for tokens in issued:
        assert flow.userinfo(tokens["access_token"]).status_code == 401 and flow.refresh(tokens["refresh_token"]).status_code == 400


@pytest.mark.row(199)
def test_signing_out_everywhere_else_does(flow: Flow, browser: Browser, alice: User):
    here, there = browser("alice"), browser("alice")
    elsewhere = flow.tokens(there, "openid offline_access")
    here.open("/me/sessions/")
    answer = form(here.http, "/me/sessions/", {})
    here.open("/me/sessions/")
    here.press("end-others") if here.sees("end-others") else form(here.http, "/me/sessions/end-others/", {})
    assert answer is not None and is_in(here.http) and not is_in(there.http)
    assert flow.userinfo(elsewhere["access_token"]).status_code == 401 and flow.refresh(elsewhere["refresh_token"]).status_code == 400


@pytest.mark.row(201)
@pytest.mark.parametrize("value", ["x", "../../etc/passwd", "' OR 1=1 --", "x" * 3000, "%00", "eyJhbGciOiJub25lIn0.e30.", "\u0430"])
def test_a_broken_cookie_is_nobody(flow: Flow, http: httpx.Client, value: str):
    raw = value.encode("ascii", "ignore").decode() or "x"
    header = "; ".join(f"{name}={raw}" for name in ("idp-session", "idp-browser", "idp-pending", "idp-csrf", "idp-language"))
    for path in ("/me/sessions/", "/admin/", LOGIN, "/authorize/continue/x/", flow.start().url):
        answer = http.get(path, headers={"Cookie": header})
        assert answer.status_code < 500 and "sessions-list" not in answer.text
    assert returned(http.get(flow.start(prompt="none").url, headers={"Cookie": header}))["error"] == "login_required"


@pytest.mark.row(205)
def test_a_new_person_with_an_old_name_is_somebody_else(flow: Flow, make_user: MakeUser, browser: Browser, alice: User):
    before = flow.tokens(browser("alice"), "openid offline_access")
    users.delete(User.objects.get(pk=alice.pk), actor="test")
    make_user("alice")
    assert flow.refresh(before["refresh_token"]).status_code == 400 and flow.userinfo(before["access_token"]).status_code == 401
    newcomer = browser("alice")
    newcomer.open(LOGIN)
    assert returned(newcomer.http.get(flow.start(prompt="none").url))["error"] == "consent_required"
    assert flow.tokens(newcomer)["claims"]["sub"] != before["claims"]["sub"]


@pytest.mark.row(71)
def test_nobody_learns_who_has_an_account(alice: User, make_user: MakeUser, hashed: list[str]):
    make_user("mallory", disabled=True)
    answers, work = [], []
    for name, email in (("alice", alice.email), ("nobody", "nobody@example.org"), ("mallory", "mallory@example.org")):
        with open_door() as http:
            http.get(LOGIN)
            hashed.clear()
            wrong = login(http, name, "wrong-wrong-wrong")
            work.append(len(hashed))
            answers.append((wrong.status_code, "not correct" in wrong.text, form(http, RESET, {"email": email}).headers.get("location")))
    assert len(set(answers)) == 1 and len(set(work)) == 1


@pytest.mark.row(126)
def test_an_address_that_nobody_verified_is_no_identity(make_user: MakeUser, make_flow: Callable[..., Flow], browser: Browser):
    make_user("mallory", email="ceo@example.org", email_verified=False)
    assert not EmailAddress.objects.get(email="ceo@example.org").verified
    flow = make_flow("shop", sub_mode="user_email")
    assert flow.tokens(browser("mallory"))["claims"]["sub"] != "ceo@example.org"
