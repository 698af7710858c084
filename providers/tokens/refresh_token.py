"""Refresh token values. A successor is derived from its predecessor, so that checksums suffice (rulings 22)."""

import hashlib
import hmac
import os
import secrets
from datetime import datetime, timedelta

from accounts.secrets import PEPPER_KID, pepper
from providers.jose import b64url
from providers.messages import Authorization
from providers.statements.access_tokens import checksum
from providers.statements.refresh_tokens import NewRefreshToken

PREFIX = "rt_"
SALT_LENGTH = 16


def derive(predecessor: str, authorization_id: int, salt: bytes) -> str:
    """The one successor of a presented token: an HMAC of family, salt and predecessor under a server key."""
    message = b"\0".join((str(authorization_id).encode(), salt, predecessor.encode("utf-8", "surrogatepass")))
    return PREFIX + b64url(hmac.digest(pepper("refresh_token"), message, hashlib.sha256))


def new(authorization: Authorization, now: datetime, lifetime: int) -> tuple[str, NewRefreshToken]:
    """The first token of a family and its row."""
    value = PREFIX + secrets.token_urlsafe(32)
    return value, _row(value, os.urandom(SALT_LENGTH), authorization, now, now + timedelta(seconds=lifetime), None)


def successor(
    predecessor: str, predecessor_id: int, authorization: Authorization, now: datetime, expires_at: datetime
) -> tuple[str, NewRefreshToken]:
    """The next token of a family and its row. `expires_at` is the family's: rotation does not prolong it."""
    salt = os.urandom(SALT_LENGTH)
    value = derive(predecessor, authorization.pk, salt)
    return value, _row(value, salt, authorization, now, expires_at, predecessor_id)


def _row(
    value: str, salt: bytes, authorization: Authorization, now: datetime, expires_at: datetime, parent_id: int | None
) -> NewRefreshToken:
    person = authorization.person
    assert person is not None
    return NewRefreshToken(
        checksum=checksum(value),
        salt=salt,
        pepper_kid=PEPPER_KID,
        created_at=now,
        expires_at=expires_at,
        user_id=person.id,
        client_pk=authorization.client.pk,
        authorization_id=authorization.pk,
        parent_id=parent_id,
    )
