"""Remembered consent."""

from datetime import datetime, timedelta

from django.db import transaction

from audit.record import record
from providers.authorize.interaction import RememberedConsent, claim_names
from providers.messages import AuthorizeRequest, ClientRecord
from providers.models import Consent
from providers.statements.visitors import ConsentRecord
from scopes.context import PersonView
from scopes.selection import covered


def remembered(user_id: int, client: ClientRecord, now: datetime) -> RememberedConsent | None:
    """What the person agreed to at this client, if it still counts."""
    row = Consent.objects.filter(user_id=user_id, client_id=client.pk).first()
    if row is None:
        return None
    scope, declined = tuple(row.scope.split()), tuple(row.declined_scope.split())
    return counting(ConsentRecord(scope, declined, tuple(row.resource), tuple(row.claims), row.epoch, row.expires_at), client, now)


def counting(stored: ConsentRecord, client: ClientRecord, now: datetime) -> RememberedConsent | None:
    """A stored consent, if it still counts."""
    if stored.epoch != client.consent_epoch or (stored.expires_at is not None and stored.expires_at <= now):
        return None
    return RememberedConsent(stored.scope, stored.declined, stored.resource, stored.claims)


def remember(person: PersonView, request: AuthorizeRequest, granted: tuple[str, ...], now: datetime) -> None:
    """Store a decision on top of what was agreed before. A consent that expires starts anew."""
    client = request.client
    assert client is not None
    declined = tuple(name for name in request.scope if name not in granted)
    with transaction.atomic():
        row = Consent.objects.select_for_update().filter(user_id=person.id, client_id=client.pk).first()
        counts = row is not None and row.epoch == client.consent_epoch and (row.expires_at is None or row.expires_at > now)
        before = row if counts and row is not None else None
        scope = [name for name in (before.scope.split() if before else []) if name not in declined]
        scope += [name for name in granted if not covered(name, scope)]
        left_out = [name for name in (before.declined_scope.split() if before else []) if name not in granted]
        Consent.objects.update_or_create(
            user_id=person.id,
            client_id=client.pk,
            defaults={
                "scope": " ".join(scope),
                "declined_scope": " ".join(dict.fromkeys([*left_out, *declined])),
                "resource": sorted({*(before.resource if before else []), *request.resource}),
                "claims": sorted({*(before.claims if before else []), *claim_names(request)}),
                "epoch": client.consent_epoch,
                "last_used_at": now,
                "expires_at": now + timedelta(seconds=client.consent_lifetime) if client.consent == "expiring" else None,
            },
        )
        record("consent.given", actor=person.username, subject=person.username, client_id=client.client_id, scope=" ".join(granted))
