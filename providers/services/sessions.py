"""Sessions: ended from afar, by their owner or an administrator."""

from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from accounts.models import User
from audit.record import record
from providers import logout
from providers.models import Session


@transaction.atomic
def end(session_key: str, *, actor: str) -> None:
    """End a browser session with the tokens that hang on it; relying parties are told."""
    if not session_key:
        return
    session = Session.objects.select_related("user").filter(session_key=session_key).first()
    logout.session_ended(session_key, logout=False)
    UserSession.objects.filter(session_key=session_key).delete()
    _store(session_key).delete()
    record("session.revoked", actor=actor, subject=session.user.username if session else "", session=session.sid if session else "")


@transaction.atomic
def end_row(session: Session, *, actor: str) -> None:
    """End a session, whether a browser stands behind it or not."""
    if session.session_key:
        end(session.session_key, actor=actor)
    elif session.ended_at is None:
        logout.end(session, logout=False)
        record("session.revoked", actor=actor, subject=session.user.username, session=session.sid)


@transaction.atomic
def end_all(user: User, *, actor: str, keep: str | None = None) -> int:
    """End every session of a person except one; returns how many ended."""
    keys = set(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    keys |= set(Session.objects.filter(user=user, ended_at=None).exclude(session_key=None).values_list("session_key", flat=True))
    keys.discard(keep or "")
    for key in sorted(keys):
        end(key, actor=actor)
    rows = list(Session.objects.select_related("user").filter(user=user, session_key=None, ended_at=None))
    for row in rows:
        end_row(row, actor=actor)
    return len(keys) + len(rows)


def _store(session_key: str) -> SessionBase:
    """Whatever engine keeps sessions."""
    return import_module(settings.SESSION_ENGINE).SessionStore(session_key)  # type: ignore[no-any-return]
