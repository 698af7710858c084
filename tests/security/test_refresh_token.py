"""Attacks on refresh tokens: replaying, stealing and outliving what they rest on."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from providers.conf import REFRESH_GRACE
from providers.models import Authorization, Client, RefreshToken
from providers.services import clients, tokens
from scopes.services import assignments
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import error
from tests.security.test_code import WORLD

MakeFlow = Callable[..., Flow]


def later(seconds: float) -> Any:
    """The same, later."""
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds))


@pytest.fixture
def shop(alice: User, make_flow: MakeFlow) -> Flow:
    """A confidential client, whose refresh tokens stay."""
    assignments.create({"name": "engineers", "groups": ["engineering"]}, actor="test")
    return make_flow("shop", assignments=["engineers"])


@pytest.mark.row(99)
def test_reuse_after_the_grace_ends_the_family(refreshing: Flow, issued: dict[str, Any]):
    second = refreshing.refresh(issued["refresh_token"]).json()
    with later(REFRESH_GRACE + 1):
        assert error(refreshing.refresh(issued["refresh_token"])) == "invalid_grant"
        assert error(refreshing.refresh(second["refresh_token"])) == "invalid_grant"
        assert refreshing.userinfo(second["access_token"]).status_code == refreshing.userinfo(issued["access_token"]).status_code == 401


@pytest.mark.row(99)
def test_reuse_once_the_successor_was_used_ends_the_family(refreshing: Flow, issued: dict[str, Any]):
    second = refreshing.refresh(issued["refresh_token"]).json()
    third = refreshing.refresh(second["refresh_token"]).json()
    assert error(refreshing.refresh(issued["refresh_token"])) == "invalid_grant"
    assert error(refreshing.refresh(third["refresh_token"])) == "invalid_grant"
    assert refreshing.userinfo(third["access_token"]).status_code == 401


@pytest.mark.row(101)
def test_a_lost_answer_is_given_again_within_the_grace(refreshing: Flow, issued: dict[str, Any]):
    first = refreshing.refresh(issued["refresh_token"]).json()
    with later(1):
        again = refreshing.refresh(issued["refresh_token"])
        assert again.status_code == 200 and again.json()["refresh_token"] == first["refresh_token"]
        assert again.json()["access_token"] != first["access_token"]
    assert RefreshToken.objects.count() == 2


@pytest.mark.row(101)
def test_a_grandparent_within_the_grace_ends_the_family(refreshing: Flow, issued: dict[str, Any]):
    chain = [issued["refresh_token"]]
    for _ in range(2):
        chain.append(refreshing.refresh(chain[-1]).json()["refresh_token"])
    assert error(refreshing.refresh(chain[0])) == "invalid_grant"
    assert error(refreshing.refresh(chain[-1])) == "invalid_grant"


@pytest.mark.row(102)
@pytest.mark.parametrize("which", ["predecessor", "successor"])
def test_the_grace_forgives_no_revocation(refreshing: Flow, issued: dict[str, Any], which: str):
    second = refreshing.refresh(issued["refresh_token"]).json()
    refreshing.revoke(issued["refresh_token"] if which == "predecessor" else second["refresh_token"])
    assert error(refreshing.refresh(issued["refresh_token"])) == "invalid_grant"
    assert error(refreshing.refresh(second["refresh_token"])) == "invalid_grant"


@pytest.mark.row(103)
def test_another_client_cannot_use_a_refresh_token_nor_end_its_family(
    refreshing: Flow, other: Flow, issued: dict[str, Any], make_flow: MakeFlow
):
    native = make_flow("native", token_endpoint_auth_method="none")
    second = refreshing.refresh(issued["refresh_token"]).json()
    for thief in (other, native):
        assert error(thief.refresh(issued["refresh_token"])) == "invalid_grant"
        assert error(thief.refresh(second["refresh_token"])) == "invalid_grant"
    assert refreshing.refresh(second["refresh_token"]).status_code == 200


@pytest.mark.row(103)
def test_a_confidential_client_proves_itself(flow: Flow, person: Person):
    token = flow.tokens(person, "openid offline_access")["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token}
    for extra in ({"client_id": flow.client_id}, {}, {"client_id": flow.client_id, "client_secret": ""}):
        assert error(flow.http.post(flow.metadata["token_endpoint"], data={**form, **extra}), 401) == "invalid_client"


@pytest.mark.row(105)
@pytest.mark.parametrize(
    "asked",
    [{"resource": "https://b.example/"}, {"audience": "https://b.example/"}, {"resource": ["https://a.example/", "https://b.example/"]}],
)
def test_an_audience_that_was_never_granted(make_flow: MakeFlow, person: Person, asked: dict[str, Any]):
    flow = make_flow("shop", allowed_resources=["https://a.example/"])
    token = flow.tokens(person, "openid offline_access", resource="https://a.example/")["refresh_token"]
    assert error(flow.refresh(token, **asked)) == "invalid_target"
    assert flow.refresh(token, resource="https://a.example/").status_code == 200


@pytest.mark.row(105)
def test_what_was_bound_at_authorization_limits_refreshes(flow: Flow, person: Person):
    token = flow.tokens(person, "openid offline_access", resource="https://a.example/")["refresh_token"]
    assert error(flow.refresh(token, resource="https://b.example/")) == "invalid_target"


@pytest.mark.row(105)
@pytest.mark.parametrize("scope", ["openid email", "email", "openid gatehouse/api", "admin", "OPENID"])
def test_a_refresh_never_widens_the_scope(flow: Flow, person: Person, scope: str):
    token = flow.tokens(person, "openid profile offline_access")["refresh_token"]
    assert error(flow.refresh(token, scope=scope)) == "invalid_scope"


@pytest.mark.row(106)
@pytest.mark.parametrize("change", [name for name in WORLD if name != "the session was ended"])
def test_a_refresh_token_is_worth_nothing_once(shop: Flow, person: Person, change: str):
    issued = shop.tokens(person, "openid offline_access")
    WORLD[change]()
    assert error(shop.refresh(issued["refresh_token"])) == (
        "unauthorized_client" if change == "the grant was withdrawn" else "invalid_grant"
    )
    if change != "the grant was withdrawn":
        assert shop.introspect(issued["refresh_token"]).json() == shop.introspect(issued["access_token"]).json() == {"active": False}
        assert shop.userinfo(issued["access_token"]).status_code == 401


@pytest.mark.row(106)
def test_a_disabled_client_refreshes_nothing(shop: Flow, person: Person):
    issued = shop.tokens(person, "openid offline_access")
    clients.update(Client.objects.get(slug="shop"), {"disabled": True}, actor="test")
    assert error(shop.refresh(issued["refresh_token"]), 401) == "invalid_client"
    assert shop.userinfo(issued["access_token"]).status_code == 401


@pytest.mark.row(106)
def test_a_session_that_an_administrator_took_away_takes_offline_access_too(shop: Flow, person: Person):
    issued = shop.tokens(person, "openid offline_access")
    WORLD["the session was ended"]()
    assert error(shop.refresh(issued["refresh_token"])) == "invalid_grant"


@pytest.mark.row(106)
def test_everything_older_than_an_instant_can_be_ended(shop: Flow, person: Person):
    issued = shop.tokens(person, "openid offline_access")
    tokens.revoke_issued_before(timezone.now() + timedelta(seconds=1), actor="test")
    assert error(shop.refresh(issued["refresh_token"])) == "invalid_grant"
    assert shop.introspect(issued["access_token"]).json() == {"active": False}


@pytest.mark.row(107)
def test_offline_access_is_granted_or_there_is_no_refresh_token(flow: Flow, make_flow: MakeFlow, person: Person):
    assert "refresh_token" not in flow.tokens(person, "openid")
    poor = make_flow("poor", scope="openid")
    assert "refresh_token" not in poor.tokens(person, "openid offline_access")
    without = make_flow("without", grant_types=["authorization_code"])
    assert "refresh_token" not in without.tokens(person, "openid offline_access")


@pytest.mark.row(107)
@pytest.mark.parametrize("change", [{"scope": "openid"}, {"grant_types": ["authorization_code"]}])
def test_offline_access_that_was_taken_away_is_refused(flow: Flow, person: Person, change: dict[str, Any]):
    token = flow.tokens(person, "openid offline_access")["refresh_token"]
    clients.update(Client.objects.get(slug="shop"), change, actor="test")
    assert error(flow.refresh(token)) in ("invalid_grant", "unauthorized_client")


@pytest.mark.row(107)
def test_a_scope_that_was_taken_away_is_not_told_any_more(flow: Flow, person: Person):
    issued = flow.tokens(person, "openid email offline_access")
    clients.update(Client.objects.get(slug="shop"), {"scope": "openid offline_access"}, actor="test")
    assert "email" not in flow.userinfo(issued["access_token"]).json()
    refreshed = flow.refresh(issued["refresh_token"])
    assert "email" not in refreshed.json().get("scope", "").split()
    assert "email" not in flow.introspect(issued["access_token"]).json()


@pytest.mark.row(109)
@pytest.mark.parametrize("age", [timedelta(0), timedelta(days=364, hours=23, minutes=30)])
def test_idle_and_absolute_lifetime_end_without_a_clean_up(make_flow: MakeFlow, person: Person, age: timedelta):
    flow = make_flow("app", token_endpoint_auth_method="none", redirect_uris=["https://app.test/cb"], refresh_token_lifetime=3600)
    token = flow.tokens(person, "openid offline_access")["refresh_token"]
    Authorization.objects.update(created_at=timezone.now() - age)
    token = flow.refresh(token).json()["refresh_token"]
    with later(3605 if not age else 1805):
        assert error(flow.refresh(token)) == "invalid_grant"


@pytest.mark.row(111)
def test_an_old_token_of_a_long_family_costs_no_more(refreshing: Flow, issued: dict[str, Any], statements: Callable[[], Any]):
    first = RefreshToken.objects.get()
    fields = {
        name: getattr(first, name)
        for name in ("user_id", "application_id", "authorization_id", "salt", "pepper_kid", "created", "expires_at")
    }
    now = timezone.now()
    RefreshToken.objects.bulk_create(
        [RefreshToken(**fields, token_checksum=f"{number:064x}", used_at=now, last_used_at=now) for number in range(2000)], batch_size=500
    )
    RefreshToken.objects.filter(pk=first.pk).update(used_at=now - timedelta(days=1), last_used_at=now)
    before = time.perf_counter()
    counts = []
    for _ in range(3):
        with statements() as seen:
            assert error(refreshing.refresh(issued["refresh_token"])) == "invalid_grant"
        counts.append(len(seen))
    assert max(counts) <= 6 and time.perf_counter() - before < 1.5


@pytest.mark.row(69)
def test_a_refresh_token_counts_whole(refreshing: Flow, issued: dict[str, Any]):
    token = issued["refresh_token"]
    bent = [
        token[:-1],
        token + "A",
        token.swapcase(),
        token[3:],
        f" {token}",
        token[:-1] + "_",
        "at_" + token[3:],
        "x" * 5000,
        token + "\0",
        "rt_",
    ]
    for one in bent:
        assert refreshing.refresh(one).status_code == 400
    for kind in ("access_token", "id_token"):
        assert error(refreshing.refresh(issued[kind])) == "invalid_grant"
    assert refreshing.refresh(token).status_code == 200
