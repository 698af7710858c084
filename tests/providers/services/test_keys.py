"""The life of signing keys: published, signing, retired, gone; always exactly one signs."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.secrets import unseal
from providers.models import Key, Registry, SigningKey
from providers.services import clients, keys
from tests.clock import later

pytestmark = pytest.mark.django_db
DAY = 86400


def create(**fields):
    return keys.create({"name": "mine", "algorithm": "ES256", **fields}, actor="test")


def statuses(key):
    return list(key.signing_keys.order_by("pk").values_list("status", flat=True))


@pytest.mark.parametrize(
    "fields",
    [{"algorithm": "HS256"}, {"algorithm": "none"}, {"rotation_period": -1}, {"name": ""}, {"signing_keys": [{"status": "active"}]}],
)
def test_a_bad_field_makes_no_key(fields):
    with pytest.raises(ValidationError):
        create(**fields)
    assert not Key.objects.exists()


def test_the_first_pair_signs_at_once_and_the_next_is_published():
    assert statuses(create()) == ["active", "next"]


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "ES384", "ES512", "EdDSA"])
def test_the_private_key_is_sealed_for_its_row(algorithm):
    pair = create(algorithm=algorithm).signing_keys.first()
    assert b'"d"' not in bytes(pair.private_ciphertext)
    assert b'"d"' in unseal(bytes(pair.private_ciphertext), f"signing_key:{pair.kid}")
    assert "d" not in pair.public_jwk
    assert (len(pair.kid), pair.public_jwk["kid"], pair.public_jwk["alg"]) == (43, pair.kid, algorithm)


def test_a_young_key_does_not_sign_before_verifiers_know_it():
    key = create()
    at = keys.rotate(key, actor="test")
    assert at > timezone.now() + timedelta(seconds=500)
    assert statuses(key) == ["active", "next"]
    with later(601):
        assert keys.advance(timezone.now()) == 1
    assert statuses(key) == ["retired", "active", "next"]


def test_a_key_that_is_known_takes_over_at_once():
    key = create()
    waiting = key.signing_keys.get(status="next")
    with later(DAY):
        keys.rotate(key, actor="test")
    assert key.signing_keys.get(status="active") == waiting


def test_rotating_again_and_again_leaves_exactly_one_that_signs():
    key = create()
    for _ in range(3):
        keys.rotate(key, actor="test")
        assert sorted(statuses(key)) == ["active", "next"]
    with later(DAY):
        for _ in range(3):
            keys.rotate(key, actor="test")
    assert sorted(statuses(key)) == ["active", "next", "retired"]


def test_a_schedule_rotates_when_it_is_time_and_not_before():
    key = create(rotation_period=10 * DAY)
    with later(9 * DAY):
        assert keys.advance(timezone.now()) == 0
    with later(10 * DAY + 60):
        assert keys.advance(timezone.now()) == 1
        assert keys.advance(timezone.now()) == 0
    assert sorted(statuses(key)) == ["active", "next", "retired"]


def test_without_a_period_only_people_rotate():
    key = create(rotation_period=0)
    with later(3650 * DAY):
        assert keys.advance(timezone.now()) == 0
    assert statuses(key) == ["active", "next"]


def test_a_retired_key_stays_as_long_as_its_tokens_and_then_goes():
    clients.create({"slug": "slow", "id_token_lifetime": 5 * DAY}, actor="test")
    key = create(verification_ttl=60)
    with later(DAY):
        keys.rotate(key, actor="test")
    with later(5 * DAY):
        assert keys.advance(timezone.now()) == 0
    with later(7 * DAY):
        assert keys.advance(timezone.now()) == 1
    assert "retired" not in statuses(key)


def test_a_shorter_period_takes_effect():
    key = create(rotation_period=90 * DAY)
    keys.update(key, {"rotation_period": DAY}, actor="test")
    with later(DAY + 60):
        assert keys.advance(timezone.now()) == 1


def test_every_change_reaches_every_process():
    key = create()
    before = Registry.objects.get(pk=1).version
    keys.rotate(key, actor="test")
    assert Registry.objects.get(pk=1).version > before


def test_the_default_of_an_algorithm_is_made_once():
    assert keys.for_algorithm("ES384") == keys.for_algorithm("ES384")
    assert (keys.ensure_default().name, keys.ensure_default().algorithm) == ("default", "RS256")


def test_what_signs_is_not_removed():
    create()
    clients.create({"slug": "shop", "key": "mine"}, actor="test")
    for name in ("mine", keys.for_algorithm("ES256").name):
        with pytest.raises(ValidationError):
            keys.delete(Key.objects.get(name=name), actor="test")


def test_the_algorithm_of_a_series_stays():
    with pytest.raises(ValidationError):
        keys.update(create(), {"algorithm": "EdDSA"}, actor="test")


def test_a_client_and_its_key_agree():
    create()
    with pytest.raises(ValidationError) as caught:
        clients.create({"slug": "shop", "key": "mine", "id_token_signed_response_alg": "RS256"}, actor="test")
    assert list(caught.value.message_dict) == ["key"]


def test_pairs_come_back_from_a_file():
    key = create()
    held = keys.read(key, secrets=True)
    keys.delete(key, actor="test")
    again = keys.create(held, actor="test", trusted=True)
    assert keys.read(again, secrets=True) == held
    assert SigningKey.objects.count() == 2


@pytest.mark.parametrize("broken", [{"kty": "EC"}, {}, "x", {"kty": "oct", "k": "AAAA"}])
def test_a_file_with_a_broken_key_changes_nothing(broken):
    key = create()
    before = keys.read(key, secrets=True)
    with pytest.raises(ValidationError):
        keys.update(key, {"signing_keys": [{"status": "active", "private_jwk": broken}]}, actor="test", trusted=True)
    assert keys.read(Key.objects.get(), secrets=True) == before
