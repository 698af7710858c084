"""Shared configuration as each process keeps it: keys, scope mappings, groups, assignments, applications.

A snapshot belongs to one version of the registry row. Statements that read or write tokens bring the current version with
them; whoever sees another one calls `refresh`. Where no such statement is made, `current` asks again after two seconds.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils import timezone

from accounts.secrets import unseal
from audit.offload import blocking
from providers.jose import Signer, private_signer
from providers.models import Application, Key, Registry, SigningKey
from providers.statements import Sql
from scopes.context import MappingView
from scopes.mappings import GroupTree, load, load_groups
from scopes.models import Assignment

MAXIMUM_AGE = 2.0
_VERSION = Sql("SELECT version FROM providers_registry WHERE id = 1")
_lock = threading.Lock()


@dataclass(frozen=True)
class PublishedKey:
    """A key pair as the JWKS shows it; the private part stays sealed until it signs."""

    kid: str
    status: str
    public_jwk: Mapping[str, Any]
    sealed: bytes
    signs_from: datetime
    expires_at: datetime | None


@dataclass(frozen=True)
class KeySeries:
    """A named key with its published pairs, the newest first."""

    name: str
    algorithm: str
    pairs: tuple[PublishedKey, ...]


@dataclass(frozen=True)
class AssignmentRecord:
    """An assignment without its people, who are looked up when they come."""

    pk: int
    name: str
    group_ids: frozenset[int]


@dataclass(frozen=True)
class ApplicationRecord:
    """An application's issuer side."""

    slug: str
    name: str
    issuer_mode: str


@dataclass(frozen=True)
class Snapshot:
    """One version of everything shared."""

    version: int
    keys: Mapping[str, KeySeries]
    mappings: tuple[MappingView, ...]
    groups: GroupTree
    assignments: Mapping[int, AssignmentRecord]
    applications: Mapping[str, ApplicationRecord]

    def signer(self, name: str) -> Signer:
        """The private key that a series signs with now; raises `LookupError` when there is none."""
        series = self.keys[name]
        for pair in series.pairs:
            if pair.status == SigningKey.Status.ACTIVE:
                return _signer(pair.kid, series.algorithm, pair.sealed)
        raise LookupError(f"key {name} has no active signing key")


@lru_cache(maxsize=256)
def _signer(kid: str, algorithm: str, sealed: bytes) -> Signer:
    return private_signer(unseal(sealed, f"signing_key:{kid}").decode(), kid, algorithm)


@dataclass
class _Kept:
    snapshot: Snapshot | None = None
    checked_at: float = 0.0


_kept = _Kept()


def current() -> Snapshot:
    """The snapshot, at most two seconds behind."""
    snapshot, now = _kept.snapshot, time.monotonic()
    if snapshot is not None and now - _kept.checked_at < MAXIMUM_AGE:
        return snapshot
    return refresh()


def version_at_hand() -> int | None:
    """The version of the snapshot that `current` would return without asking; `None` when it would ask."""
    snapshot = _kept.snapshot
    return snapshot.version if snapshot is not None and time.monotonic() - _kept.checked_at < MAXIMUM_AGE else None


def refresh(version: int | None = None) -> Snapshot:
    """The snapshot of the given version, or of whatever is current; loads it when this process has another."""
    snapshot = _kept.snapshot
    if snapshot is not None and version is not None and version == snapshot.version:
        return snapshot
    if version is None:
        row = _VERSION.one(())
        version = int(row[0]) if row else 0
    return _replace(version)


def forget() -> None:
    """Drop what is kept (tests, and after the database was replaced)."""
    _kept.snapshot = None


@blocking
def _replace(version: int) -> Snapshot:
    with _lock:
        snapshot = _kept.snapshot
        if snapshot is None or snapshot.version != version:
            _kept.snapshot = snapshot = _load(version)
        _kept.checked_at = time.monotonic()
        return snapshot


def _load(version: int) -> Snapshot:
    if not version:
        Registry.objects.get_or_create(pk=1)
        version = 1
    return Snapshot(
        version=version,
        keys={key.name: _series(key) for key in Key.objects.prefetch_related("signing_keys")},
        mappings=load(),
        groups=load_groups(),
        assignments={
            assignment.pk: AssignmentRecord(assignment.pk, assignment.name, frozenset(group.pk for group in assignment.groups.all()))
            for assignment in Assignment.objects.prefetch_related("groups")
        },
        applications={
            slug: ApplicationRecord(slug, name, mode) for slug, name, mode in Application.objects.values_list("slug", "name", "issuer_mode")
        },
    )


def _series(key: Key) -> KeySeries:
    now = timezone.now()
    pairs = tuple(
        PublishedKey(row.kid, row.status, row.public_jwk, bytes(row.private_ciphertext), row.signs_from, row.expires_at)
        for row in key.signing_keys.all()
        if row.expires_at is None or row.expires_at > now
    )
    return KeySeries(key.name, key.algorithm, pairs)
