"""OpenID Connect Core 1.0 §8: subject identifiers; rulings 7."""

from collections.abc import Callable

import pytest

from accounts.models import User
from tests.conftest import MakeUser
from tests.flows import Flow
from tests.person import Person
from tests.protocol.conftest import MakeFlow

UPN = "alice@corp.example.org"


@pytest.fixture
def worker(make_user: MakeUser, browser: Callable[..., Person]) -> Person:
    """Somebody with a principal name among her attributes."""
    make_user("worker", attributes={"upn": UPN, "badge": "B-7"})
    return browser("worker")


def sub(flow: Flow, person: Person) -> str:
    """The identifier in ID token, userinfo and introspection, which must agree."""
    tokens = flow.tokens(person, "openid")
    told = {
        tokens["claims"]["sub"],
        flow.userinfo(tokens["access_token"]).json()["sub"],
        flow.introspect(tokens["access_token"]).json()["sub"],
    }
    assert len(told) == 1
    return str(told.pop())


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("hashed_user_id", lambda user: user.sub),
        ("user_id", lambda user: str(user.pk)),
        ("user_uuid", lambda user: str(user.uuid)),
        ("user_username", lambda user: "worker"),
        ("user_email", lambda user: "worker@example.org"),
        ("user_upn", lambda user: UPN),
        ("attribute:badge", lambda user: "B-7"),
    ],
)
def test_each_mode_says_what_it_names(make_flow: MakeFlow, worker: Person, mode: str, expected: Callable[[User], str]) -> None:
    """§8; contracts C 58"""
    assert sub(make_flow(sub_mode=mode), worker) == expected(User.objects.get(username="worker"))


@pytest.mark.parametrize("mode", ["user_upn", "attribute:badge", "attribute:nothing"])
def test_a_mode_without_a_value_falls_back_to_the_opaque_one(make_flow: MakeFlow, person: Person, alice: User, mode: str) -> None:
    """Contracts A4"""
    assert sub(make_flow(sub_mode=mode), person) == alice.sub


def test_the_opaque_identifier_says_nothing_and_stays(make_flow: MakeFlow, person: Person, alice: User) -> None:
    """§8: "locally unique and never reassigned" """
    value = sub(make_flow(), person)
    assert value == sub(make_flow("other"), person)
    assert "alice" not in value
    assert str(alice.pk) != value


def test_pairwise_identifiers_differ_between_sectors(make_flow: MakeFlow, person: Person, alice: User) -> None:
    """§8.1"""
    one = make_flow("one", sub_mode="pairwise", redirect_uris=["https://one.example.org/cb"])
    same = make_flow("same", sub_mode="pairwise", redirect_uris=["https://one.example.org/other"])
    two = make_flow("two", sub_mode="pairwise", redirect_uris=["https://two.example.org/cb"])
    assert sub(one, person) == sub(same, person) != sub(two, person)
    assert sub(one, person) != alice.sub


def test_a_pairwise_hint_is_recognised(make_flow: MakeFlow, person: Person) -> None:
    """§8.1, §3.1.2.1"""
    flow = make_flow(sub_mode="pairwise")
    hint = flow.tokens(person)["id_token"]
    assert "code" in flow.authorize(person, flow.start(prompt="none", id_token_hint=hint))


def test_the_metadata_names_both_types(flow: Flow) -> None:
    """Discovery §3, subject_types_supported"""
    assert flow.metadata["subject_types_supported"] == ["public", "pairwise"]
