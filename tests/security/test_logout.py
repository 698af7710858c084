"""Attacks on signing out: forcing it, redirecting from it, and living on after it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.conftest import MakeUser
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import refused_by_page
from tests.security.test_login import form, is_in

AFTER = "https://app.test/bye"
Browser = Callable[..., Person]


@pytest.fixture
def app(make_flow: Callable[..., Flow]) -> Flow:
    """A client with an address to go to afterwards."""
    return make_flow("app", post_logout_redirect_uris=[AFTER])


def asked(person: Person, flow: Flow, **parameters: str) -> httpx.Response:
    """The end of the session, asked for by a link."""
    return person.http.get(flow.metadata["end_session_endpoint"], params=parameters)


@pytest.mark.row(206)
@pytest.mark.parametrize(
    "parameters", [{}, {"client_id": "app"}, {"client_id": "app", "post_logout_redirect_uri": AFTER}, {"decision": "logout"}]
)
def test_a_link_alone_signs_nobody_out(app: Flow, person: Person, parameters: dict[str, str]):
    app.code(person)
    answer = asked(person, app, **parameters)
    assert answer.status_code == 200 and "location" not in answer.headers and is_in(person.http)


@pytest.mark.row(206)
@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_another_site_cannot_press_sign_out(app: Flow, person: Person, origin: str):
    app.code(person)
    page = asked(person, app)
    token = person.http.cookies["idp-csrf"]
    for data in ({"decision": "logout"}, {"decision": "logout", "csrfmiddlewaretoken": token}):
        answer = person.http.post(str(page.url), data=data, headers={"Origin": origin})
        assert answer.status_code == 403 and is_in(person.http)


@pytest.mark.row(206)
def test_an_id_token_of_another_login_asks_first(app: Flow, person: Person, browser: Browser, make_user: MakeUser):
    make_user("mallory")
    foreign = app.tokens(browser("mallory"))["id_token"]
    app.code(person)
    assert asked(person, app, id_token_hint=foreign).status_code == 200 and is_in(person.http)


@pytest.mark.row(207)
@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/",
        f"{AFTER}/x",
        f"{AFTER}2",
        "https://app.test/",
        f"{AFTER}#x",
        f"{AFTER}?x=1",
        "javascript:alert(1)",
        "//app.test/bye",
        "https://APP.test/bye",
        "https://app.test:444/bye",
        f" {AFTER}",
        f"{AFTER}\r\nX: y",
        "http://127.0.0.1:5555/callback",
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(app: Flow, person: Person, uri: str):
    token = app.tokens(person)["id_token"]
    for parameters in ({"client_id": "app"}, {"id_token_hint": token}, {}):
        refused_by_page(asked(person, app, post_logout_redirect_uri=uri, **parameters))


@pytest.mark.row(207)
def test_who_is_not_signed_in_goes_to_registered_addresses_alone(app: Flow, person: Person, other: Flow):
    refused_by_page(asked(person, app, client_id="app", post_logout_redirect_uri="https://evil.example/"))
    answer = asked(person, app, client_id="app", post_logout_redirect_uri=AFTER, state="a&b=c\r\nX: y")
    assert answer.headers["location"] == f"{AFTER}?state=a%26b%3Dc%0D%0AX%3A+y" and "x" not in answer.headers
    assert "location" not in asked(person, other, client_id="other", post_logout_redirect_uri=AFTER).headers


@pytest.mark.row(207)
def test_the_hint_of_another_client_opens_no_address(app: Flow, other: Flow, person: Person):
    foreign = other.tokens(person)["id_token"]
    for parameters in ({"id_token_hint": foreign, "client_id": "app"}, {"id_token_hint": foreign + "x"}, {"id_token_hint": "e30.e30."}):
        refused_by_page(asked(person, app, post_logout_redirect_uri=AFTER, **parameters))
    assert is_in(person.http)


@pytest.mark.row(209)
def test_signing_out_twice_is_no_error(app: Flow, other: Flow, person: Person):
    hints = [flow.tokens(person)["id_token"] for flow in (app, other)]
    for flow, hint in ((app, hints[0]), (other, hints[1]), (app, hints[0])):
        assert asked(person, flow, id_token_hint=hint).status_code in (200, 303)
    assert not is_in(person.http)


@pytest.mark.row(199)
def test_what_hangs_on_a_session_ends_with_it(app: Flow, person: Person):
    bound, offline = app.tokens(person, "openid"), app.tokens(person, "openid offline_access")
    form(person.http, "/accounts/logout/", {})
    for tokens in (bound, offline):
        assert app.userinfo(tokens["access_token"]).status_code == 401
    assert app.refresh(offline["refresh_token"]).status_code == 200


@pytest.mark.row(43)
@pytest.mark.row(219)
def test_sessions_and_consents_of_others_do_not_exist(app: Flow, person: Person, browser: Browser, make_user: MakeUser, exchanges: Any):
    make_user("mallory")
    app.code(person)
    thief = browser("mallory")
    thief.open("/accounts/login/")
    for number in range(1, 6):
        for path in (f"/me/sessions/{number}/end/", f"/me/consents/{number}/revoke/"):
            form(thief.http, path, {})
    assert is_in(person.http) and "code=" in person.http.get(app.start(prompt="none").url).headers["location"]
