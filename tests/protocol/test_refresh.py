"""RFC 6749 §6, RFC 9700 §4.14 and OpenID Connect Core 1.0 §11, §12: refresh tokens."""

import pytest

from accounts.models import User
from accounts.services import users
from audit.models import Event
from providers.conf import REFRESH_GRACE
from providers.services import clients
from tests.clock import later
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import error
from tests.protocol.conftest import MakeFlow

OFFLINE = "openid email groups offline_access"
AFTER_GRACE = REFRESH_GRACE + 5


@pytest.fixture
def rotating(make_flow: MakeFlow) -> Flow:
    """A client whose refresh tokens rotate."""
    return make_flow("rotating", refresh_token_rotation=True)


# what is refused


@pytest.mark.parametrize("token", ["x", "rt_" + "x" * 43, "x" * 600, "at_x"])
def test_a_made_up_token_is_invalid_grant(flow: Flow, token: str) -> None:
    """RFC 6749 §5.2"""
    assert error(flow.refresh(token)) == "invalid_grant"


def test_a_missing_token_is_an_invalid_request(flow: Flow) -> None:
    """RFC 6749 §6"""
    assert error(flow.token("refresh_token")) == "invalid_request"


def test_a_token_of_another_client_is_refused_and_not_harmed(rotating: Flow, make_flow: MakeFlow, person: Person) -> None:
    """RFC 6749 §6: "the refresh token was issued to the authenticated client" """
    token = rotating.tokens(person, OFFLINE)["refresh_token"]
    assert error(make_flow("other").refresh(token)) == "invalid_grant"
    assert rotating.refresh(token).status_code == 200


def test_an_access_token_is_no_refresh_token(flow: Flow, person: Person) -> None:
    """RFC 6749 §6"""
    assert error(flow.refresh(flow.tokens(person, OFFLINE)["access_token"])) == "invalid_grant"


def test_without_offline_access_there_is_none(flow: Flow, person: Person) -> None:
    """Core §11; contracts C 34"""
    assert "refresh_token" not in flow.tokens(person, "openid email")


def test_a_client_without_the_grant_cannot_use_one(flow: Flow, person: Person) -> None:
    """RFC 6749 §5.2 unauthorized_client"""
    token = flow.tokens(person, OFFLINE)["refresh_token"]
    _update(flow, grant_types=["authorization_code"])
    assert error(flow.refresh(token)) == "unauthorized_client"


def test_a_client_that_lost_offline_access_gets_nothing_any_more(flow: Flow, person: Person) -> None:
    """Core §11"""
    token = flow.tokens(person, OFFLINE)["refresh_token"]
    _update(flow, scope="openid email groups")
    assert error(flow.refresh(token)) == "invalid_grant"


def test_an_expired_token_is_refused(make_flow: MakeFlow, person: Person) -> None:
    """RFC 6749 §6"""
    flow = make_flow(refresh_token_lifetime=600)
    token = flow.tokens(person, OFFLINE)["refresh_token"]
    with later(500):
        assert flow.refresh(token).status_code == 200
    with later(601):
        assert error(flow.refresh(token)) == "invalid_grant"


def test_a_disabled_user_gets_nothing_any_more(flow: Flow, person: Person, alice: User) -> None:
    """Details, `disabled: true`"""
    token = flow.tokens(person, OFFLINE)["refresh_token"]
    users.update(alice, {"disabled": True}, actor="test")
    assert error(flow.refresh(token)) == "invalid_grant"
    users.update(alice, {"disabled": False}, actor="test")
    assert error(flow.refresh(token)) == "invalid_grant"  # what was ended stays ended


def test_a_new_password_ends_what_was_authorised(flow: Flow, person: Person, alice: User) -> None:
    """Catalogue rule 5"""
    token = flow.tokens(person, OFFLINE)["refresh_token"]
    users.update(alice, {"password": "another-long-Password-1871"}, actor="test")
    assert error(flow.refresh(token)) == "invalid_grant"


# what is given


def test_the_answer_keeps_who_and_when(flow: Flow, person: Person) -> None:
    """Core §12.2: iss, sub, aud and auth_time stay; iat is new"""
    first = flow.tokens(person, OFFLINE)
    with later(100):
        body = flow.refresh(first["refresh_token"]).json()
    claims = flow.verify(body["id_token"])
    kept = ("iss", "sub", "aud", "auth_time", "sid", "acr", "amr")
    assert {name: claims[name] for name in kept} == {name: first["claims"][name] for name in kept}
    assert claims["iat"] >= first["claims"]["iat"] + 100
    assert claims.get("nonce", first["claims"]["nonce"]) == first["claims"]["nonce"]
    assert body["scope"] == OFFLINE
    assert body["access_token"] != first["access_token"]


def test_a_confidential_client_keeps_its_token(flow: Flow, person: Person) -> None:
    """RFC 9700 §4.14.2: sender-constrained by client authentication"""
    token = flow.tokens(person, OFFLINE)["refresh_token"]
    with later(AFTER_GRACE):
        assert flow.refresh(token).json()["refresh_token"] == token
        assert flow.refresh(token).status_code == 200


def test_a_public_client_rotates(native: Flow, person: Person) -> None:
    """RFC 9700 §2.2.2: "Refresh tokens for public clients MUST be sender-constrained or use refresh token rotation" """
    token = native.tokens(person, OFFLINE)["refresh_token"]
    assert native.refresh(token).json()["refresh_token"] != token


def test_reuse_after_the_grace_kills_the_family(rotating: Flow, person: Person) -> None:
    """RFC 9700 §4.14.2; contracts C 44"""
    first = rotating.tokens(person, OFFLINE)["refresh_token"]
    second = rotating.refresh(first).json()
    with later(AFTER_GRACE):
        assert error(rotating.refresh(first)) == "invalid_grant"
        assert error(rotating.refresh(second["refresh_token"])) == "invalid_grant"
        assert error(rotating.userinfo(second["access_token"]), 401) == "invalid_token"


def test_reuse_within_the_grace_gives_the_same_successor(rotating: Flow, person: Person) -> None:
    """Rulings 22; contracts C 47"""
    first = rotating.tokens(person, OFFLINE)["refresh_token"]
    answers = [rotating.refresh(first).json() for _ in range(3)]
    assert len({answer["refresh_token"] for answer in answers}) == 1
    assert len({answer["access_token"] for answer in answers}) == 3
    assert rotating.refresh(answers[0]["refresh_token"]).status_code == 200


def test_reuse_within_the_grace_after_the_successor_was_used_kills_the_family(rotating: Flow, person: Person) -> None:
    """Rulings 22"""
    first = rotating.tokens(person, OFFLINE)["refresh_token"]
    second = rotating.refresh(first).json()["refresh_token"]
    third = rotating.refresh(second).json()["refresh_token"]
    assert error(rotating.refresh(first)) == "invalid_grant"
    assert error(rotating.refresh(third)) == "invalid_grant"


def test_reuse_is_an_event(rotating: Flow, person: Person) -> None:
    """Contracts C 44, suspicious event"""
    first = rotating.tokens(person, OFFLINE)["refresh_token"]
    rotating.refresh(first)
    with later(AFTER_GRACE):
        rotating.refresh(first)
    assert Event.objects.filter(kind="token.replayed", client_id="rotating").count() == 1


def test_another_authorization_survives_the_end_of_a_family(rotating: Flow, person: Person) -> None:
    """RFC 9700 §4.14.2"""
    one, other = (rotating.tokens(person, OFFLINE)["refresh_token"] for _ in range(2))
    rotating.refresh(one)
    with later(AFTER_GRACE):
        rotating.refresh(one)
        assert rotating.refresh(other).status_code == 200


def test_a_family_ends_however_often_it_is_rotated(make_flow: MakeFlow, person: Person) -> None:
    """RFC 9700 §4.14.2; REFRESH_ABSOLUTE_LIFETIME"""
    flow = make_flow("rotating", refresh_token_rotation=True, refresh_token_lifetime=200 * 86400)
    token = flow.tokens(person, OFFLINE)["refresh_token"]
    with later(190 * 86400):
        token = flow.refresh(token).json()["refresh_token"]
    with later(360 * 86400):
        token = flow.refresh(token).json()["refresh_token"]
    with later(366 * 86400):
        assert error(flow.refresh(token)) == "invalid_grant"


# scope


@pytest.mark.parametrize("scope", ["openid email groups offline_access profile", "profile", "bogus", 'a"b'])
def test_more_than_was_granted_is_invalid_scope(flow: Flow, person: Person, scope: str) -> None:
    """RFC 6749 §6; rulings, case 45"""
    token = flow.tokens(person, OFFLINE)["refresh_token"]
    assert error(flow.refresh(token, scope=scope)) == "invalid_scope"


def test_a_refresh_may_narrow_its_access_token(flow: Flow, person: Person) -> None:
    """RFC 6749 §6"""
    token = flow.tokens(person, OFFLINE)["refresh_token"]
    narrowed = flow.refresh(token, scope="openid email").json()
    assert narrowed["scope"] == "openid email"
    assert set(flow.userinfo(narrowed["access_token"]).json()) == {"sub", "email", "email_verified"}


def test_narrowing_once_does_not_narrow_the_grant(rotating: Flow, person: Person) -> None:
    """RFC 6749 §6: "the refresh token scope MUST be identical" """
    token = rotating.tokens(person, OFFLINE)["refresh_token"]
    body = rotating.refresh(token, scope="openid").json()
    assert rotating.refresh(body["refresh_token"]).json()["scope"] == OFFLINE


def test_leaving_offline_access_out_loses_nothing(rotating: Flow, person: Person) -> None:
    """Rulings, case 45"""
    token = rotating.tokens(person, OFFLINE)["refresh_token"]
    body = rotating.refresh(token, scope="openid email").json()
    assert rotating.refresh(body["refresh_token"]).status_code == 200


def test_without_openid_there_is_no_id_token(flow: Flow, person: Person) -> None:
    """Core §12.2"""
    token = flow.tokens(person, OFFLINE)["refresh_token"]
    assert "id_token" not in flow.refresh(token, scope="email").json()


def test_what_was_asked_for_and_not_granted_is_dropped_silently(flow: Flow, person: Person) -> None:
    """Rulings 17: oidc-agent always sends its whole list"""
    started = flow.start("openid email groups offline_access bogus")
    got = flow.authorize(person, started, scopes=["email", "offline_access"])
    token = flow.exchange(got["code"], started).json()["refresh_token"]
    answer = flow.refresh(token, scope="openid email groups offline_access bogus")
    assert answer.json()["scope"] == "openid email offline_access"


def test_a_scope_that_the_client_lost_is_not_given_any_more(flow: Flow, person: Person) -> None:
    """RFC 6749 §6"""
    token = flow.tokens(person, OFFLINE)["refresh_token"]
    _update(flow, scope="openid email offline_access")
    assert flow.refresh(token).json()["scope"] == "openid email offline_access"


# sessions


def test_offline_access_outlives_the_login(flow: Flow, person: Person) -> None:
    """Core §11: "even when the End-User is not present" """
    tokens = flow.tokens(person, OFFLINE)
    _sign_out(flow, person, tokens["id_token"])
    answer = flow.refresh(tokens["refresh_token"])
    assert answer.status_code == 200
    assert flow.userinfo(answer.json()["access_token"]).status_code == 200


def test_what_is_not_offline_ends_with_the_login(flow: Flow, person: Person) -> None:
    """Back-Channel Logout 1.0 §2.7"""
    tokens = flow.tokens(person, "openid email")
    _sign_out(flow, person, tokens["id_token"])
    assert error(flow.userinfo(tokens["access_token"]), 401) == "invalid_token"


def _sign_out(flow: Flow, person: Person, id_token: str) -> None:
    person.http.get(flow.metadata["end_session_endpoint"], params={"id_token_hint": id_token})


def _update(flow: Flow, **fields: object) -> None:
    client = clients.find(flow.client_id)
    assert client is not None
    clients.update(client, fields, actor="test")
