"""Attacks on the authorization request: parameters that come twice, flows nobody enabled, prompts and hints."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from providers.models import AuthorizationCode, AuthorizationRequest
from scopes.services import assignments
from tests.conftest import MakeUser
from tests.flows import CALLBACK, Flow
from tests.person import Person
from tests.protocol.answers import claims_of, refused_by_page, returned

MakeFlow = Callable[..., Flow]
Browser = Callable[..., Person]


def refused(answer: httpx.Response) -> str:
    """The error that the client is told, with its state and our `iss`, and nothing that could be used."""
    told = returned(answer)
    assert answer.headers["location"].startswith(CALLBACK) and answer.status_code in (302, 303)
    assert told["iss"].startswith("http://localhost:8000/") and "code" not in told and "access_token" not in told
    return told["error"]


@pytest.mark.row(25)
@pytest.mark.parametrize("mode", ["query", "form_post", "fragment"])
@pytest.mark.parametrize(
    "state", ["x\r\nSet-Cookie: a=b", "\"'><script>alert(1)</script>", "\U0001f600 \u202e", "x" * 4096, "a&code=evil&iss=evil#f", "%00%0d"]
)
def test_the_state_comes_back_exactly(flow: Flow, person: Person, exchanges: Any, state: str, mode: str):
    answer = person.open(flow.start(state=state, response_mode=mode).url)
    assert "a=b" not in str(answer.headers) and "set-cookie: a" not in str(answer.headers).lower()
    if mode == "form_post":
        return
    told = returned(answer)
    assert told["state"] == state and told["iss"] == flow.metadata["issuer"]


@pytest.mark.row(25)
def test_a_null_in_the_state_is_refused(flow: Flow):
    refused_by_page(flow.http.get(flow.start(state="a\0b").url))


@pytest.mark.row(14)
def test_a_form_post_executes_nothing(flow: Flow, person: Person):
    answer = person.open(flow.start(state='"><script>alert(1)</script>', response_mode="form_post").url)
    assert answer.status_code == 200 and "<script>alert" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "unsafe-inline" not in policy and "frame-ancestors 'none'" in policy and "http://127.0.0.1:5555" in policy


@pytest.mark.row(26)
@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "scope", "response_type", "state", "code_challenge", "prompt", "nonce"])
@pytest.mark.parametrize("evil_first", [True, False])
def test_a_parameter_that_comes_twice_is_refused(flow: Flow, name: str, evil_first: bool):
    url, _, query = flow.start(prompt="login").url.partition("?")
    other = f"{name}=evil"
    refused_by_page(flow.http.get(f"{url}?{other}&{query}" if evil_first else f"{url}?{query}&{other}"))


@pytest.mark.row(26)
def test_parameters_in_query_and_body_are_refused(flow: Flow):
    url, _, query = flow.start().url.partition("?")
    refused_by_page(flow.http.post(f"{url}?{query}", data={"scope": "openid"}))


@pytest.mark.row(29)
@pytest.mark.parametrize("response_type", ["token", "id_token", "code token", "token code id_token", "code code", "CODE", "none", "evil"])
def test_no_token_leaves_through_the_front(flow: Flow, person: Person, response_type: str):
    person.open("/accounts/login/")
    assert refused(person.http.get(flow.start(response_type=response_type).url)) in ("unsupported_response_type", "unauthorized_client")


@pytest.mark.row(29)
def test_registering_for_tokens_in_the_front_changes_nothing(make_flow: MakeFlow, person: Person):
    flow = make_flow("shop", security_profile="oidc", response_types=["code", "token", "id_token token"])
    assert refused(person.http.get(flow.start(response_type="token").url)) == "unsupported_response_type"


@pytest.mark.row(30)
def test_a_client_without_openid_gets_no_id_token(make_flow: MakeFlow, person: Person):
    flow = make_flow("shop", scope="profile email offline_access")
    got = flow.tokens(person, "openid profile offline_access")
    assert "id_token" not in got and "openid" not in got["scope"].split()
    again = flow.refresh(got["refresh_token"]).json()
    assert "id_token" not in again and flow.userinfo(got["access_token"]).status_code == 403


@pytest.mark.row(31)
def test_a_stored_request_is_judged_anew_at_each_step(make_flow: MakeFlow, person: Person):
    flow = make_flow("shop", security_profile="oidc")
    page = person.open(flow.start().url, stop_at="consent-approve")
    row = AuthorizationRequest.objects.get()
    row.parameters["parameters"] |= {"response_type": "token", "redirect_uri": CALLBACK}
    row.save()
    assert refused(person.http.get(page.url)) == "unsupported_response_type"
    row.parameters["parameters"] |= {"response_type": "code", "redirect_uri": "https://evil.example/cb"}
    row.save()
    refused_by_page(person.http.get(page.url))


@pytest.mark.row(33)
def test_prompt_none_says_what_would_have_to_be_asked(flow: Flow, person: Person):
    silent = flow.start(prompt="none")
    assert refused(person.http.get(silent.url)) == "login_required"
    person.open("/accounts/login/")
    assert refused(person.http.get(silent.url)) == "consent_required"


@pytest.mark.row(33)
def test_prompt_none_tells_of_a_policy_that_denies(make_flow: MakeFlow, person: Person):
    assignments.create({"name": "nobody"}, actor="test")
    flow = make_flow("shop", assignments=["nobody"], consent="implicit")
    person.open("/accounts/login/")
    assert refused(person.http.get(flow.start(prompt="none").url)) == "access_denied"


@pytest.mark.row(34)
def test_prompt_login_needs_the_password_again(flow: Flow, person: Person):
    flow.code(person)
    page = person.open(flow.start(prompt="login").url, stop_at="login-submit")
    assert page.url.path == "/accounts/reauthenticate/"
    # Back at the request without having answered: still the login, never a code.
    for _ in range(2):
        back = person.http.get(page.url.params["next"])
        assert back.is_redirect and back.headers["location"].startswith("/accounts/reauthenticate/")


@pytest.mark.row(34)
def test_one_proof_is_enough_for_prompt_login(flow: Flow, person: Person):
    flow.code(person)
    before = person.logins
    flow.code(person, prompt="login")
    assert person.logins == before + 1


@pytest.mark.row(34)
def test_a_login_just_before_the_request_is_not_a_fresh_one(flow: Flow, person: Person):
    flow.code(person)
    with time_machine.travel(timezone.now().replace(microsecond=0) + timedelta(seconds=5), tick=False) as clock:
        person.open("/accounts/logout/")
        person.press("logout-confirm") if person.sees("logout-confirm") else None
        person.open("/accounts/login/")
        clock.shift(0.5)
        page = person.open(flow.start(prompt="login").url, stop_at="login-submit")
        assert page.url.path == "/accounts/reauthenticate/"
        assert person.http.get(page.url.params["next"]).headers["location"].startswith("/accounts/reauthenticate/")


@pytest.mark.row(34)
def test_somebody_else_who_logs_in_gets_a_code_of_their_own(flow: Flow, person: Person, make_user: MakeUser):
    make_user("bob")
    flow.code(person)
    person.open(flow.start(prompt="select_account").url)
    assert person.sees("account-switch") or person.sees("account-other"), "no way to another account"
    started = flow.start(prompt="select_account")
    page = person.open(started.url)
    person.username = "bob"
    token = person.http.cookies["idp-csrf"]
    person.http.post(
        f"{page.url.path}switch/", data={"csrfmiddlewaretoken": token}, headers={"Origin": person.origin, "Referer": str(page.url)}
    )
    got = returned(person.open(page.url.path))
    claims = claims_of(flow.exchange(got["code"], started).json()["id_token"])
    assert claims["sub"] == User.objects.get(username="bob").sub


@pytest.mark.row(35)
@pytest.mark.parametrize("max_age", ["0", "1"])
def test_a_login_older_than_max_age_is_done_again(flow: Flow, person: Person, max_age: str):
    first = flow.tokens(person)["claims"]
    with time_machine.travel(timezone.now() + timedelta(seconds=120)):
        logins = person.logins
        second = flow.tokens(person, max_age=max_age)["claims"]
        assert person.logins == logins + 1 and second["auth_time"] >= first["auth_time"] + 119


@pytest.mark.row(35)
def test_max_age_zero_asks_even_within_the_same_second(flow: Flow, person: Person):
    flow.code(person)
    page = person.open(flow.start(max_age="0").url, stop_at="login-submit")
    assert page.url.path == "/accounts/reauthenticate/"


@pytest.mark.row(37)
def test_values_of_the_claims_parameter_are_never_asserted(flow: Flow, person: Person, alice: User):
    asked = {
        "id_token": {"email": {"value": "x@evil.example"}, "groups": {"values": ["admin"]}, "is_admin": {"value": True}},
        "userinfo": {"name": {"value": "Admin"}},
    }
    got = flow.tokens(person, "openid email", claims=json.dumps(asked))
    assert got["claims"]["email"] == alice.email and "is_admin" not in got["claims"] and "groups" not in got["claims"]
    assert "name" not in flow.userinfo(got["access_token"]).json()


@pytest.mark.row(37)
@pytest.mark.parametrize("prompt", [None, "none"])
def test_a_wrong_sub_in_the_claims_parameter_never_gets_a_code(flow: Flow, person: Person, prompt: str | None):
    flow.code(person)
    answer = person.open(flow.start(claims=json.dumps({"id_token": {"sub": {"value": "admin"}}}), prompt=prompt).url)
    assert "code=" not in answer.headers.get("location", "")
    if prompt:
        assert refused(answer) in ("login_required", "account_selection_required")


@pytest.mark.row(37)
@pytest.mark.parametrize(
    "claims",
    [
        "{",
        "[]",
        '"x"',
        '{"id_token":[]}',
        '{"id_token":{"sub":1}}',
        '{"id_token":{"a":{},"a":{}}}',
        "[" * 5000,
        '{"id_token":{"x":{"value":NaN}}}',
        '{"id_token":{"acr":{"essential":true,"values":5}}}',
        '{"id_token":{"acr":{"essential":true,"values":{"a":1}}}}',
        '{"id_token":{"acr":{"essential":true,"value":[[]]}}}',
        '{"userinfo":{"x":{"value":1e999}}}',
        '{"userinfo":{"x":{"value":"\\u0000"}}}',
        '{"userinfo":{"\\u0000":null}}',
        '{"userinfo":{"x":{"value":"\\ud800"}}}',
        '{"userinfo":{"\\udfff":null}}',
        '{"id_token":{"sub":{"value":"\\u0000"}}}',
        '{"id_token":{"sub":{"value":{"a":1}}}}',
        '{"userinfo":{"x":{"value":%s}}}' % ("9" * 400),
    ],
)
def test_nothing_in_the_claims_parameter_breaks_us(flow: Flow, person: Person, claims: str):
    person.open("/accounts/login/")
    answer = person.open(flow.start(claims=claims).url)
    assert answer.status_code < 500


@pytest.mark.row(38)
def test_thousands_of_texts_leave_nothing_behind(flow: Flow):
    before = time.perf_counter()
    for number in range(60):
        answer = flow.http.get(
            flow.start(ui_locales=f"x{number}-<script>", login_hint=f"<b>{number}@x", display=f"d{number}", acr_values="\u00e9" * 50).url
        )
        page = flow.http.get(flow.http.get(answer.headers["location"]).headers["location"])
        assert page.status_code == 200 and "<script>" not in page.text.replace('<script src="', "") and f"<b>{number}" not in page.text
    assert AuthorizationRequest.objects.count() <= 50 and time.perf_counter() - before < 60


@pytest.mark.row(34)
def test_an_id_token_hint_of_somebody_else_never_gives_a_code(flow: Flow, person: Person, make_user: MakeUser, browser: Browser):
    make_user("bob")
    hint = flow.tokens(browser("bob"))["id_token"]
    flow.code(person)
    answer = person.open(flow.start(id_token_hint=hint).url)
    assert "code=" not in answer.headers.get("location", "")
    assert refused(person.http.get(flow.start(id_token_hint=hint, prompt="none").url)) in ("login_required", "account_selection_required")


@pytest.mark.row(214)
def test_a_token_of_another_kind_or_of_another_client_is_no_hint(make_flow: MakeFlow, person: Person, other: Flow):
    flow = make_flow("shop", access_token_format="jwt")
    token = flow.tokens(person)["access_token"]
    foreign = other.tokens(person)["id_token"]
    for hint in (token, foreign, "x", "a.b.c", f"{foreign}x", "e30.e30."):
        assert refused(person.http.get(flow.start(id_token_hint=hint).url)) == "invalid_request"


@pytest.mark.row(49)
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:5555"])
def test_the_authorization_endpoint_knows_no_cors(flow: Flow, origin: str):
    for method in ("GET", "OPTIONS", "POST"):
        answer = flow.http.request(method, flow.start().url, headers={"Origin": origin, "Access-Control-Request-Method": "GET"})
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.row(22)
def test_nothing_is_stored_for_a_request_that_was_refused(flow: Flow):
    flow.http.get(flow.start(scope="nothing").url)
    assert not AuthorizationRequest.objects.exists() and not AuthorizationCode.objects.exists()
