"""A POST whose answer was lost is sent again and answered again."""

import pytest
from django.core.cache import cache

from accounts.models import Group
from providers.models import ClientSecret
from tests.api.conftest import Caller, MakeCaller
from tests.conftest import MakeClient

pytestmark = pytest.mark.django_db

CLIENT = {"slug": "wiki", "redirect_uris": ["https://wiki.example.org/cb"]}


def test_the_same_key_and_body_get_the_same_answer(root: Caller) -> None:
    first = root.post("/clients/", CLIENT, **{"Idempotency-Key": "k1"})
    again = root.post("/clients/", CLIENT, **{"Idempotency-Key": "k1"})
    assert (again.status_code, again.json()) == (201, first.json())
    assert first.json()["client_secret"]
    assert again["Idempotency-Replayed"] == "true"
    assert ClientSecret.objects.count() == 1


def test_a_rotation_is_not_done_twice(root: Caller, make_client: MakeClient) -> None:
    make_client("shop")
    first = root.post("/clients/shop/rotate-secret/", {}, **{"Idempotency-Key": "k1"})
    again = root.post("/clients/shop/rotate-secret/", {}, **{"Idempotency-Key": "k1"})
    assert first.json() == again.json()


def test_the_same_key_with_another_body_is_a_conflict(root: Caller) -> None:
    root.post("/groups/", {"name": "a"}, **{"Idempotency-Key": "k1"})
    answer = root.post("/groups/", {"name": "b"}, **{"Idempotency-Key": "k1"})
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert Group.objects.filter(name="b").count() == 0


def test_the_same_key_at_another_path_is_a_conflict(root: Caller) -> None:
    root.post("/groups/", {"name": "a"}, **{"Idempotency-Key": "k1"})
    assert root.post("/assignments/", {"name": "a"}, **{"Idempotency-Key": "k1"}).status_code == 409


def test_a_refused_request_gives_its_key_back(root: Caller) -> None:
    assert root.post("/groups/", {}, **{"Idempotency-Key": "k1"}).status_code == 400
    assert root.post("/groups/", {"name": "a"}, **{"Idempotency-Key": "k1"}).status_code == 201


def test_keys_of_two_callers_do_not_meet(root: Caller, make_caller: MakeCaller) -> None:
    root.post("/groups/", {"name": "a"}, **{"Idempotency-Key": "k1"})
    carol = make_caller("carol", "add_group")
    assert carol.post("/groups/", {"name": "b"}, **{"Idempotency-Key": "k1"}).status_code == 201


def test_a_key_does_not_pass_by_permissions(root: Caller, plain: Caller) -> None:
    root.post("/groups/", {"name": "a"}, **{"Idempotency-Key": "k1"})
    assert plain.post("/groups/", {"name": "a"}, **{"Idempotency-Key": "k1"}).status_code == 403


def test_nothing_of_the_answer_is_kept_in_clear(root: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []
    keep = cache.set
    monkeypatch.setattr(cache, "set", lambda name, value, timeout=None: (kept.append(f"{name}{value}"), keep(name, value, timeout))[1])
    secret = root.post("/clients/", CLIENT, **{"Idempotency-Key": "k1"}).json()["client_secret"]
    assert kept
    assert not [text for text in kept if secret in text or "k1" in text.split(":")]


@pytest.mark.parametrize("key", ["", "x" * 256, "\x7f"])
def test_a_key_is_printable_and_short(root: Caller, key: str) -> None:
    assert root.post("/groups/", {"name": "a"}, **{"Idempotency-Key": key}).status_code == 400
