"""Encryption at rest: AES-256-GCM, a key id in front, the row's identity as additional data (NIST SP 800-38D)."""

import base64
import hashlib
import hmac
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_LENGTH = 12
KID_LENGTH = 4


class BadCiphertext(Exception):
    """The ciphertext was made with a key that we do not have, or for another row, or it was changed."""


@cache
def _ciphers(keys: tuple[bytes, ...]) -> dict[bytes, AESGCM]:
    return {hashlib.sha256(b"kid" + key).digest()[:KID_LENGTH]: AESGCM(key) for key in keys}


def seal(plain: bytes, context: str) -> bytes:
    """Encrypt with the first key. `context` names the row and column; the same value is needed to open it."""
    kid, cipher = next(iter(_ciphers(settings.IDP.encryption_keys).items()))
    nonce = os.urandom(NONCE_LENGTH)
    return kid + nonce + cipher.encrypt(nonce, plain, context.encode())


def unseal(sealed: bytes, context: str) -> bytes:
    """Decrypt with whichever key made it; raises `BadCiphertext`."""
    sealed = bytes(sealed)
    cipher = _ciphers(settings.IDP.encryption_keys).get(sealed[:KID_LENGTH])
    if cipher is None:
        raise BadCiphertext("made with an encryption key that is not configured")
    nonce, body = sealed[KID_LENGTH : KID_LENGTH + NONCE_LENGTH], sealed[KID_LENGTH + NONCE_LENGTH :]
    try:
        return cipher.decrypt(nonce, body, context.encode())
    except InvalidTag as error:
        raise BadCiphertext("changed, or moved from another row") from error


def is_current(sealed: bytes) -> bool:
    """Whether the first key made it; re-encryption has nothing to do then."""
    return bytes(sealed)[:KID_LENGTH] == next(iter(_ciphers(settings.IDP.encryption_keys)))


def seal_text(text: str, context: str) -> str:
    """`seal` for columns that hold text."""
    return base64.urlsafe_b64encode(seal(text.encode(), context)).decode("ascii")


def open_text(sealed: str, context: str) -> str:
    """`unseal` for columns that hold text; raises `BadCiphertext`."""
    try:
        return unseal(base64.urlsafe_b64decode(sealed), context).decode()
    except ValueError as error:
        raise BadCiphertext("not base64") from error


@cache
def pepper(purpose: str) -> bytes:
    """A key for HMAC, derived from the secret key and a purpose (RFC 5869 in its one-block form)."""
    return hmac.new(settings.SECRET_KEY.encode(), b"pepper:" + purpose.encode(), hashlib.sha256).digest()


PEPPER_KID = "1"
