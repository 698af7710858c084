"""Two live secrets per client, so that a rotation interrupts nobody (RFC 6749 §2.3.1; rulings 10)."""

import pytest

from providers.models import Client
from providers.services import clients
from tests.clock import later
from tests.conftest import SECRET
from tests.flows import Flow
from tests.protocol.answers import error
from tests.protocol.conftest import MakeFlow


@pytest.fixture
def machine(make_flow: MakeFlow) -> Flow:
    """A client acting for itself."""
    return make_flow(grant_types=["client_credentials"], scope="email")


def shop() -> Client:
    """The client as it stands."""
    client = clients.find("shop")
    assert client is not None
    return client


def status(flow: Flow, secret: str) -> int:
    """What a token request with this secret comes to."""
    flow.client_secret = secret
    return flow.token("client_credentials").status_code


def test_both_secrets_work_during_the_overlap_and_one_after(machine: Flow) -> None:
    """Operations §5, rotate-secret"""
    fresh = clients.rotate_secret(shop(), overlap=600, actor="test")
    assert [status(machine, SECRET), status(machine, fresh)] == [200, 200]
    with later(601):
        assert [status(machine, SECRET), status(machine, fresh)] == [401, 200]


def test_without_an_overlap_the_old_secret_is_dead_at_once(machine: Flow) -> None:
    """Rule: disabled at once"""
    assert status(machine, SECRET) == 200
    fresh = clients.rotate_secret(shop(), overlap=0, actor="test")
    assert [status(machine, SECRET), status(machine, fresh)] == [401, 200]


def test_two_secrets_are_the_most(machine: Flow) -> None:
    """Issue 2: two live secrets"""
    second = clients.rotate_secret(shop(), overlap=600, actor="test")
    third = clients.rotate_secret(shop(), overlap=600, actor="test")
    assert [status(machine, secret) for secret in (SECRET, second, third)] == [401, 200, 200]


def test_tokens_survive_the_rotation(machine: Flow) -> None:
    """RFC 6749 §2.3.1"""
    token = machine.token("client_credentials").json()["access_token"]
    machine.client_secret = clients.rotate_secret(shop(), overlap=0, actor="test")
    assert machine.introspect(token).json()["active"]


@pytest.mark.parametrize("secret", ["", " ", SECRET + " ", SECRET[:-1], SECRET.upper(), "x" * 4000])
def test_a_near_miss_is_a_miss(machine: Flow, secret: str) -> None:
    """RFC 6749 §5.2"""
    assert status(machine, secret) == 401


def test_many_failures_are_slowed_down(machine: Flow) -> None:
    """RFC 6749 §2.3.1: "MUST protect any endpoint utilizing it against brute force attacks" """
    seen = {status(machine, "wrong") for _ in range(32)}
    assert seen == {401, 429}
    machine.client_secret = "wrong"
    answer = machine.token("client_credentials")
    assert error(answer, 429) == "slow_down"
    assert int(answer.headers["retry-after"]) > 0
