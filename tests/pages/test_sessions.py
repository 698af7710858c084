"""My sessions: listed for their owner, ended by nobody else."""

from collections.abc import Callable

import pytest
from allauth.usersessions.models import UserSession

from accounts.models import User
from tests.pages.page import faults
from tests.person import Person

Browser = Callable[..., Person]


@pytest.fixture
def two(browser: Browser, alice: User) -> tuple[Person, Person]:
    """Alice at two browsers, with their sessions in the same order."""
    here, there = browser("alice"), browser("alice")
    here.open("/me/")
    there.open("/me/")
    return here, there


def _other(person: Person) -> UserSession:
    own = next(value for name, value in person.http.cookies.items() if name.endswith("session"))
    return UserSession.objects.exclude(session_key=own).get()


def _token(person: Person) -> dict[str, str]:
    return {"csrfmiddlewaretoken": next(value for name, value in person.http.cookies.items() if name.endswith("csrf"))}


def test_all_of_a_person_are_listed(two: tuple[Person, Person]) -> None:
    answer = two[0].open("/me/sessions/")
    assert faults(answer) == []
    assert answer.text.count("panel-row-text") == 2
    assert answer.text.count("This browser") == 1


def test_another_one_can_be_ended(two: tuple[Person, Person]) -> None:
    here, there = two
    answer = here.http.post(f"/me/sessions/{_other(here).pk}/end/", data=_token(here))
    assert answer.headers["location"] == "/me/sessions/"
    assert there.http.get("/me/").status_code == 302
    assert here.http.get("/me/").status_code == 200


def test_all_others_can_be_ended(two: tuple[Person, Person]) -> None:
    here, there = two
    here.open("/me/sessions/")
    here.press("sessions-end-others")
    assert there.http.get("/me/").status_code == 302
    assert here.http.get("/me/").status_code == 200


def test_the_own_one_is_left_by_signing_out(person: Person) -> None:
    person.open("/me/")
    answer = person.http.post(f"/me/sessions/{UserSession.objects.get().pk}/end/", data=_token(person))
    assert answer.headers["location"] == "/accounts/logout/"


def test_somebody_elses_does_not_exist(person: Person, browser: Browser, make_user: Callable[..., User]) -> None:
    make_user("bob")
    bob = browser("bob")
    bob.open("/me/")
    person.open("/me/")
    session = UserSession.objects.get(user__username="bob")
    assert person.http.post(f"/me/sessions/{session.pk}/end/", data=_token(person)).status_code == 404
    assert bob.http.get("/me/").status_code == 200


def test_nothing_ends_without_a_token_or_by_a_link(two: tuple[Person, Person]) -> None:
    here, there = two
    path = f"/me/sessions/{_other(here).pk}/end/"
    assert here.http.post(path).status_code == 403
    assert here.http.get(path).status_code == 405
    assert there.http.get("/me/").status_code == 200
