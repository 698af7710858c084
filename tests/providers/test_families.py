"""Codes and refresh token families as a state machine: whatever order things happen in, what must hold holds."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule, run_state_machine_as_test

from providers.conf import REFRESH_GRACE
from tests.door import client as open_door
from tests.flows import Flow
from tests.person import Person
from tests.protocol.conftest import MakeFlow

SCOPE = "openid email offline_access"
CODE_LIFETIME = 60


class Families(RuleBasedStateMachine):
    """One rotating client and one person; the model knows for each family which token is the newest and whether it lives."""

    flow: Flow
    person: Person

    codes = Bundle("codes")
    spent = Bundle("spent")
    families = Bundle("families")

    @initialize()
    def start(self) -> None:
        """Begin at a fixed instant that only `wait` moves."""
        self.now = time.time()
        self.clock = time_machine.travel(self.now, tick=False)
        self.traveller = self.clock.start()
        self.known: list[dict[str, Any]] = []

    def teardown(self) -> None:
        """Let the clock go."""
        if hasattr(self, "clock"):
            self.clock.stop()

    @rule(target=codes)
    def authorize(self) -> dict[str, Any]:
        """A new code."""
        code, started = self.flow.code(self.person, SCOPE)
        return {"code": code, "started": started, "made_at": self.now, "family": None}

    @rule(target=families, code=consumes(codes))
    def redeem(self, code: dict[str, Any]) -> dict[str, Any]:
        """The first use of a code gives a family if it comes in time."""
        answer = self.flow.exchange(code["code"], code["started"])
        family: dict[str, Any] = {"tokens": [], "access": [], "used_at": [], "dead": True, "code": code}
        if self.now - code["made_at"] < CODE_LIFETIME:
            assert answer.status_code == 200, answer.text
            family |= {"tokens": [answer.json()["refresh_token"]], "access": [answer.json()["access_token"]], "dead": False}
        else:
            assert answer.json()["error"] == "invalid_grant"
        self.known.append(family)
        return family

    @rule(family=families)
    def replay_code(self, family: dict[str, Any]) -> None:
        """A second use gives nothing and ends the family."""
        answer = self.flow.exchange(family["code"]["code"], family["code"]["started"])
        assert answer.json()["error"] == "invalid_grant"
        family["dead"] = True

    @rule(code=consumes(codes))
    def guess_verifier(self, code: dict[str, Any]) -> None:
        """A wrong verifier burns a code."""
        assert self.flow.exchange(code["code"], code["started"], code_verifier="x" * 43).json()["error"] == "invalid_grant"
        assert self.flow.exchange(code["code"], code["started"]).json()["error"] == "invalid_grant"

    @rule(family=families)
    def refresh(self, family: dict[str, Any]) -> None:
        """The newest token rotates while the family lives."""
        if not family["tokens"]:
            return
        answer = self.flow.refresh(family["tokens"][-1])
        if family["dead"]:
            assert answer.json()["error"] == "invalid_grant"
            return
        assert answer.status_code == 200, answer.text
        assert answer.json()["refresh_token"] not in family["tokens"]
        family["tokens"].append(answer.json()["refresh_token"])
        family["access"].append(answer.json()["access_token"])
        family["used_at"].append(self.now)

    @rule(family=families, back=st.integers(2, 4))
    def reuse(self, family: dict[str, Any], back: int) -> None:
        """An older token gives its successor again within the grace while that is unused; otherwise the family ends."""
        if len(family["tokens"]) < back:
            return
        answer = self.flow.refresh(family["tokens"][-back])
        in_grace = back == 2 and self.now - family["used_at"][-1] <= REFRESH_GRACE
        if not family["dead"] and in_grace:
            assert answer.status_code == 200, answer.text
            assert answer.json()["refresh_token"] == family["tokens"][-1]
            family["access"].append(answer.json()["access_token"])
            return
        assert answer.json()["error"] == "invalid_grant"
        family["dead"] = True

    @rule(family=families)
    def revoke(self, family: dict[str, Any]) -> None:
        """Revoking any refresh token of a family ends it."""
        if family["tokens"]:
            assert self.flow.revoke(family["tokens"][0]).status_code == 200
            family["dead"] = True

    @rule(seconds=st.sampled_from([1, 5, 12, 30, 61]))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.now += seconds
        self.traveller.move_to(self.now, tick=False)

    @invariant()
    def access_tokens_live_with_their_family(self) -> None:
        """Userinfo agrees with the model, for the oldest and the newest access token of each family."""
        for family in getattr(self, "known", []):
            for token in {*family["access"][:1], *family["access"][-1:]}:
                assert self.flow.userinfo(token).status_code == (401 if family["dead"] else 200)


@pytest.fixture
def together(make_flow: MakeFlow, alice: object) -> Iterator[tuple[Flow, Person]]:
    """A client that rotates and somebody signed in to it."""
    flow = make_flow("rotating", refresh_token_rotation=True, consent="implicit", force_consent_on_offline_access=False)
    with open_door() as http:
        person = Person(http, "alice")
        flow.tokens(person, SCOPE)
        yield flow, person


def test_families_hold_what_they_promise(together: tuple[Flow, Person]) -> None:
    """RFC 6749 §4.1.2, §6; RFC 9700 §4.14.2; rulings 22"""
    machine = type("Machine", (Families,), {"flow": together[0], "person": together[1]})
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        machine, settings=settings(max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=checks, derandomize=True)
    )
