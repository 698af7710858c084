"""Comparing a requested redirect URI with the registered ones: byte equality, but for the port on loopback (RFC 8252 §7.3)."""

import re

# http on a loopback host with any port; group 1 is the host, 2 the rest from the path on.
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\]|localhost)(?::\d{1,5})?((?:[/?].*)?)\Z", re.ASCII)
_FORBIDDEN_SCHEMES = ("javascript:", "data:", "vbscript:", "file:", "blob:", "about:")


def is_registered(requested: str, registered: tuple[str, ...]) -> bool:
    """Whether the URI is one of the client's. On loopback any port will do, and no path is the same as `/`."""
    if "#" in requested or requested.lower().lstrip().startswith(_FORBIDDEN_SCHEMES):
        return False
    if requested in registered:
        return True
    here = _loopback(requested)
    return here is not None and any(_loopback(uri) == here for uri in registered)


def is_loopback_or_private_use(uri: str) -> bool:
    """Whether anybody's program may be listening there: loopback, or a scheme that is not the web's (RFC 8252 §8.6)."""
    return _loopback(uri) is not None or not uri.startswith(("https://", "http://"))


def _loopback(uri: str) -> tuple[str, str] | None:
    found = _LOOPBACK.match(uri)
    return (found[1], "" if found[2] == "/" else found[2]) if found else None
