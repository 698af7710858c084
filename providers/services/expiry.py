"""Removing what expired, in batches, so that no lock is held for long."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session as BrowserSession
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from providers.conf import CODE_MEMORY
from providers.models import (
    AccessToken,
    Authorization,
    AuthorizationCode,
    AuthorizationRequest,
    ClientSecret,
    Consent,
    DeviceCode,
    Limit,
    RefreshToken,
    Replay,
    Session,
)

BATCH = 500
# A family that was ended is remembered, so that a late refresh is still recognised as reuse (rulings 22).
FAMILY_MEMORY = timedelta(days=7)
SESSION_MEMORY = timedelta(days=30)

Progress = Callable[[str, int], None]


def clean(now: datetime, progress: Progress | None = None) -> int:
    """Remove expired rows of every table; returns how many. `progress` hears each table's name and count as it goes."""
    return sum(_clean_table(name, rows, progress) for name, rows in _expired(now))


def _expired(now: datetime) -> Iterator[tuple[str, QuerySet[Any]]]:
    remembered = now - timedelta(seconds=CODE_MEMORY)
    yield "access tokens", AccessToken.objects.filter(expires__lt=now)
    yield "refresh tokens", RefreshToken.objects.filter(expires_at__lt=now - FAMILY_MEMORY)
    yield "authorization codes", AuthorizationCode.objects.filter(expires__lt=remembered)
    yield "device codes", DeviceCode.objects.filter(expires__lt=remembered)
    yield "authorization requests", AuthorizationRequest.objects.filter(expires_at__lt=now)
    yield "replay entries", Replay.objects.filter(expires_at__lt=now)
    yield "limits", Limit.objects.filter(expires_at__lt=now)
    yield "client secrets", ClientSecret.objects.filter(expires_at__lt=now)
    yield "consents", Consent.objects.filter(expires_at__lt=now)
    yield "authorizations", _dead_authorizations(remembered)
    yield "sessions", _dead_sessions(now)
    yield "browser sessions", BrowserSession.objects.filter(expire_date__lt=now)


def _dead_authorizations(before: datetime) -> QuerySet[Authorization]:
    """Those that nothing hangs on any more: their codes and tokens have been removed above."""
    mine = {"authorization": OuterRef("pk")}
    held = Q()
    for model in (AccessToken, RefreshToken, AuthorizationCode, DeviceCode):
        held |= Q(Exists(model._default_manager.filter(**mine)))
    return Authorization.objects.filter(created_at__lt=before).exclude(held)


def _dead_sessions(now: datetime) -> QuerySet[Session]:
    before = now - SESSION_MEMORY
    rows = Session.objects.filter(last_seen_at__lt=before).filter(Q(ended_at__lt=before) | Q(session_key=None) | ~_browser_lives())
    return rows.exclude(Exists(Authorization.objects.filter(session=OuterRef("pk"))))


def _browser_lives() -> Exists:
    return Exists(BrowserSession.objects.filter(session_key=OuterRef("session_key")))


def _clean_table(name: str, rows: QuerySet[Any], progress: Progress | None) -> int:
    model: type[Model] = rows.model
    total = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        model._default_manager.filter(pk__in=keys).delete()
        total += len(keys)
        if progress is not None:
            progress(name, total)
        if len(keys) < BATCH:
            break
    return total
