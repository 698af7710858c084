"""Attacks on the consent page: pressing “Allow” for somebody, for something else, or somewhere else."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from lxml import html

from providers.models import AuthorizationCode, Client, Consent
from providers.services import clients, consents
from tests.conftest import MakeUser
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import returned

MakeFlow = Callable[..., Flow]
Browser = Callable[..., Person]
ASKED = "openid email offline_access"


def page_of(flow: Flow, person: Person, scope: str = "openid email", **parameters: str | None) -> httpx.Response:
    """The consent page, unanswered."""
    page = person.open(flow.start(scope, **parameters).url, stop_at="consent-approve")
    assert person.sees("consent-approve")
    return page


def token_of(page: httpx.Response) -> str:
    """The CSRF token in the page's form."""
    return str(html.fromstring(page.text).xpath("//input[@name='csrfmiddlewaretoken']/@value")[0])


def sent(person: Person, page: httpx.Response, *, token: str | None = None, origin: str | None = None, **data: Any) -> httpx.Response:
    """The form of a consent page, sent as an attacker would."""
    form = {"decision": "allow", "scope": "email", **({"csrfmiddlewaretoken": token} if token is not None else {}), **data}
    headers = {"Referer": str(page.url)} | ({"Origin": origin} if origin is not None else {})
    return person.http.post(str(page.url), data=form, headers=headers)


def refused(answer: httpx.Response, status: int = 403) -> None:
    """403, and no code anywhere."""
    assert answer.status_code == status and "location" not in answer.headers
    assert not AuthorizationCode.objects.exists()


@pytest.mark.row(42)
def test_without_a_token_nothing_is_allowed(flow: Flow, person: Person):
    page = page_of(flow, person)
    refused(sent(person, page, origin=person.origin))
    refused(sent(person, page, origin=person.origin, token=""))
    refused(sent(person, page, origin=person.origin, token="x" * 64))


@pytest.mark.row(42)
def test_the_token_of_another_browser_does_not_count(flow: Flow, person: Person, browser: Browser, make_user: MakeUser):
    make_user("mallory")
    page, foreign = page_of(flow, person), page_of(flow, browser("mallory"))
    refused(sent(person, page, origin=person.origin, token=token_of(foreign)))


@pytest.mark.row(42)
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:8001", "http://127.0.0.1:8000"])
def test_a_page_of_somebody_else_cannot_press_allow(flow: Flow, person: Person, origin: str):
    page = page_of(flow, person)
    refused(sent(person, page, origin=origin, token=token_of(page)))


@pytest.mark.row(42)
def test_a_link_cannot_press_allow(flow: Flow, person: Person):
    page = page_of(flow, person)
    answer = person.http.get(str(page.url), params={"decision": "allow", "scope": "email", "csrfmiddlewaretoken": token_of(page)})
    refused(answer, 200)


@pytest.mark.row(43)
def test_what_the_form_says_beyond_the_question_is_ignored(flow: Flow, other: Flow, person: Person):
    page = page_of(flow, person, "openid email")
    answer = sent(
        person,
        page,
        origin=person.origin,
        token=token_of(page),
        client_id=other.client_id,
        redirect_uri="https://evil.example/cb",
        resource="https://api.example/",
        scope=["email", "profile", "offline_access", "groups"],
        nonce="x",
        state="evil",
        response_mode="form_post",
    )
    told = returned(answer)
    assert answer.headers["location"].startswith(f"{flow.redirect_uri}?") and told["state"] != "evil"
    code = AuthorizationCode.objects.get()
    assert code.application.client_id == flow.client_id and code.redirect_uri == flow.redirect_uri
    assert set(code.authorization.scope.split()) == {"openid", "email"} and code.authorization.resource == []


@pytest.mark.row(43)
def test_a_parameter_in_the_address_of_the_consent_page_is_ignored(flow: Flow, person: Person):
    page = page_of(flow, person)
    person.open(
        f"{page.url}?scope=openid+profile+offline_access&redirect_uri=https://evil.example&response_type=token", stop_at="consent-approve"
    )
    answer = person.press("consent-approve")
    assert answer.headers["location"].startswith(f"{flow.redirect_uri}?")
    assert set(AuthorizationCode.objects.get().authorization.scope.split()) == {"openid", "email"}


@pytest.mark.row(45)
def test_the_pending_request_of_another_browser_is_out_of_reach(flow: Flow, person: Person, browser: Browser, make_user: MakeUser):
    make_user("mallory")
    page, thief = page_of(flow, person), browser("mallory")
    thief.open("/accounts/login/")
    for method in ("GET", "POST"):
        refused(thief.http.request(method, str(page.url), headers={"Origin": person.origin}))
    # Not even with a browser cookie of their own and a login of the same person.
    twin = browser("alice")
    page_of(flow, twin)
    refused(twin.http.get(str(page.url)))
    refused(
        twin.http.post(f"{page.url}switch/", headers={"Origin": person.origin}, data={"csrfmiddlewaretoken": twin.http.cookies["idp-csrf"]})
    )


@pytest.mark.row(45)
def test_a_request_is_answered_once(flow: Flow, person: Person):
    page = page_of(flow, person)
    assert person.press("consent-approve").is_redirect
    again = person.http.get(str(page.url))
    assert again.status_code == 403 and AuthorizationCode.objects.count() == 1


@pytest.mark.row(45)
def test_a_denied_request_cannot_be_allowed_later(flow: Flow, person: Person):
    page = page_of(flow, person)
    token = token_of(page)
    assert returned(person.press("consent-deny"))["error"] == "access_denied"
    refused(sent(person, page, origin=person.origin, token=token))


@pytest.mark.row(45)
def test_consent_counts_for_whoever_gave_it(flow: Flow, person: Person, make_user: MakeUser):
    make_user("bob")
    page = page_of(flow, person)
    person.http.post(f"{page.url}switch/", headers={"Origin": person.origin}, data={"csrfmiddlewaretoken": token_of(page)})
    person.username = "bob"
    person.open(str(page.url), stop_at="consent-approve")
    assert person.sees("consent-approve") and not AuthorizationCode.objects.exists()


@pytest.mark.row(46)
@pytest.mark.parametrize(
    "wider", [{"scope": "openid email"}, {"resource": "https://api.example/"}, {"claims": '{"userinfo":{"email":null}}'}, {"scope": ASKED}]
)
def test_consent_for_less_is_no_consent_for_more(flow: Flow, person: Person, wider: dict[str, str]):
    flow.code(person, "openid")
    assert "code" in returned(person.http.get(flow.start("openid", prompt="none").url))
    parameters = {"scope": "openid", **wider}
    assert returned(person.http.get(flow.start(parameters.pop("scope"), prompt="none", **parameters).url))["error"] == "consent_required"


@pytest.mark.row(46)
def test_consent_of_one_person_is_not_that_of_another(flow: Flow, person: Person, browser: Browser, make_user: MakeUser):
    make_user("bob")
    flow.code(person, "openid")
    bob = browser("bob")
    bob.open("/accounts/login/")
    assert returned(bob.http.get(flow.start("openid", prompt="none").url))["error"] == "consent_required"


@pytest.mark.row(46)
def test_what_was_left_out_is_not_granted_silently(flow: Flow, person: Person):
    person.open(flow.start("openid email").url, scopes=[])
    answer = person.http.get(flow.start("openid email", prompt="none").url)
    assert "code" in returned(answer)
    assert set(AuthorizationCode.objects.latest("pk").authorization.scope.split()) == {"openid"}


@pytest.mark.row(47)
def test_a_new_client_with_an_old_name_is_a_stranger(make_flow: MakeFlow, person: Person):
    make_flow("shop").code(person, "openid")
    clients.delete(Client.objects.get(slug="shop"), actor="test")
    again = make_flow("shop")
    assert returned(person.http.get(again.start("openid", prompt="none").url))["error"] == "consent_required"


@pytest.mark.row(47)
def test_a_self_registered_client_that_moves_is_asked_about_anew(make_flow: MakeFlow, person: Person):
    flow = make_flow("shop")
    flow.code(person, "openid")
    row = Client.objects.get(slug="shop")
    clients.update(row, {"redirect_uris": [flow.redirect_uri, "https://elsewhere.example/cb"]}, actor="test", registration=True)
    assert returned(person.http.get(flow.start("openid", prompt="none").url))["error"] == "consent_required"


@pytest.mark.row(47)
def test_a_consent_taken_back_is_gone(flow: Flow, person: Person):
    flow.code(person, "openid")
    consents.revoke(Consent.objects.get(), actor="alice")
    assert returned(person.http.get(flow.start("openid", prompt="none").url))["error"] == "consent_required"


@pytest.mark.row(39)
def test_no_page_can_be_framed(flow: Flow, person: Person, exchanges: Any):
    page_of(flow, person)
    person.press("consent-approve")
    for path in (
        "/accounts/login/",
        "/accounts/password/reset/",
        "/end-session",
        "/authorize?client_id=x",
        "/me/sessions/",
        "/nothing",
        "/admin/",
    ):
        person.open(path)
    pages = [answer for answer in exchanges.answers if answer.headers.get("content-type", "").startswith("text/html") and answer.content]
    assert len(pages) > 6
    for answer in pages:
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], answer.url
        assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.row(41)
@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title><svg onload=alert(1)>"])
def test_names_and_errors_are_shown_as_text(make_flow: MakeFlow, person: Person, text: str):
    flow = make_flow("shop", client_name=text)
    pages = [page_of(flow, person), person.open(flow.start(redirect_uri="https://evil.example/").url)]
    pages += [person.open(f"/authorize?client_id={text}&error={text}&error_description={text}"), person.open(f"/nothing/{text}?x={text}")]
    pages += [
        person.open(f"/end-session?client_id={flow.client_id}&state={text}"),
        person.open(f"/accounts/login/?error={text}&login_hint={text}"),
    ]
    for page in pages:
        assert text not in page.text


@pytest.mark.row(41)
def test_a_name_is_no_template(make_flow: MakeFlow, person: Person):
    page = page_of(make_flow("shop", client_name="{{ 7|add:7 }}{% now 'Y' %}"), person)
    assert "{{ 7|add:7 }}{% now &#x27;Y&#x27; %}" in page.text
