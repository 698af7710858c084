"""Ending consents, sessions and tokens, and removing what expired."""

from datetime import timedelta

import pytest
from django.utils import timezone

from providers.models import AccessToken, Authorization, Consent, Limit, Replay, Session
from providers.services import consents, expiry, sessions, tokens
from tests.clock import later

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(make_client):
    """A client to hold things of Alice's."""
    return make_client()


def authorize(user, client, **fields):
    given = {"issuer": "", "grant_type": "authorization_code", "scope": "openid", **fields}
    authorization = Authorization.objects.create(user=user, client=client, **given)
    token(authorization, f"{authorization.pk:064x}")
    return authorization


def token(authorization, checksum, **fields):
    now = timezone.now()
    return AccessToken.objects.create(
        user=authorization.user,
        application=authorization.client,
        authorization=authorization,
        token_checksum=checksum,
        issuer="",
        grant_type=authorization.grant_type,
        scope="openid",
        **{"expires": now + timedelta(hours=1), **fields},
    )


def test_a_consent_taken_back_ends_what_hangs_on_it(alice, client, make_client, make_user):
    mine, others = authorize(alice, client), authorize(make_user("bob"), client)
    elsewhere = authorize(alice, make_client("other"))
    consents.revoke(Consent.objects.create(user=alice, client=client, scope="openid"), actor="alice")
    alive = set(Authorization.objects.filter(revoked_at=None))
    assert (mine in alive, alive, Consent.objects.count()) == (False, {others, elsewhere}, 0)


def test_a_session_without_a_browser_ends_too(alice, client):
    session = Session.objects.create(sid="s" * 43, user=alice, auth_time=timezone.now())
    authorize(alice, client, session=session)
    assert sessions.end_all(alice, actor="admin") == 1
    session.refresh_from_db()
    assert session.ended_at is not None
    assert not Authorization.objects.filter(revoked_at=None).exists()


def test_the_session_in_hand_may_stay(alice):
    for key in ("one", "two"):
        Session.objects.create(sid=key * 10, user=alice, auth_time=timezone.now(), session_key=key)
    assert sessions.end_all(alice, actor="alice", keep="one") == 1
    assert list(Session.objects.filter(ended_at=None).values_list("session_key", flat=True)) == ["one"]


def test_the_epoch_switch_ends_what_is_older_and_nothing_else(alice, client):
    old = authorize(alice, client)
    with later(10):
        switch = timezone.now()
    with later(20):
        young = authorize(alice, client)
    assert tokens.revoke_issued_before(switch, actor="admin") >= 1
    assert set(Authorization.objects.filter(revoked_at=None)) == {young}
    assert not AccessToken.objects.filter(authorization=old, revoked_at=None).exists()


def test_the_operators_own_token_survives_the_switch(alice, client):
    mine = authorize(alice, client, grant_type="bootstrap")
    tokens.revoke_issued_before(timezone.now() + timedelta(days=1), actor="admin")
    mine.refresh_from_db()
    assert mine.revoked_at is None
    assert AccessToken.objects.filter(authorization=mine, revoked_at=None).exists()


def test_one_authorization_is_ended_alone(alice, client):
    one, other = authorize(alice, client), authorize(alice, client)
    tokens.revoke(one, actor="admin")
    assert set(Authorization.objects.filter(revoked_at=None)) == {other}


def test_what_lives_is_kept_when_the_rest_is_removed(alice, client):
    now = timezone.now()
    living, dead = authorize(alice, client), authorize(alice, client)
    AccessToken.objects.filter(authorization=dead).update(expires=now - timedelta(hours=1))
    Authorization.objects.update(created_at=now - timedelta(days=10))
    Limit.objects.create(bucket=b"a", expires_at=now - timedelta(seconds=1))
    Limit.objects.create(bucket=b"b", expires_at=now + timedelta(seconds=60))
    Replay.objects.create(digest=b"a", expires_at=now - timedelta(seconds=1))
    heard = []
    expiry.clean(now, lambda name, _count: heard.append(name))
    assert set(Authorization.objects.all()) == {living}
    assert (Limit.objects.count(), Replay.objects.count()) == (1, 0)
    assert {"access tokens", "authorizations", "limits", "replay entries"} <= set(heard)


def test_more_than_a_batch_is_removed():
    now = timezone.now()
    Replay.objects.bulk_create(
        [Replay(digest=b"%d" % number, expires_at=now - timedelta(seconds=1)) for number in range(expiry.BATCH * 2 + 1)]
    )
    assert expiry.clean(now) == expiry.BATCH * 2 + 1
