"""The rules of writing people."""

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError

from accounts import hooks
from accounts.models import User
from accounts.services import users
from audit.models import Event

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-Password-of-1865"


@pytest.fixture
def called(monkeypatch):
    """Names of the hooks that were called."""
    seen = []
    monkeypatch.setattr(hooks, "_hook", lambda name: lambda *args, **kwargs: seen.append(name))
    return seen


def create(username="alice", **fields):
    return users.create({"username": username, **fields}, actor="test")


@pytest.mark.parametrize("other", ["alice", "ALICE", "ａlice", " alice "])
def test_a_name_that_differs_only_in_spelling_is_taken(other):
    create("alice")
    with pytest.raises(ValidationError) as caught:
        create(other)
    assert list(caught.value.message_dict) == ["username"]


@pytest.mark.parametrize("username", ["", "a b", "a/b", "a:b", "x" * 151])
def test_a_bad_name_is_refused(username):
    with pytest.raises(ValidationError) as caught:
        create(username)
    assert "username" in caught.value.message_dict


@pytest.mark.parametrize(
    "fields",
    [
        {"password": "short"},
        {"password": "x" * 2000},
        {"password": "password123"},
        {"email": "nobody"},
        {"groups": ["missing"]},
        {"birthdate": "yesterday"},
        {"profile": "javascript:alert(1)"},
        {"address": "1 Street"},
        {"sub": "chosen"},
        {"password_hash": "chosen"},
    ],
)
def test_a_bad_field_makes_nobody(fields):
    with pytest.raises(ValidationError) as caught:
        create(**fields)
    assert list(caught.value.message_dict) == list(fields)
    assert not User.objects.exists()
    assert not Event.objects.exists()


def test_somebody_without_a_password_cannot_use_one():
    assert not create().has_usable_password()


def test_the_address_of_somebody_else_is_refused():
    create("alice", email="Shared@example.org", email_verified=True)
    with pytest.raises(ValidationError) as caught:
        create("bob", email="shared@EXAMPLE.org")
    assert list(caught.value.message_dict) == ["email"]


def test_an_address_is_a_row_and_mirrored():
    user = create(email="Alice@Example.org", email_verified=True)
    row = EmailAddress.objects.get(user=user)
    assert (row.email, row.primary, row.verified, User.objects.get().email) == ("alice@example.org", True, True, "alice@example.org")


def test_a_new_address_is_not_verified_because_the_old_one_was():
    user = create(email="old@example.org", email_verified=True)
    users.update(user, {"email": "new@example.org"}, actor="test")
    assert users.read(user)["email_verified"] is False
    assert EmailAddress.objects.filter(user=user).count() == 1


def test_an_address_can_be_taken_away():
    user = create(email="old@example.org", email_verified=True)
    users.update(user, {"email": ""}, actor="test")
    assert (users.read(user)["email"], EmailAddress.objects.count()) == ("", 0)


def test_disabling_tells_those_above(called):
    user = create()
    users.update(user, {"disabled": True}, actor="test")
    users.update(user, {"disabled": True}, actor="test")
    assert called == ["user_disabled"]


def test_a_new_password_tells_those_above(called):
    user = create(password=PASSWORD)
    users.update(user, {"password": PASSWORD + "2"}, actor="test")
    assert called == ["credentials_changed"]
    assert user.check_password(PASSWORD + "2")


def test_an_update_that_changes_nothing_writes_no_event():
    user = create(given_name="Alice")
    before = Event.objects.count()
    users.update(user, {"given_name": "Alice", "groups": []}, actor="test")
    assert Event.objects.count() == before


def test_no_event_holds_a_password():
    user = create(password=PASSWORD)
    users.update(user, {"password": PASSWORD + "2"}, actor="test")
    assert PASSWORD not in str(list(Event.objects.values()))


def test_a_file_may_hold_hash_and_subject():
    one = create(password=PASSWORD)
    held = users.read(one, secrets=True)
    users.delete(one, actor="test")
    other = users.create(held, actor="test", trusted=True)
    assert (other.sub, other.check_password(PASSWORD)) == (held["sub"], True)


def test_what_is_read_holds_no_secret():
    assert not {"password", "password_hash", "sub"} & set(users.read(create(password=PASSWORD)))
