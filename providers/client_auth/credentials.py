"""What a request brings to authenticate its client, before anything is believed (RFC 6749 §2.3, RFC 7521 §4.2)."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from providers.errors import InvalidClient, InvalidRequest

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
HEADER_LIMIT = 4096


@dataclass(frozen=True)
class Credentials:
    """Exactly one way of authenticating. `pairs` are the spellings of id and secret that may be meant.

    `endpoint` is the URL that was called and `issuer_urls` are the other audiences an assertion may name.
    """

    method: str  # basic | post | assertion | none
    pairs: tuple[tuple[str, str], ...]
    assertion: str = ""
    ip: str = ""

    @property
    def client_id(self) -> str:
        """The id as the client most likely means it."""
        return self.pairs[0][0] if self.pairs else ""


def read(headers: Mapping[str, str], form: Mapping[str, str], ip: str) -> Credentials:
    """Find the credentials of a request; raises `InvalidRequest` for two methods at once, `InvalidClient` for unreadable ones.

    An empty secret counts as none. The same id and secret in header and body are one method (rulings 9).
    """
    basic = _basic(headers.get("authorization", ""))
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    assertion = form.get("client_assertion", "")
    if assertion or form.get("client_assertion_type"):
        if basic or secret:
            raise InvalidRequest("Use one client authentication method.", rule="client_authentication")
        if form.get("client_assertion_type") != ASSERTION_TYPE or not assertion:
            raise InvalidRequest("client_assertion needs client_assertion_type jwt-bearer.", rule="client_authentication")
        return Credentials("assertion", ((client_id, ""),), assertion, ip)
    if basic:
        if client_id and client_id not in {pair[0] for pair in basic}:
            raise InvalidRequest("client_id differs from the one in the Authorization header.", rule="client_authentication")
        if secret and secret not in {pair[1] for pair in basic}:
            raise InvalidRequest("client_secret differs from the one in the Authorization header.", rule="client_authentication")
        return Credentials("basic" if basic[0][1] else "none", basic, ip=ip)
    if not client_id:
        raise InvalidClient("The client did not identify itself.")
    return Credentials("post" if secret else "none", ((client_id, secret),), ip=ip)


def _basic(header: str) -> tuple[tuple[str, str], ...]:
    """Id and secret of a Basic header, form-decoded (RFC 6749 §2.3.1) and raw (as many clients send them)."""
    scheme, _, value = header.partition(" ")
    if not header:
        return ()
    if scheme.lower() != "basic":
        raise InvalidClient("The Authorization header is not of the Basic scheme.")
    if len(value) > HEADER_LIMIT:
        raise InvalidClient("The Authorization header is too long.")
    try:
        text = base64.b64decode(value.strip(), validate=True).decode("utf-8")
    except (ValueError, binascii.Error) as error:
        raise InvalidClient("The Authorization header cannot be read.") from error
    client_id, colon, secret = text.partition(":")
    raw, decoded = (client_id, secret), (unquote_plus(client_id), unquote_plus(secret))
    if not colon or not client_id or any("\0" in part for part in decoded):
        raise InvalidClient("The Authorization header cannot be read.")
    return (decoded,) if raw == decoded else (decoded, raw)
