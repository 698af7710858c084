"""The session behind an authorization: made when it is first needed, whichever door the person came through."""

import secrets

from django.utils import timezone

from accounts.authentication import Authentication
from providers.messages import SessionRecord
from providers.models import Session


def ensure(authentication: Authentication, sid: str) -> SessionRecord:
    """The session with this `sid` if it is the person's and alive, else a new one."""
    if sid:
        row = Session.objects.filter(sid=sid, user_id=authentication.user_id, ended_at=None).values_list("pk", "session_key").first()
        if row is not None:
            if row[1] != (authentication.session_key or None):
                # Django gives a browser session a new key when its password changes.
                Session.objects.filter(pk=row[0]).update(session_key=authentication.session_key or None)
            return SessionRecord(row[0], sid, None)
    made = Session.objects.create(
        sid=secrets.token_urlsafe(24),
        user_id=authentication.user_id,
        session_key=authentication.session_key or None,
        auth_time=authentication.auth_time,
        acr=authentication.acr,
        amr=list(authentication.amr),
        ip=authentication.ip,
        user_agent=authentication.user_agent,
        last_seen_at=timezone.now(),
    )
    return SessionRecord(made.pk, made.sid, None)
