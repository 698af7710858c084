"""`idp apply`: the whole file or nothing, twice the same as once."""

import json
from unittest.mock import patch

import pytest

from accounts.models import Group, User
from audit.models import Event
from idp.configuration import apply as applying
from idp.configuration import passwords
from idp.configuration.apply import apply
from idp.configuration.document import ConfigurationError
from idp.configuration.export import export
from providers.models import Client, ClientSecret
from providers.services import secrets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("instance")]


def test_a_file_is_applied(sample):
    apply(json.dumps(sample))
    alice = User.objects.get(username="alice")
    assert alice.check_password("alice-password")
    assert set(alice.groups.values_list("name", flat=True)) == {"backend"} | {"engineering"}
    assert Group.objects.get(name="backend").parent == Group.objects.get(name="engineering")
    assert secrets.reveal(ClientSecret.objects.get(client__slug="demo")) == "demo-secret-demo-secret-demo-secret"


def test_the_second_time_changes_nothing(sample):
    del sample["groups"][0]["members"]
    apply(json.dumps(sample))
    before, events = export(secrets=True), Event.objects.count()
    assert apply(json.dumps(sample)) == []
    assert (export(secrets=True), Event.objects.count()) == (before, events)


def test_a_password_that_is_the_stored_one_is_not_hashed_again(sample):
    apply(json.dumps(sample))
    with patch.object(passwords.users, "hashed") as hashed:
        apply(json.dumps(sample))
    assert not hashed.called


def test_passwords_are_hashed_before_the_transaction(sample):
    seen = []
    hashed, atomic = passwords.users.hashed, applying.transaction.atomic
    with (
        patch.object(passwords.users, "hashed", side_effect=lambda password: seen.append("hashed") or hashed(password)),
        patch.object(applying.transaction, "atomic", side_effect=lambda *args, **kwargs: seen.append("opened") or atomic(*args, **kwargs)),
    ):
        apply(json.dumps(sample))
    assert seen.index("opened") > max(place for place, what in enumerate(seen) if what == "hashed")


def test_a_mistake_anywhere_leaves_everything(sample):
    sample["clients"][-1]["redirect_uris"] = ["javascript:alert(1)"]
    before = export(secrets=True)
    with pytest.raises(ConfigurationError) as caught:
        apply(json.dumps(sample, indent=1))
    assert "redirect_uris" in str(caught.value)
    assert str(caught.value).startswith("line ")
    assert export(secrets=True) == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("users:\n- username: x\n  colour: red\n", "line 3: user “x”: colour"),
        ("users:\n- username: x\n  email: 7\n", "line 3: user “x”: email"),
        ("users:\n- email: x@example.org\n", "line 2: users: an entry has no username"),
        ("users:\n- username: x\n- username: x\n", "line 3: users: “x” stands here twice"),
        ("groups:\n- {name: a, parent: b}\n- {name: b, parent: a}\n", "line 2: group “a”: parent"),
        ("clients:\n- slug: x\n  provider: nobody/nothing\n", "line 3: client “x”: provider"),
        ("policies:\n- name: x\n", "line 2: policies"),
        ("users:\n- username: x\n  password: ''\n", "line 3: password"),
    ],
)
def test_a_mistake_is_named_with_its_line(text, said):
    with pytest.raises(ConfigurationError) as caught:
        apply(text)
    assert str(caught.value).startswith(said)


def test_only_what_is_given_changes(sample):
    apply(json.dumps(sample))
    changes = apply("users:\n- {username: alice, nickname: Al}\n")
    assert [(change.key, dict(change.differences)) for change in changes] == [("alice", {"nickname": ("", "Al")})]
    assert User.objects.get(username="alice").given_name == "Alice"


def test_a_dry_run_tells_and_changes_nothing(sample):
    before = export(secrets=True)
    changes = apply(json.dumps(sample), dry_run=True)
    assert {change.section for change in changes} >= {"users", "groups", "clients", "scopes"}
    assert export(secrets=True) == before


def test_differences_never_show_a_secret(sample):
    sample["keys"][0]["rotation_period"] = 5
    assert "demo-secret" not in str(apply(json.dumps(sample)))


def test_a_secret_that_was_made_is_told_once():
    (change,) = apply("clients:\n- slug: shop\n")
    assert len(change.made["client_secret"]) == 43
    assert apply("clients:\n- slug: shop\n") == []


def test_a_client_is_found_by_its_id_in_its_name_space():
    apply("clients:\n- {slug: one, client_id: same}\n")
    with pytest.raises(ConfigurationError):
        apply("clients:\n- {slug: two, client_id: same}\n")
    assert Client.objects.count() == 1
