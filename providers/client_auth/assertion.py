"""The claims of a client assertion (RFC 7523 §3, OpenID Connect Core 1.0 §9)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from providers.conf import ASSERTION_MAX_LIFETIME, CLOCK_SKEW
from providers.errors import InvalidClient
from providers.jose import BadJWT, b64url_decode, read_header, strict_json
from providers.messages import ClientRecord
from providers.statements import replay

FOREIGN_TYPES = frozenset({"at+jwt", "logout+jwt", "dpop+jwt", "oauth-authz-req+jwt", "token-introspection+jwt", "secevent+jwt"})


def claimed_client_id(assertion: str) -> str:
    """Whose assertion it says it is, before it is believed; raises `InvalidClient`."""
    try:
        header = read_header(assertion)
        claims = strict_json(b64url_decode(assertion.split(".")[1]))
    except (BadJWT, ValueError) as error:
        raise InvalidClient("The client assertion cannot be read.", scheme="", detail=str(error)) from error
    if header.get("typ", "").lower().removeprefix("application/") in FOREIGN_TYPES:
        raise InvalidClient("The client assertion is another kind of token.", scheme="")
    subject = claims.get("sub") if isinstance(claims, dict) else None
    if not isinstance(subject, str) or not subject or "\0" in subject:
        raise InvalidClient("The client assertion has no sub.", scheme="")
    return subject


def check(claims: Mapping[str, Any], client: ClientRecord, audiences: frozenset[str]) -> None:
    """Issuer, subject, audience and times; raises `InvalidClient`."""
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        raise InvalidClient("iss and sub of the client assertion must be the client_id.", scheme="")
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    # A list with a foreign member could be replayed by that member (catalogue row 81).
    if not named or not all(isinstance(value, str) and value in audiences for value in named):
        raise InvalidClient("aud of the client assertion must be the issuer or the token endpoint.", scheme="")
    now = timezone.now().timestamp()
    expires = _number(claims, "exp")
    if expires is None or expires <= now - CLOCK_SKEW or expires > now + ASSERTION_MAX_LIFETIME + CLOCK_SKEW:
        raise InvalidClient("exp of the client assertion is missing, past or too far ahead.", scheme="")
    for name in ("nbf", "iat"):
        instant = _number(claims, name)
        if instant is not None and instant > now + CLOCK_SKEW:
            raise InvalidClient(f"{name} of the client assertion lies ahead.", scheme="")


def use_once(assertion: str, client: ClientRecord) -> None:
    """Take the `jti` of a verified assertion; raises `InvalidClient` when it is missing or was used before."""
    identifier = strict_json(b64url_decode(assertion.split(".")[1])).get("jti")
    if not isinstance(identifier, str) or not 0 < len(identifier) <= 512:
        raise InvalidClient("The client assertion has no jti.", scheme="")
    now = timezone.now()
    if not replay.claim("client_assertion", str(client.pk), identifier, now + timedelta(seconds=ASSERTION_MAX_LIFETIME + 60), now):
        raise InvalidClient("The client assertion was used before.", scheme="")


def _number(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not -(2**53) < value < 2**53:
        raise InvalidClient(f"{name} of the client assertion is not a time.", scheme="")
    return float(value)
