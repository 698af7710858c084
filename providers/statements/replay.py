"""Identifiers that may be used once."""

import hashlib
from datetime import datetime

from providers.statements import Sql, at

_CLAIM = Sql(
    "INSERT INTO providers_replay (digest, expires_at) VALUES (%s, %s{at}) "
    "ON CONFLICT (digest) DO UPDATE SET expires_at = excluded.expires_at WHERE providers_replay.expires_at < %s{at}"
)


def claim(kind: str, owner: str, identifier: str, expires_at: datetime, now: datetime) -> bool:
    """Take an identifier for good; whether this call was the first to have it."""
    digest = hashlib.sha256(f"{kind}\0{owner}\0{identifier}".encode()).digest()
    return _CLAIM.run([digest, at(expires_at), at(now)]) == 1
