"""Ending logins: what a session, a disabled account or a new password takes with it."""

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from audit.record import record
from providers.models import AccessToken, Authorization, Session

BOOTSTRAP = "bootstrap"
"""The `grant_type` of what `IDP_BOOTSTRAP_TOKEN` stands for: the operator's, and taken back by unsetting it."""


def session_ended(session_key: str, *, logout: bool) -> None:
    """A browser session is over.

    Signing out ends what lives with the session and leaves offline access, but for its access tokens
    (OpenID Connect Back-Channel Logout 1.0 §2.7); a session that is taken away (`logout=False`) ends everything.
    """
    for session in Session.objects.filter(session_key=session_key, ended_at=None):
        end(session, logout=logout)


def end(session: Session, *, logout: bool) -> None:
    """End one session and its authorizations, set-based."""
    now = timezone.now()
    Session.objects.filter(pk=session.pk, ended_at=None).update(ended_at=now)
    mine = Authorization.objects.filter(session=session, revoked_at=None)
    AccessToken.objects.filter(authorization__in=mine.filter(offline=True), revoked_at=None).update(revoked_at=now)
    count = mine.filter(Q(offline=False) if logout else Q()).update(revoked_at=now)
    record("session.ended", subject=session.user.username, session=session.sid, count=count)


def user_disabled(user: User) -> None:
    """A disabled account: every session and every authorization ends."""
    _end_all(user, keep_session=None)


def credentials_changed(user: User, *, keep_session: str | None) -> None:
    """A new password: every session but the one in hand ends, and all that was authorised before."""
    _end_all(user, keep_session=keep_session)


def _end_all(user: User, *, keep_session: str | None) -> None:
    now = timezone.now()
    sessions = Session.objects.filter(user=user, ended_at=None)
    if keep_session:
        sessions = sessions.exclude(session_key=keep_session)
    sessions.update(ended_at=now)
    count = Authorization.objects.filter(user=user, revoked_at=None).exclude(grant_type=BOOTSTRAP).update(revoked_at=now)
    record("authorizations.revoked", subject=user.username, count=count)
