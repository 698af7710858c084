"""Signing keys: series that are rotated with overlap (catalogue rule 23; RFC 7517, RFC 7638).

`signs_from` of the waiting pair is the instant at which it takes over: the rotation by schedule, or sooner when somebody
asked for one. It never lies before verifiers have had the time to see the key. The first pair of a series signs at once.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.services.saving import assign, check, plain, save
from accounts.services.schema import Field, Kind, Schema
from audit.record import record
from providers.conf import DOCUMENT_MAX_AGE
from providers.models import Client, Key, SigningKey
from providers.services import registry
from providers.services.key_pairs import NewPair, generate, parse, private_jwk, stored

DEFAULT = "default"
DEFAULT_ALGORITHM = Key.Algorithm.RS256
PUBLICATION = timedelta(seconds=2 * DOCUMENT_MAX_AGE)
NEVER = timedelta(days=36500)
SCHEMA = Schema(
    name="key",
    section="keys",
    key="name",
    fields=(
        Field("name", required=True, fixed=True),
        Field("algorithm", default=str(DEFAULT_ALGORITHM), choices=tuple(Key.Algorithm.values), fixed=True),
        Field("rotation_period", Kind.INTEGER, default=90 * 86400, help="Seconds between rotations; 0: by hand only."),
        Field("verification_ttl", Kind.INTEGER, default=2 * 86400, help="Seconds that a retired key stays published, at least."),
        Field("allowed_client_ids", Kind.LIST, default=[]),
        Field("signing_keys", Kind.OBJECTS, trusted=True, help="Status and private JWK of every pair, in place of the present ones."),
    ),
)
PREFETCH = ("signing_keys",)
_COLUMNS = ("name", "algorithm", "rotation_period", "verification_ttl", "allowed_client_ids")


@transaction.atomic
def create(data: Mapping[str, Any], *, actor: str, trusted: bool = False, managed: bool = False) -> Key:
    """Make a series with a pair that signs and one that waits; raises `ValidationError`."""
    values = SCHEMA.clean(data, trusted=trusted)
    key = Key(managed=managed)
    assign(key, {name: values[name] for name in _COLUMNS if name in values})
    check(key)
    save(key)
    if not values.get("signing_keys"):
        now = timezone.now()
        _add(key, generate(key.algorithm), SigningKey.Status.ACTIVE, now)
        _add(key, generate(key.algorithm), SigningKey.Status.NEXT, _turn(key, now, now))
    _replace_pairs(key, values.get("signing_keys"))
    registry.bump()
    record("key.created", actor=actor, name=key.name)
    return key


@transaction.atomic
def update(key: Key, data: Mapping[str, Any], *, actor: str, trusted: bool = False) -> Key:
    """Change what is given; raises `ValidationError`."""
    values = SCHEMA.clean(data, partial=True, trusted=trusted)
    SCHEMA.refuse_changes(read(key), values)
    changed = assign(key, {name: values[name] for name in _COLUMNS if name in values})
    check(key)
    save(key)
    if "rotation_period" in changed:
        _reschedule(key)
    if _replace_pairs(key, values.get("signing_keys")):
        changed.append("signing_keys")
    if changed:
        registry.bump()
        record("key.changed", actor=actor, name=key.name, changes=sorted(changed))
    return key


@transaction.atomic
def delete(key: Key, *, actor: str) -> None:
    """Remove a series that no client names and that is not built in."""
    if key.managed:
        raise ValidationError(f"“{key.name}” is built in.", code="managed")
    if used := list(key.clients.values_list("slug", flat=True)[:5]):
        raise ValidationError(f"Clients sign with this key: {', '.join(used)}.", code="used")
    record("key.deleted", actor=actor, name=key.name)
    key.delete()
    registry.bump()


def find(key: str) -> Key | None:
    """A series by name."""
    return Key.objects.filter(name=key).first()


def read(key: Key, *, secrets: bool = False) -> dict[str, Any]:
    """The series in the names of the schema; with `secrets` its private keys, the oldest first."""
    shown: dict[str, Any] = {name: plain(getattr(key, name)) for name in _COLUMNS}
    if secrets:
        pairs = sorted(key.signing_keys.all(), key=lambda pair: pair.pk)
        shown["signing_keys"] = [{"status": plain(pair.status), "private_jwk": private_jwk(pair)} for pair in pairs]
    return shown


def ensure_default() -> Key:
    """The series that signs where nothing else is said."""
    return for_algorithm(DEFAULT_ALGORITHM)


def for_algorithm(algorithm: str) -> Key:
    """The built-in series of an algorithm, made on first use: `default` for RS256, else `default-<algorithm>`."""
    name = DEFAULT if algorithm == DEFAULT_ALGORITHM else f"{DEFAULT}-{algorithm.lower()}"
    key = find(name)
    return key or create({"name": name, "algorithm": algorithm}, actor="", managed=True)


@transaction.atomic
def rotate(key: Key, *, actor: str) -> datetime:
    """Let the waiting pair take over as soon as verifiers can know it; returns that instant, which is now when it was already time."""
    now = timezone.now()
    waiting = _waiting(key, now)
    waiting.signs_from = min(waiting.signs_from, max(now, waiting.created_at + PUBLICATION))
    waiting.save(update_fields=["signs_from"])
    record("key.rotated", actor=actor, name=key.name, kid=waiting.kid)
    if waiting.signs_from <= now:
        _take_over(key, waiting, now)
    registry.bump()
    return waiting.signs_from


def advance(now: datetime) -> int:
    """Do what is due: waiting pairs take over, pairs past their time leave. Returns how many series changed."""
    return sum(_advance(key_id, now) for key_id in Key.objects.values_list("pk", flat=True))


@transaction.atomic
def _advance(key_id: int, now: datetime) -> bool:
    key = Key.objects.select_for_update().get(pk=key_id)
    gone, _ = key.signing_keys.filter(status=SigningKey.Status.RETIRED, expires_at__lte=now).delete()
    due = key.signing_keys.filter(status=SigningKey.Status.NEXT, signs_from__lte=now).order_by("pk").first()
    if due is not None:
        _take_over(key, due, now)
        record("key.rotated", name=key.name, kid=due.kid, reason="schedule")
    if gone or due is not None:
        registry.bump()
    return bool(gone) or due is not None


def _take_over(key: Key, waiting: SigningKey, now: datetime) -> None:
    """The waiting pair signs, the active one retires, a new one waits: never none and never two active."""
    key.signing_keys.filter(status=SigningKey.Status.ACTIVE).update(
        status=SigningKey.Status.RETIRED, retired_at=now, expires_at=now + _overlap(key)
    )
    key.signing_keys.filter(pk=waiting.pk).update(status=SigningKey.Status.ACTIVE, signs_from=now)
    waiting.refresh_from_db()
    _waiting(key, now)


def _waiting(key: Key, now: datetime) -> SigningKey:
    found = key.signing_keys.filter(status=SigningKey.Status.NEXT).order_by("pk").first()
    return found or _add(key, generate(key.algorithm), SigningKey.Status.NEXT, _turn(key, now, now))


def _turn(key: Key, published_at: datetime, last: datetime) -> datetime:
    """When a pair published at one instant takes over, by schedule, from one that signs since `last`."""
    period = timedelta(seconds=key.rotation_period) if key.rotation_period else NEVER
    return max(published_at + PUBLICATION, last + period)


def _overlap(key: Key) -> timedelta:
    """How long a retired pair stays published: as long as something that it signed may be shown."""
    longest = Client.objects.aggregate(Max("access_token_lifetime"), Max("id_token_lifetime"))
    return timedelta(seconds=max(key.verification_ttl, *(value or 0 for value in longest.values())) + DOCUMENT_MAX_AGE)


def _reschedule(key: Key) -> None:
    active = key.signing_keys.filter(status=SigningKey.Status.ACTIVE).first()
    for waiting in key.signing_keys.filter(status=SigningKey.Status.NEXT):
        waiting.signs_from = _turn(key, waiting.created_at, active.signs_from if active else waiting.created_at)
        waiting.save(update_fields=["signs_from"])


def _add(key: Key, pair: NewPair, status: str, signs_from: datetime) -> SigningKey:
    expires_at = timezone.now() + _overlap(key) if status == SigningKey.Status.RETIRED else None
    return SigningKey.objects.create(key=key, status=status, signs_from=signs_from, expires_at=expires_at, **stored(pair))


def _replace_pairs(key: Key, described: list[dict[str, Any]] | None) -> bool:
    """Bring the series to the pairs of a configuration file; whether anything changed."""
    if not described:
        return False
    pairs = [(str(entry.get("status")), parse(entry.get("private_jwk"), key.algorithm)) for entry in described]
    statuses = [status for status, _ in pairs]
    if not set(statuses) <= set(SigningKey.Status.values) or statuses.count(SigningKey.Status.ACTIVE) != 1:
        raise ValidationError({"signing_keys": ["Each pair is next, active or retired; exactly one is active."]})
    wanted = [(status, pair.kid) for status, pair in pairs]
    if wanted == list(key.signing_keys.order_by("pk").values_list("status", "kid")):
        return False
    now = timezone.now()
    key.signing_keys.all().delete()
    for status, pair in pairs:
        _add(key, pair, status, _turn(key, now, now) if status == SigningKey.Status.NEXT else now)
    return True
