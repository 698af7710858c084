"""Checking a client secret: one HMAC, compared in constant time, the same work when there is nothing to compare with."""

import hashlib
import hmac

from django.utils import timezone

from accounts.secrets import PEPPER_KID, pepper, unseal
from providers.messages import ClientRecord, SecretRecord

_NOBODY = SecretRecord(b"\0" * 32, PEPPER_KID, b"", None)


def digest(secret: str) -> bytes:
    """What is stored of a client secret for checking."""
    return hmac.digest(pepper("client_secret"), secret.encode("utf-8", "replace"), hashlib.sha256)


def matches(client: ClientRecord | None, candidates: tuple[str, ...]) -> bool:
    """Whether one of the presented spellings is a live secret of the client."""
    now = timezone.now()
    live = client.secrets if client is not None and client.secrets else (_NOBODY,)
    found = False
    for candidate in candidates:
        presented = digest(candidate)
        for secret in live:
            alive = secret.expires_at is None or secret.expires_at > now
            found |= hmac.compare_digest(presented, secret.digest) and alive
    return found


def reveal(client: ClientRecord) -> tuple[str, ...]:
    """The live secrets themselves, for HS256 and `client_secret_jwt` (rulings 10)."""
    now = timezone.now()
    return tuple(
        unseal(secret.ciphertext, f"client_secret:{client.pk}").decode()
        for secret in client.secrets
        if secret.expires_at is None or secret.expires_at > now
    )
