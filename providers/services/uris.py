"""Which addresses a client may register (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §4.1)."""

import ipaddress
import re
from urllib.parse import SplitResult, parse_qsl, urlsplit

from django.core.exceptions import ValidationError

from providers.outbound import FetchError, vet

COUNT_LIMIT = 100
LENGTH_LIMIT = 2000
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
# Schemes that a browser runs, reads local data with, or hands to something that is no application of the person's.
REFUSED_SCHEMES = frozenset("javascript data vbscript file blob filesystem about view-source ws wss ftp mailto tel sms intent urn".split())
RESPONSE_PARAMETERS = frozenset(
    "code state iss error error_description error_uri response id_token access_token token_type expires_in scope".split()
)
_PLAIN = re.compile(r"[\x21-\x7e]+")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)
_LITERAL_START = re.compile(r"\^?https?://(?:[A-Za-z0-9-]|\\\.|\\-|:)+")


def check_redirect_uris(uris: list[str], *, regex: bool = False, registration: bool = False) -> None:
    """Raise `ValidationError` for the first one that may not be registered. Self-registered clients have https, or loopback."""
    if len(uris) > COUNT_LIMIT:
        raise ValidationError(f"Register at most {COUNT_LIMIT} addresses.")
    for uri in uris:
        if regex:
            _check_pattern(uri)
        else:
            check_redirect_uri(uri, registration=registration)


def check_redirect_uri(uri: str, *, registration: bool = False) -> None:
    """Raise `ValidationError` for an address that we would never send a person to."""
    if uri == OUT_OF_BAND:
        return
    parts = _split(uri)
    _check_spelling(uri)
    if not _SCHEME.fullmatch(parts.scheme) or parts.scheme in REFUSED_SCHEMES:
        raise _bad(uri, "does not begin with https: or a scheme of an application")
    if taken := {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)} & RESPONSE_PARAMETERS:
        raise _bad(uri, f"has a parameter named {min(taken)}, which answers bring")
    if parts.scheme in ("http", "https"):
        _check_host(uri, parts, registration=registration)


def _check_spelling(uri: str) -> None:
    if set(uri) & set('\\"<>`{}|^'):
        raise _bad(uri, "holds a character that addresses do not have")
    if "*" in uri:
        raise _bad(uri, "holds a wildcard; every address is registered by itself")
    if "#" in uri:
        raise _bad(uri, "has a fragment")


def _check_host(uri: str, parts: SplitResult, *, registration: bool) -> None:
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise _bad(uri, "has no plain host")
    if registration and parts.scheme == "http" and not is_loopback(parts.hostname):
        raise _bad(uri, "needs https")


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine (RFC 8252 §7.3, and the name)."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_page(uri: str) -> None:
    """Raise `ValidationError` unless a person may be given this link: http or https."""
    parts = _split(uri)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _bad(uri, "is not an http(s) address")


def check_fetched(uri: str) -> None:
    """Raise `ValidationError` unless we, or a page of ours, may call this address: https, or a host in `IDP_OUTBOUND_ALLOW`."""
    _split(uri)
    try:
        vet(uri)
    except FetchError as error:
        raise _bad(uri, f"may not be called: {error.detail}") from error


def check_origins(origins: list[str]) -> None:
    """Raise `ValidationError` for what is not an origin as browsers send it (RFC 6454 §6.2)."""
    for origin in origins:
        parts = _split(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or f"{parts.scheme}://{parts.netloc}" != origin or "@" in origin:
            raise _bad(origin, "is not an origin such as https://app.example.org")


def _check_pattern(pattern: str) -> None:
    if len(pattern) > LENGTH_LIMIT or not _LITERAL_START.match(pattern):
        raise _bad(pattern, "does not begin with a scheme and a literal host")
    try:
        re.compile(pattern)
    except re.error:
        raise _bad(pattern, "is not a regular expression") from None


def _split(uri: str) -> SplitResult:
    if len(uri) > LENGTH_LIMIT or not _PLAIN.fullmatch(uri):
        raise _bad(uri, "is not an absolute address")
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        raise _bad(uri, "cannot be read") from None
    return parts


def _bad(uri: str, why: str) -> ValidationError:
    return ValidationError(f"“{uri[:200]}” {why}.", code="uri")
