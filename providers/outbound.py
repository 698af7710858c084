"""The one hardened HTTP client for everything that a stranger's URL makes us fetch (catalogue rule 12).

The name is resolved once, every address is vetted, and the connection goes to the vetted address. No redirects, no
decompression, five seconds and a bounded body, the same error for every failure.
"""

import ipaddress
import socket
import time
from urllib.parse import SplitResult, urlsplit

import urllib3
from django.conf import settings

TOTAL_TIMEOUT = 5.0
BODY_LIMIT = 64 * 1024
REFUSED_PORTS = frozenset({1433, 1521, 2375, 2379, 3306, 5432, 5984, 6379, 6443, 9042, 9200, 9300, 11211, 27017})
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class FetchError(Exception):
    """The document cannot be had. The message is the same whatever the reason, so that nobody learns about our network."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__("The address could not be fetched.")


def vet(url: str) -> SplitResult:
    """Refuse a URL that we would never fetch, before any name is resolved; raises `FetchError`."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise FetchError("unreadable URL") from error
    host = parts.hostname or ""
    if parts.scheme not in ("https", "http") or not host or parts.username is not None or parts.fragment:
        raise FetchError("not an http(s) URL")
    if (port < 1024 and port not in (80, 443)) or port in REFUSED_PORTS:
        raise FetchError("port not allowed")
    literal = _literal(host)
    if parts.scheme == "http" and not (_host_allowed(host) or (literal is not None and _address_allowed(literal))):
        raise FetchError("https is required")
    if literal is not None and not _may_connect(literal, host):
        raise FetchError("address not allowed")
    return parts


def fetch(url: str, *, accept: str = "application/json") -> bytes:
    """GET a document; raises `FetchError`."""
    parts = vet(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    address = _resolve(host, port)
    timeout = urllib3.Timeout(total=TOTAL_TIMEOUT)
    if secure:
        pool: urllib3.HTTPConnectionPool = urllib3.HTTPSConnectionPool(
            str(address), port, timeout=timeout, retries=False, server_hostname=host, assert_hostname=host, cert_reqs="CERT_REQUIRED"
        )
    else:
        pool = urllib3.HTTPConnectionPool(str(address), port, timeout=timeout, retries=False)
    default = parts.port is None or parts.port == (443 if secure else 80)
    name = f"[{host}]" if ":" in host else host
    headers = {"Host": name if default else f"{name}:{port}", "Accept": accept, "Accept-Encoding": "identity", "User-Agent": "gatehouse"}
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with pool:
            response = pool.urlopen("GET", target, headers=headers, redirect=False, preload_content=False, decode_content=False)
            return _read(response, time.monotonic() + TOTAL_TIMEOUT)
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise FetchError(type(error).__name__) from error


def _read(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    if response.status != 200 or response.headers.get("Content-Encoding", "identity") != "identity":
        raise FetchError(f"status {response.status}")
    body = b""
    while chunk := response.read1(8192) if hasattr(response, "read1") else response.read(8192):
        body += chunk
        if len(body) > BODY_LIMIT or time.monotonic() > deadline:
            raise FetchError("too long or too slow")
    return body


def _resolve(host: str, port: int) -> Address:
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise FetchError("no address") from error
    addresses = [ipaddress.ip_address(str(text).partition("%")[0]) for text in sorted(found)]
    # One address that is not allowed spoils the name: a mixed answer is what a rebinding attack looks like.
    if not addresses or not all(_may_connect(address, host) for address in addresses):
        raise FetchError("address not allowed")
    return addresses[0]


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        # Decimal, octal and hexadecimal spellings that the resolver would take for an address.
        return ipaddress.ip_address(socket.inet_ntoa(socket.inet_aton(host)))
    except (OSError, UnicodeError):
        return None


def _plain(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv6Address):
        for inner in (address.ipv4_mapped, address.sixtofour):
            if inner is not None:
                return inner
        if address in ipaddress.ip_network("64:ff9b::/96"):
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _may_connect(address: Address, host: str) -> bool:
    return _host_allowed(host) or _address_allowed(address) or (_plain(address).is_global and not _plain(address).is_multicast)


def _host_allowed(host: str) -> bool:
    return host.lower() in {value.lower() for value in settings.IDP.outbound_allow}


def _address_allowed(address: Address) -> bool:
    for value in settings.IDP.outbound_allow:
        try:
            network = ipaddress.ip_network(value, strict=False)
        except ValueError:
            continue
        if address.version == network.version and address in network:
            return True
    return False
