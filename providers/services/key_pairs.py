"""Making, reading and sealing single key pairs (RFC 7517, RFC 7518, RFC 8037)."""

import json
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from django.core.exceptions import ValidationError
from jwcrypto.common import JWException
from jwcrypto.jwk import JWK

from accounts.secrets import seal, unseal
from providers.jose import fits
from providers.models import SigningKey

RSA_BITS = 2048
CURVES: dict[str, type[ec.EllipticCurve]] = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}


@dataclass(frozen=True)
class NewPair:
    """A key pair before it is stored. `kid` is its thumbprint (RFC 7638)."""

    kid: str
    algorithm: str
    jwk: JWK


def generate(algorithm: str) -> NewPair:
    """A new pair for one of our algorithms."""
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
    if algorithm == "EdDSA":
        private = ed25519.Ed25519PrivateKey.generate()
    elif algorithm in CURVES:
        private = ec.generate_private_key(CURVES[algorithm]())
    else:
        private = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return _pair(JWK.from_pyca(private), algorithm)


def parse(private: Any, algorithm: str) -> NewPair:
    """The pair that a private JWK holds; raises `ValidationError` when it is none, or for another algorithm."""
    try:
        jwk = JWK(**{name: value for name, value in dict(private).items() if name not in ("kid", "alg", "use")})
        usable = jwk.has_private and fits(jwk, algorithm) and jwk.get_op_key("sign") is not None
    except (JWException, LookupError, ValueError, TypeError):
        usable = False
    if not usable:
        raise ValidationError({"signing_keys": [f"This is no private JWK for {algorithm}."]})
    return _pair(jwk, algorithm)


def stored(pair: NewPair) -> dict[str, Any]:
    """The columns of a `SigningKey`: what is published, and the private key as ciphertext bound to its `kid`."""
    public = {**json.loads(pair.jwk.export_public()), "kid": pair.kid, "use": "sig", "alg": pair.algorithm}
    sealed = seal(pair.jwk.export_private().encode(), f"signing_key:{pair.kid}")
    return {"kid": pair.kid, "public_jwk": public, "private_ciphertext": sealed}


def private_jwk(row: SigningKey) -> dict[str, Any]:
    """The private JWK of a row, its members in order; raises `accounts.secrets.BadCiphertext`."""
    private: dict[str, Any] = json.loads(unseal(bytes(row.private_ciphertext), f"signing_key:{row.kid}"))
    return {name: private[name] for name in sorted(private) if name != "kid"}


def _pair(jwk: JWK, algorithm: str) -> NewPair:
    return NewPair(jwk.thumbprint(), algorithm, jwk)
