"""Signing keys through their life: next, active, retired (OpenID Connect Core 1.0 §10.1.1; rulings 29)."""

from typing import Any

from django.utils import timezone

from providers.services import keys
from tests.clock import later
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import header_of
from tests.protocol.conftest import MakeFlow

PUBLICATION = 700


def published(flow: Flow) -> list[str]:
    """The kids that the issuer publishes."""
    return [key["kid"] for key in flow.http.get(flow.metadata["jwks_uri"]).json()["keys"]]


def rotate() -> None:
    """Rotate the default key by hand."""
    key = keys.find(keys.DEFAULT)
    assert key is not None
    keys.rotate(key, actor="test")


def signed_by(flow: Flow, person: Person) -> tuple[str, dict[str, Any]]:
    """The kid of a fresh ID token, and the token's answer."""
    tokens = flow.tokens(person)
    return header_of(tokens["id_token"])["kid"], tokens


def test_the_next_key_is_published_before_it_signs(flow: Flow, person: Person) -> None:
    """Core §10.1.1: "The signer can begin using a new key … after" it was published"""
    kid, _ = signed_by(flow, person)
    assert kid in published(flow)
    assert len(published(flow)) == 2


def test_a_key_does_not_take_over_before_verifiers_can_know_it(flow: Flow, person: Person) -> None:
    """Rulings 29"""
    first, _ = signed_by(flow, person)
    rotate()
    keys.advance(timezone.now())
    assert signed_by(flow, person)[0] == first


def test_a_rotation_signs_with_the_key_that_was_waiting(flow: Flow, person: Person) -> None:
    """Core §10.1.1; OpenID Foundation module server-rotate-keys"""
    first, tokens = signed_by(flow, person)
    waiting = next(kid for kid in published(flow) if kid != first)
    rotate()
    with later(PUBLICATION):
        keys.advance(timezone.now())
        second, _ = signed_by(flow, person)
        assert second == waiting
        assert first in published(flow)  # what it signed still verifies
        assert flow.verify(tokens["id_token"])["sub"]
        assert len(published(flow)) == 3


def test_a_retired_key_leaves_after_its_time(flow: Flow, person: Person) -> None:
    """Core §10.1.1: "retain recently decommissioned … for a reasonable period of time" """
    first, _ = signed_by(flow, person)
    rotate()
    with later(PUBLICATION):
        keys.advance(timezone.now())
    with later(PUBLICATION + 3 * 86400):
        keys.advance(timezone.now())
        now_signing, _ = signed_by(flow, person)
        assert first not in published(flow)
        assert now_signing in published(flow)


def test_a_retired_key_still_vouches_for_a_hint(flow: Flow, person: Person) -> None:
    """Core §3.1.2.1, id_token_hint"""
    _, tokens = signed_by(flow, person)
    rotate()
    with later(PUBLICATION):
        keys.advance(timezone.now())
        assert "code" in flow.authorize(person, flow.start(prompt="none", id_token_hint=tokens["id_token"]))


def test_access_tokens_that_a_retired_key_signed_stay_good(make_flow: MakeFlow, person: Person) -> None:
    """RFC 9068 §4"""
    flow = make_flow(access_token_format="jwt", access_token_lifetime=7200)
    token = flow.tokens(person)["access_token"]
    rotate()
    with later(PUBLICATION):
        keys.advance(timezone.now())
        assert flow.userinfo(token).status_code == 200
        assert flow.verify(token, flow.issuer)["client_id"] == "shop"
