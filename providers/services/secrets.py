"""Client secrets: minted with 256 bits, kept as an HMAC for checking and as ciphertext for protocols that need them back (rulings 10)."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.secrets import PEPPER_KID, seal, unseal
from audit.record import record
from providers.client_secrets import digest
from providers.models import Client, ClientSecret
from providers.services.versions import bump

__all__ = ["MINIMUM_HMAC_BYTES", "digest", "live", "mint", "replace", "reveal", "rotate"]

# RFC 7518 §3.2: a key for HS256 has at least as many bits as the hash.
MINIMUM_HMAC_BYTES = 32
LIVE_LIMIT = 2


def mint() -> str:
    """A new secret: 43 characters of the base64url alphabet."""
    return secrets.token_urlsafe(32)


def reveal(row: ClientSecret) -> str:
    """The secret in clear; raises `accounts.secrets.BadCiphertext`."""
    return unseal(bytes(row.ciphertext), f"client_secret:{row.client_id}").decode()


def live(client: Client) -> list[ClientSecret]:
    """The secrets that work now, the newest first."""
    now = timezone.now()
    return list(client.secrets.filter(Q(expires_at=None) | Q(expires_at__gt=now)).order_by("-id"))


def replace(client: Client, secret: str) -> bool:
    """Make a secret the only one; whether anything changed. The caller owns the transaction, the event and the version."""
    current = live(client)
    if len(current) == 1 and current[0].expires_at is None and bytes(current[0].digest) == digest(secret):
        return False
    client.secrets.all().delete()
    _store(client, secret)
    return True


@transaction.atomic
def rotate(client: Client, *, overlap: int, actor: str, secret: str = "") -> str:
    """Give a client a new secret and return it; the present one works for another `overlap` seconds. Two live at most."""
    now = timezone.now()
    keep = [row.pk for row in live(client)[: LIVE_LIMIT - 1]] if overlap > 0 else []
    client.secrets.exclude(pk__in=keep).delete()
    until = now + timedelta(seconds=overlap)
    client.secrets.filter(Q(expires_at=None) | Q(expires_at__gt=until)).update(expires_at=until)
    new = secret or mint()
    _store(client, new)
    bump(client)
    record("client.secret_rotated", actor=actor, client_id=client.client_id, name=client.slug)
    return new


def _store(client: Client, secret: str) -> None:
    ClientSecret.objects.create(
        client=client, digest=digest(secret), pepper_kid=PEPPER_KID, ciphertext=seal(secret.encode(), f"client_secret:{client.pk}")
    )
