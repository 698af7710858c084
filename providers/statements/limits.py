"""Counters of the shared limits: one upsert counts and answers."""

from datetime import datetime

from providers.statements import Sql, at

_COUNT = Sql(
    "INSERT INTO providers_limit (bucket, count, expires_at) VALUES (%s, 1, %s{at}) ON CONFLICT (bucket) DO UPDATE SET "
    "count = CASE WHEN providers_limit.expires_at <= %s{at} THEN 1 ELSE providers_limit.count + 1 END, "
    "expires_at = CASE WHEN providers_limit.expires_at <= %s{at} THEN excluded.expires_at ELSE providers_limit.expires_at END "
    "RETURNING count, expires_at"
)
_RESET = Sql("DELETE FROM providers_limit WHERE bucket = %s")


def count(bucket: bytes, now: datetime, window_ends_at: datetime) -> tuple[int, object]:
    """Count one attempt; returns the attempts of the window so far and when it ends (as the database gives it)."""
    row = _COUNT.one([bucket, at(window_ends_at), at(now), at(now)])
    assert row is not None
    return int(row[0]), row[1]


def reset(bucket: bytes) -> None:
    """Forget a counter."""
    _RESET.run([bucket])
