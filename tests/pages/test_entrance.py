"""The entrance pages: the element ids that the operations contract promises, and what each page says."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from lxml import html

from accounts.forms import LoginForm
from accounts.models import User
from tests.person import Person

CLIENT = {
    "client_name": "Riverside <Shop>",
    "client_uri": "https://shop.example.org/",
    "logo_uri": "https://cdn.example.net/logo.png",
    "policy_uri": "https://shop.example.org/privacy",
    "tos_uri": "",
}
ITEMS = [
    {"scope": "profile", "description": "Your name", "value": "Alice Liddell", "mandatory": True, "is_new": False, "checked": True},
    {"scope": "email", "description": "Your address", "value": "a@example.org", "mandatory": False, "is_new": True, "checked": True},
    {"scope": "groups", "description": "", "value": "", "mandatory": False, "is_new": False, "checked": False},
]


def page(template: str, user: object = None, **context: Any) -> html.HtmlElement:
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()  # type: ignore[assignment]
    request.session = SimpleNamespace(session_key="")  # type: ignore[assignment]
    request._messages = []  # type: ignore[attr-defined]
    return html.fromstring(render_to_string(template, {"user": request.user, **context}, request))


def consent(user: User, **more: Any) -> html.HtmlElement:
    given = {"client": CLIENT, "redirect_host": "shop.example.org", "verified": True, "items": ITEMS, "remembered_at": None}
    return page("authorize/consent.html", user, **{**given, "switch_url": "/switch/", **more})


def switch(tree: html.HtmlElement) -> tuple[str, str]:
    form = next(tree.get_element_by_id("account-switch").iterancestors("form"))
    return form.get("method"), form.get("action")


def text(tree: html.HtmlElement) -> str:
    return " ".join(tree.text_content().split())


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["id_login", "id_password", "login-submit", "passkey-login"])
def test_the_login_page_has(http: httpx.Client, name: str) -> None:
    assert html.fromstring(http.get("/accounts/login/").text).get_element_by_id(name) is not None


@pytest.mark.django_db
def test_the_passkey_button_waits_for_its_script(http: httpx.Client) -> None:
    button = html.fromstring(http.get("/accounts/login/").text).get_element_by_id("passkey-login")
    assert any(element.get("hidden") is not None for element in button.iterancestors())


@pytest.mark.django_db
def test_the_demo_says_who_may_sign_in(http: httpx.Client) -> None:
    assert "demo-Password-1" in html.fromstring(http.get("/accounts/login/").text).get_element_by_id("demo-hint").text_content()


def test_the_password_page_has_no_user_name(person: Person) -> None:
    person.open("/me/")
    person.open("/accounts/reauthenticate/", stop_at="login-submit")
    assert person.sees("id_password")
    assert not person.sees("id_login")


def test_signing_out_is_asked_first(person: Person) -> None:
    person.open("/me/")
    person.open("/accounts/logout/")
    assert person.sees("logout-confirm")
    person.press("logout-confirm")
    assert person.sees("id_login")


def test_consent_can_be_given_refused_or_left_to_another_account(alice: User) -> None:
    tree = consent(alice)
    assert tree.get_element_by_id("consent-approve").get("value") == "allow"
    assert tree.get_element_by_id("consent-deny").get("value") == "deny"
    assert switch(tree) == ("post", "/switch/")


def test_consent_posts_ticked_scopes_and_cannot_lose_a_mandatory_one(alice: User) -> None:
    fields = consent(alice).xpath("//input[@name='scope']")
    assert [(field.get("type"), field.get("value"), field.get("checked") is not None) for field in fields] == [
        ("hidden", "profile", False),
        ("checkbox", "email", True),
        ("checkbox", "groups", False),
    ]
    assert consent(alice).xpath("//input[@disabled]/@value") == ["profile"]


def test_consent_shows_own_values_and_where_it_leads(alice: User) -> None:
    said = text(consent(alice))
    assert "a@example.org" in said
    assert "shop.example.org" in said
    assert "Riverside <Shop>" in said


def test_consent_says_when_it_was_allowed_last(alice: User) -> None:
    assert consent(alice, remembered_at=datetime(2026, 1, 1, tzinfo=UTC)).xpath("//time/@datetime") == ["2026-01-01T00:00:00+00:00"]


def test_an_application_that_registered_itself_is_marked(alice: User) -> None:
    assert "Nobody here has checked" in text(consent(alice, verified=False))
    assert "Nobody here has checked" not in text(consent(alice))


def test_a_logo_of_another_origin_is_not_loaded(alice: User) -> None:
    assert consent(alice).xpath("//img") == []
    assert consent(alice, client=CLIENT | {"logo_uri": "//cdn.example.net/logo.png"}).xpath("//img") == []
    assert consent(alice, client=CLIENT | {"logo_uri": "/media/logos/1.png"}).xpath("//img/@src") == ["/media/logos/1.png"]


def test_the_login_names_the_application_on_the_way_to_it() -> None:
    pending = SimpleNamespace(**CLIENT, redirect_host="shop.example.org", verified=True)
    tree = page("account/login.html", pending=pending, form=LoginForm(request=RequestFactory().get("/")))
    assert text(tree.xpath("//h1")[0]) == "Sign in to Riverside <Shop>"
    assert tree.xpath("//a/@href[contains(., 'privacy')]") == ["https://shop.example.org/privacy"]


def test_the_account_chooser(alice: User) -> None:
    tree = page("authorize/select_account.html", alice, client=CLIENT, switch_url="/switch/")
    assert tree.get_element_by_id("account-continue").get("value") == "continue"
    assert switch(tree) == ("post", "/switch/")


def test_the_form_post_page_carries_the_parameters_and_no_token_of_ours() -> None:
    tree = page("authorize/form_post.html", redirect_uri="https://shop.example.org/cb", parameters={"code": 'a"b<c', "state": "s"})
    form = tree.get_element_by_id("form-post")
    assert (form.get("method"), form.get("action")) == ("post", "https://shop.example.org/cb")
    assert [(field.get("name"), field.get("value")) for field in form.xpath(".//input")] == [("code", 'a"b<c'), ("state", "s")]
    assert form.xpath(".//button")
    assert list(tree.xpath("//script/@src")) == ["/static/form_post.js"]


def test_the_logout_page_names_the_application_that_asks(alice: User) -> None:
    tree = page("logout/confirm.html", alice, client=CLIENT)
    assert "Riverside <Shop>" in text(tree)
    assert tree.get_element_by_id("logout-confirm").tag == "button"


def test_the_page_after_logout_loads_the_frames_of_applications() -> None:
    tree = page("logout/done.html", frames=["https://shop.example.org/logout?sid=1"])
    assert tree.xpath("//iframe/@src") == ["https://shop.example.org/logout?sid=1"]


@pytest.mark.parametrize(
    ("rule", "client_uri", "leads_to"),
    [("staff", "https://shop.example.org/", "https://shop.example.org/"), ("", "", "/")],
)
def test_an_error_page_is_never_a_dead_end(rule: str, client_uri: str, leads_to: str) -> None:
    error = {"code": "access_denied", "sentence": "No.", "description": "Only for: staff.", "error_id": "0123", "client_name": "Shop"}
    tree = page("error.html", **error, rule=rule, client_uri=client_uri)
    assert tree.get_element_by_id("error-code").text == "access_denied"
    assert tree.get_element_by_id("error-id").text == "0123"
    assert tree.xpath("//a[contains(@class, 'button-primary')]/@href") == [leads_to]
    assert "Only for: staff." in text(tree)


def test_an_error_page_needs_no_database(django_db_blocker: Any) -> None:
    with django_db_blocker.block():
        tree = html.fromstring(render_to_string("error.html", {"code": "server_error", "sentence": "Broken."}))
    assert tree.get_element_by_id("error-code").text == "server_error"
