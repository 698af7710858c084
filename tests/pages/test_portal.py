"""My applications, my consents, my profile."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Group, User
from providers.models import Application, Authorization, Client, Consent
from providers.services import registry
from providers.statements.registry import forget
from providers.views.portal.consents import describe
from providers.views.portal.devices import recognise
from scopes.context import MappingView
from scopes.models import Assignment
from tests.pages.page import faults
from tests.person import Person


def make_client(name: str, **fields: Any) -> Client:
    return Client.objects.create(client_id=name, slug=name, client_name=name.title(), **fields)


@pytest.fixture(autouse=True)
def _fresh_registry() -> None:
    forget()


def tiles(person: Person) -> str:
    answer = person.open("/")
    assert faults(answer) == []
    return answer.text


def test_an_empty_portal_says_what_will_be_there(person: Person) -> None:
    assert "No applications yet" in tiles(person)


def test_an_application_with_a_page_can_be_started(person: Person) -> None:
    make_client("shop", client_uri="https://shop.example.org/")
    assert 'href="https://shop.example.org/"' in tiles(person)


def test_a_login_starter_gets_the_issuer(person: Person) -> None:
    application = Application.objects.create(slug="wiki", name="Wiki")
    make_client("wiki", application=application, initiate_login_uri="https://wiki.example.org/login?a=1")
    assert "https://wiki.example.org/login?a=1&amp;iss=http%3A%2F%2Flocalhost%3A8000%2Fapplication%2Fo%2Fwiki%2F" in tiles(person)


def test_an_application_without_a_page_appears_once_it_was_used(person: Person, alice: User) -> None:
    client = make_client("agent")
    assert "Agent" not in tiles(person)
    Authorization.objects.create(user=alice, client=client, issuer="", grant_type="authorization_code")
    assert "Agent" in tiles(person)


def test_an_ended_authorization_does_not_count(person: Person, alice: User) -> None:
    Authorization.objects.create(user=alice, client=make_client("agent"), issuer="", grant_type="refresh_token", revoked_at=timezone.now())
    assert "Agent" not in tiles(person)


def test_an_expired_consent_does_not_count(person: Person, alice: User) -> None:
    Consent.objects.create(user=alice, client=make_client("agent"), expires_at=timezone.now() - timedelta(seconds=1))
    assert "Agent" not in tiles(person)


def test_a_disabled_application_is_not_shown(person: Person) -> None:
    make_client("shop", client_uri="https://shop.example.org/", disabled=True)
    assert "Shop" not in tiles(person)


def test_what_a_person_may_not_use_is_not_shown(person: Person) -> None:
    staff = Assignment.objects.create(name="staff")
    make_client("ledger", client_uri="https://ledger.example.org/").assignments.add(staff)
    assert "Ledger" not in tiles(person)


def test_a_group_around_the_own_one_lets_in(person: Person, alice: User) -> None:
    company = Group.objects.create(name="company")
    Group.objects.filter(name="engineering").update(parent=company)
    staff = Assignment.objects.create(name="staff")
    staff.groups.add(company)
    make_client("ledger", client_uri="https://ledger.example.org/").assignments.add(staff)
    registry.bump()
    assert "Ledger" in tiles(person)


def test_a_consent_is_listed_and_can_be_taken_back(person: Person, alice: User) -> None:
    client = make_client("shop")
    consent = Consent.objects.create(user=alice, client=client, scope="openid email")
    authorization = Authorization.objects.create(user=alice, client=client, issuer="", grant_type="authorization_code")
    answer = person.open("/me/consents/")
    assert faults(answer) == []
    assert "Shop" in answer.text
    token = {"csrfmiddlewaretoken": next(value for name, value in person.http.cookies.items() if name.endswith("csrf"))}
    assert person.http.post(f"/me/consents/{consent.pk}/revoke/", data=token).headers["location"] == "/me/consents/"
    authorization.refresh_from_db()
    assert authorization.revoked_at is not None
    assert not Consent.objects.exists()


def test_somebody_elses_consent_does_not_exist(person: Person, make_user: Callable[..., User]) -> None:
    consent = Consent.objects.create(user=make_user("bob"), client=make_client("shop"))
    assert "Shop" not in person.open("/me/consents/").text
    token = {"csrfmiddlewaretoken": next(value for name, value in person.http.cookies.items() if name.endswith("csrf"))}
    assert person.http.post(f"/me/consents/{consent.pk}/revoke/", data=token).status_code == 404
    assert Consent.objects.filter(pk=consent.pk).exists()


def test_a_consent_is_not_taken_back_by_a_link(person: Person, alice: User) -> None:
    consent = Consent.objects.create(user=alice, client=make_client("shop"))
    person.open("/me/consents/")
    assert person.http.get(f"/me/consents/{consent.pk}/revoke/").status_code == 405
    assert person.http.post(f"/me/consents/{consent.pk}/revoke/").status_code == 403
    assert Consent.objects.filter(pk=consent.pk).exists()


def test_a_scope_is_said_in_the_words_of_its_mappings() -> None:
    mappings = [
        MappingView("a", "email", "builtin", "", description="Your address"),
        MappingView("b", "email", "constant", "", description="Your team"),
    ]
    assert describe("email", mappings) == "Your address Your team"
    assert describe("storage.read:/a", mappings) == "storage.read:/a"


def test_the_profile_says_how_well_the_account_is_guarded(person: Person) -> None:
    answer = person.open("/me/")
    for words in ("alice@example.org", "Alice Liddell", "Confirmed", "Signed in in 1 place.", "Off. With it"):
        assert words in answer.text


def test_only_staff_see_the_way_to_the_admin(person: Person, alice: User) -> None:
    assert 'href="/admin/"' not in person.open("/me/").text
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    assert 'href="/admin/"' in person.open("/me/").text


def test_others_are_told_so_and_may_switch(person: Person) -> None:
    person.open("/me/")
    answer = person.open("/me/forbidden/")
    assert (answer.status_code, faults(answer)) == (403, [])
    assert person.text("error-code") == "access_denied"
    person.press("account-switch")
    assert person.sees("id_login")
    assert person.answer is not None
    assert person.answer.url.params["next"] == "/admin/"


@pytest.mark.parametrize(
    ("user_agent", "name", "icon"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux", "screen"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android", "phone"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on iPhone", "phone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows", "screen"),
        ("curl/8.14", "A browser", "screen"),
        ("", "A browser", "screen"),
    ],
)
def test_a_browser_is_named_in_words(user_agent: str, name: str, icon: str) -> None:
    device = recognise(user_agent)
    assert (device.name, device.icon) == (name, icon)
