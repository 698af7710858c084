"""Consents: what a person lets a client know, taken back."""

from django.db import transaction
from django.utils import timezone

from audit.record import record
from providers.models import Authorization, Consent


@transaction.atomic
def revoke(consent: Consent, *, actor: str) -> None:
    """Forget a consent and end everything that the client holds for the person."""
    Authorization.objects.filter(user_id=consent.user_id, client_id=consent.client_id, revoked_at=None).update(revoked_at=timezone.now())
    record("consent.revoked", actor=actor, subject=consent.user.username, client_id=consent.client.client_id, scope=consent.scope)
    consent.delete()
