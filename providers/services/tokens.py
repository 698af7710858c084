"""Tokens: ended one by one, by authorization, or all that are older than an instant."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from audit.record import record
from providers.logout import BOOTSTRAP
from providers.models import AccessToken, Authorization, RefreshToken


@transaction.atomic
def revoke(authorization: Authorization, *, actor: str) -> None:
    """End an authorization and with it every code and token that hangs on it."""
    Authorization.objects.filter(pk=authorization.pk, revoked_at=None).update(revoked_at=timezone.now())
    subject = authorization.user.username if authorization.user else ""
    record("token.revoked", actor=actor, subject=subject, client_id=authorization.client.client_id, authorization=authorization.pk)


@transaction.atomic
def revoke_access_token(token: AccessToken, *, actor: str) -> None:
    """End one access token and leave the rest of its authorization."""
    AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
    subject = token.user.username if token.user else ""
    record("token.revoked", actor=actor, subject=subject, client_id=token.application.client_id if token.application else "")


@transaction.atomic
def revoke_issued_before(instant: datetime, *, actor: str) -> int:
    """End every authorization and token issued before an instant, the operator's own token excepted; returns how many ended."""
    now = timezone.now()
    ended = Authorization.objects.filter(created_at__lt=instant, revoked_at=None).exclude(grant_type=BOOTSTRAP).update(revoked_at=now)
    access = AccessToken.objects.filter(created__lt=instant, revoked_at=None).exclude(grant_type=BOOTSTRAP)
    ended += access.filter(authorization=None).update(revoked_at=now)
    access.update(revoked_at=now)
    # An old token of a younger authorization falls by itself.
    RefreshToken.objects.filter(created__lt=instant, revoked=None).update(revoked=now)
    record("token.revoked", actor=actor, count=ended, reason=f"issued before {instant.isoformat()}")
    return ended
