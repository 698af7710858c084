"""Proof Key for Code Exchange (RFC 7636)."""

import hashlib
import hmac
import re

from providers.jose import b64url

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")
CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")
S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")


def is_challenge(challenge: str, method: str) -> bool:
    """Whether a challenge has the form of its method (RFC 7636 §4.2): 43 base64url characters with S256."""
    return bool((S256_CHALLENGE if method == "S256" else CHALLENGE).match(challenge))


def verifies(verifier: str, challenge: str, method: str) -> bool:
    """Whether a verifier answers a challenge (RFC 7636 §4.6)."""
    if not VERIFIER.match(verifier):
        return False
    derived = b64url(hashlib.sha256(verifier.encode("ascii")).digest()) if method == "S256" else verifier
    return hmac.compare_digest(derived, challenge)
