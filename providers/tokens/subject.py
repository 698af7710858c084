"""The subject identifier that a client sees (OpenID Connect Core 1.0 §8; rulings 7)."""

import hashlib
import hmac
from functools import lru_cache
from urllib.parse import urlsplit

from accounts.secrets import pepper
from providers.jose import b64url
from providers.messages import ClientRecord
from scopes.context import PersonView

MODES = ("hashed_user_id", "user_id", "user_uuid", "user_username", "user_email", "user_upn", "pairwise")
# Modes whose values cannot be mistaken for a client id, whatever an administrator calls a client.
OPAQUE_MODES = frozenset({"hashed_user_id", "pairwise"})


def of_person(person: PersonView, client: ClientRecord) -> str:
    """`sub` of a person for a client. Modes whose value the person lacks fall back to the opaque one."""
    match client.sub_mode:
        case "user_id":
            return str(person.id)
        case "user_uuid":
            return person.uuid
        case "user_username":
            return person.username
        case "user_email":
            # An address that nobody verified may be anybody's.
            return person.email if person.email_verified else person.sub
        case "user_upn":
            return str(person.attributes.get("upn") or person.sub)
        case "pairwise":
            return _pairwise(sector(client), person.sub)
        case mode if mode.startswith("attribute:"):
            return str(person.attributes.get(mode.removeprefix("attribute:")) or person.sub)
    return person.sub


def of_client(client: ClientRecord) -> str:
    """`sub` of a client acting for itself (RFC 9068 §2.2), in a name space that no person's `sub` is in (RFC 9700 §4.15)."""
    return client.client_id if client.sub_mode in OPAQUE_MODES else f"client:{client.client_id}"


def sector(client: ClientRecord) -> str:
    """The sector identifier: the host of `sector_identifier_uri`, else of the redirect URIs (OpenID Connect Core 1.0 §8.1)."""
    uris = (client.sector_identifier_uri,) if client.sector_identifier_uri else client.redirect_uris
    hosts = {urlsplit(uri).hostname or uri for uri in uris}
    return ",".join(sorted(hosts)) or client.client_id


@lru_cache(maxsize=4096)
def _pairwise(sector_identifier: str, sub: str) -> str:
    return b64url(hmac.digest(pepper("pairwise"), f"{sector_identifier}\0{sub}".encode(), hashlib.sha256))
