"""Hostile JOSE, made by hand: libraries refuse to build what an attacker would send."""

import hmac
import json
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def b64(raw: bytes | str) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(raw.encode() if isinstance(raw, str) else raw).rstrip(b"=").decode("ascii")


def unb64(text: str) -> bytes:
    """The opposite."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(value: int, size: int = 0) -> str:
    """An integer as JWK members hold it."""
    return b64(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def public_jwk(key: PrivateKey, **members: Any) -> dict[str, Any]:
    """The public half of a key."""
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e), **members}
    point = key.public_key().public_numbers()
    size = (key.curve.key_size + 7) // 8
    curve = {"secp256r1": "P-256", "secp384r1": "P-384"}[key.curve.name]
    return {"kty": "EC", "crv": curve, "x": number(point.x, size), "y": number(point.y, size), **members}


def claims_for(client_id: str, audience: Any, **changes: Any) -> dict[str, Any]:
    """The claims of a good client assertion; a change to `None` leaves a claim out."""
    now = int(time.time())
    claims = {"iss": client_id, "sub": client_id, "aud": audience, "jti": secrets.token_hex(8), "iat": now, "exp": now + 60, **changes}
    return {name: value for name, value in claims.items() if value is not None}


def joined(header: Any, payload: Any, signature: bytes | None, key: PrivateKey | bytes | None = None) -> str:
    """A compact JWS of whatever header and payload (texts are taken as they are), signed by `key` or with this signature."""
    parts = [b64(part if isinstance(part, str | bytes) else json.dumps(part)) for part in (header, payload)]
    data = ".".join(parts).encode("ascii")
    algorithm = header.get("alg", "") if isinstance(header, dict) else "RS256"
    if signature is None:
        assert key is not None
        signature = signed(data, key, algorithm)
    return f"{data.decode('ascii')}.{b64(signature)}"


def signed(data: bytes, key: PrivateKey | bytes, algorithm: str) -> bytes:
    """The signature alone. Any algorithm name ending in digits says which digest."""
    digest = {"384": hashes.SHA384(), "512": hashes.SHA512()}.get(algorithm[-3:], hashes.SHA256())
    if isinstance(key, bytes):
        return hmac.digest(key, data, f"sha{digest.digest_size * 8}")
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), digest)
    size = (key.curve.key_size + 7) // 8
    return b"".join(part.to_bytes(size, "big") for part in decode_dss_signature(key.sign(data, ec.ECDSA(digest))))


def malleated(token: str) -> str:
    """The other valid signature of an ES256 token: (r, n - s)."""
    head, _, signature = token.rpartition(".")
    raw = unb64(signature)
    s = P256_ORDER - int.from_bytes(raw[32:], "big")
    return f"{head}.{b64(raw[:32] + s.to_bytes(32, 'big'))}"
