"""JOSE: signing with cached key objects, verification behind an allow-list (RFC 7515, 7517, 7518, 8037, 8725).

Only this module and the key services touch cryptographic libraries. Compact serialisation only; `none`, `crit`, embedded keys and
remote keys are never honoured.
"""

import base64
import binascii
import hashlib
import hmac
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from jwcrypto.common import JWException
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from providers.conf import JWT_LIMIT

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey = JWK

ASYMMETRIC_ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA")
VERIFIABLE_ALGORITHMS = (*ASYMMETRIC_ALGORITHMS, "PS256", "PS384", "PS512")
SYMMETRIC_ALGORITHMS = ("HS256", "HS384", "HS512")
RSA_MINIMUM_BITS = 2048
DIGESTS: Mapping[str, HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
COORDINATE_BYTES = {"ES256": 32, "ES384": 48, "ES512": 66}


class BadJWT(Exception):
    """The token is malformed, not signed by the expected key, or not of the expected kind."""


@dataclass(frozen=True)
class Signer:
    """A private key ready to sign. `kid` is empty for symmetric keys, which are never published."""

    kid: str
    algorithm: str
    key: PrivateKey | bytes


def b64url(raw: bytes) -> str:
    """Base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def b64url_decode(text: str) -> bytes:
    """The strict opposite: no padding, no other alphabet, no unused bits; raises `BadJWT`."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadJWT("not base64url") from error
    if b64url(raw) != text:
        raise BadJWT("not canonical base64url")
    return raw


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate member")
    return members


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _bounded_int(text: str) -> int:
    if len(text) > 20:
        raise ValueError("number too long")
    return int(text)


def _finite_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("number too large")
    return number


def _check_texts(value: Any) -> None:
    # No database column takes a null character or half a surrogate pair (RFC 8259 §8.2).
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("null character")
        value.encode()
    elif isinstance(value, dict | list):
        for item in (*value, *value.values()) if isinstance(value, dict) else value:
            _check_texts(item)


def strict_json(raw: bytes | str) -> Any:
    """Parse JSON without duplicate members, NaN, overlong numbers, broken texts or deep nesting; raises `ValueError`."""
    try:
        value = json.loads(
            raw, object_pairs_hook=_no_duplicates, parse_constant=_no_constant, parse_int=_bounded_int, parse_float=_finite_float
        )
        _check_texts(value)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


@lru_cache(maxsize=256)
def _encoded_header(algorithm: str, kid: str, typ: str) -> str:
    header = {"alg": algorithm} | ({"typ": typ} if typ else {}) | ({"kid": kid} if kid else {})
    return b64url(json.dumps(header, separators=(",", ":")).encode())


def sign(claims: Mapping[str, Any], signer: Signer, *, typ: str = "JWT") -> str:
    """A compact JWS over the claims (RFC 7515 §5.1)."""
    payload = b64url(json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode())
    signing_input = f"{_encoded_header(signer.algorithm, signer.kid, typ)}.{payload}"
    return f"{signing_input}.{b64url(_signature(signing_input.encode('ascii'), signer))}"


def _signature(data: bytes, signer: Signer) -> bytes:
    key, algorithm = signer.key, signer.algorithm
    if isinstance(key, bytes):
        return hmac.digest(key, data, f"sha{algorithm[2:]}")
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    digest = DIGESTS[algorithm[2:]]
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), digest)
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
    size = COORDINATE_BYTES[algorithm]
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def private_signer(private_jwk: str, kid: str, algorithm: str) -> Signer:
    """Make a signer from a private JWK. Parsing an RSA key costs tens of milliseconds: keep the result."""
    key = JWK.from_json(private_jwk).get_op_key("sign")
    return Signer(kid=kid, algorithm=algorithm, key=key)


def half_hash(value: str, algorithm: str) -> str:
    """`at_hash` and `c_hash` (OpenID Connect Core 1.0 §3.1.3.6): the left half of the digest that the algorithm uses."""
    name = "sha512" if algorithm == "EdDSA" else f"sha{algorithm[2:]}"
    digest = hashlib.new(name, value.encode("ascii")).digest()
    return b64url(digest[: len(digest) // 2])


def read_header(token: str) -> dict[str, Any]:
    """The protected header of a compact JWS, looked at before any key is chosen; raises `BadJWT`."""
    if len(token) > JWT_LIMIT:
        raise BadJWT("too long")
    parts = token.split(".")
    if len(parts) != 3 or not all(parts):
        raise BadJWT("not a compact JWS")
    raw, *_ = [b64url_decode(part) for part in parts]  # libraries are lenient about the signature's spelling
    try:
        header = strict_json(raw)
    except ValueError as error:
        raise BadJWT("bad header") from error
    if not isinstance(header, dict) or "crit" in header or "b64" in header or "zip" in header:
        raise BadJWT("bad header")
    if not isinstance(header.get("alg"), str) or not isinstance(header.get("kid", ""), str) or not isinstance(header.get("typ", ""), str):
        raise BadJWT("bad header")
    return header


def verify(token: str, keys: Iterable[JWK], algorithms: Iterable[str]) -> dict[str, Any]:
    """Check the signature with one of the keys and return the claims; raises `BadJWT`.

    The algorithm comes from `algorithms`, never from the token alone; a `kid` narrows the choice of keys.
    """
    header = read_header(token)
    algorithm = header["alg"]
    if algorithm not in set(algorithms) or algorithm not in (*VERIFIABLE_ALGORITHMS, *SYMMETRIC_ALGORITHMS):
        raise BadJWT("algorithm not allowed")
    kid = header.get("kid")
    candidates = [key for key in keys if kid is None or key.get("kid") in (None, kid)]
    for key in candidates:
        if fits(key, algorithm) and (payload := _verified_payload(token, key, algorithm)) is not None:
            return _claims(payload)
    raise BadJWT("no key verifies the signature")


def fits(key: JWK, algorithm: str) -> bool:
    """Whether a key may be used with an algorithm at all (RFC 8725 §3.1, §3.5)."""
    if key.get("alg") not in (None, algorithm) or key.get("use") not in (None, "sig"):
        return False
    match key.get("kty"):
        case "oct":
            return algorithm in SYMMETRIC_ALGORITHMS
        case "RSA":
            return algorithm[:2] in ("RS", "PS") and len(b64url_decode(key.get("n"))) * 8 >= RSA_MINIMUM_BITS
        case "EC":
            return {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}.get(key.get("crv")) == algorithm
        case "OKP":
            return algorithm == "EdDSA" and key.get("crv") == "Ed25519"
    return False


def _verified_payload(token: str, key: JWK, algorithm: str) -> bytes | None:
    try:
        jws = JWS()
        jws.allowed_algs = [algorithm]
        jws.deserialize(token)
        jws.verify(key, alg=algorithm)
    except (JWException, ValueError, TypeError):
        return None
    payload: bytes = jws.payload
    return payload


def _claims(payload: bytes) -> dict[str, Any]:
    try:
        claims = strict_json(payload)
    except ValueError as error:
        raise BadJWT("claims are not JSON") from error
    if not isinstance(claims, dict):
        raise BadJWT("claims are not an object")
    return claims


@lru_cache(maxsize=512)
def _parsed_set(text: str) -> tuple[JWK, ...]:
    members = json.loads(text)
    keys = []
    for member in members:
        try:
            keys.append(JWK(**member))
        except (JWException, ValueError, TypeError):
            continue
    return tuple(keys)


def public_keys(jwks: Mapping[str, Any]) -> tuple[JWK, ...]:
    """Parse a JWK set; what is no public key, or not understood, is left out. Parsed sets are kept."""
    members = [
        member
        for member in jwks.get("keys", ())
        if isinstance(member, dict) and member.get("kty") in ("RSA", "EC", "OKP") and "d" not in member
    ]
    return _parsed_set(json.dumps(members[:100], sort_keys=True))


def symmetric_key(secret: str) -> JWK:
    """A client secret as a key (OpenID Connect Core 1.0 §10.1)."""
    return JWK(kty="oct", k=b64url(secret.encode()))
