"""Shared limits: fixed windows in the database, counted before anything is verified (catalogue rule 18).

The table holds keyed hashes, not names. A process remembers for a while who is over a budget, so that a flood costs it
nothing; that memory only ever refuses, it never lets through.
"""

import hashlib
import hmac
import threading
import time
from collections import OrderedDict
from datetime import timedelta

from django.utils import timezone

from accounts.secrets import pepper
from providers.conf import ADDRESS_FACTOR, BUDGETS, limits_enabled
from providers.errors import TooManyRequests
from providers.statements import instant
from providers.statements import limits as statements

_REMEMBERED = 10_000
_blocked: "OrderedDict[bytes, float]" = OrderedDict()
_lock = threading.Lock()


def attempt(kind: str, *subjects: str) -> int:
    """Count an attempt against each subject; seconds to wait when one is over its budget, else 0.

    A subject that starts with `ip:` has `ADDRESS_FACTOR` times the budget.
    """
    if not limits_enabled():
        return 0
    return max((_count(kind, subject) for subject in subjects), default=0)


def succeeded(kind: str, *subjects: str) -> None:
    """Forget the attempts of subjects that proved themselves; addresses keep counting."""
    if limits_enabled():
        for subject in subjects:
            if not subject.startswith("ip:"):
                bucket = _bucket(kind, subject)
                statements.reset(bucket)
                with _lock:
                    _blocked.pop(bucket, None)


def require(kind: str, *subjects: str) -> None:
    """Count an attempt; raises `TooManyRequests` with the seconds to wait."""
    if wait := attempt(kind, *subjects):
        raise TooManyRequests("Too many attempts. Try again later.", rule=f"limit:{kind}", retry_after=wait)


def blocked(kind: str, *subjects: str) -> int:
    """Seconds to wait when this process already knows a subject to be over its budget, else 0; counts nothing."""
    if not limits_enabled():
        return 0
    now = time.monotonic()
    return max(0, *(int(_blocked.get(_bucket(kind, subject), 0.0) - now + 0.999) for subject in subjects)) if _blocked else 0


def _bucket(kind: str, subject: str) -> bytes:
    return hmac.digest(pepper("limit"), f"{kind}\0{subject}".encode("utf-8", "replace"), hashlib.sha256)[:16]


def _count(kind: str, subject: str) -> int:
    budget, window = BUDGETS[kind]
    if subject.startswith("ip:"):
        budget *= ADDRESS_FACTOR
    bucket, now = _bucket(kind, subject), timezone.now()
    count, ends = statements.count(bucket, now, now + timedelta(seconds=window))
    if count <= budget:
        return 0
    ends_at = instant(ends)  # type: ignore[arg-type]
    wait = max(1, int((ends_at - now).total_seconds()) + 1) if ends_at else window
    with _lock:
        _blocked[bucket] = time.monotonic() + wait
        while len(_blocked) > _REMEMBERED:
            _blocked.popitem(last=False)
    return wait
