"""Who is really calling: forwarded headers count only from configured peers."""

import ipaddress
from functools import lru_cache

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@lru_cache(maxsize=4096)
def parse_ip(text: str) -> Address | None:
    """An address, or `None` for anything else."""
    try:
        parsed = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return mapped or parsed


def is_trusted(peer: Address) -> bool:
    """Whether forwarded headers of this peer count."""
    return any(peer in network for network in settings.TRUSTED_PROXIES if network.version == peer.version)


def client_ip(peer: str, forwarded_for: str) -> str:
    """The caller's address: the peer, or behind trusted proxies the last hop that is not one of them.

    An entry that is no address ends the walk, so that nonsense never stands for an address.
    """
    here = parse_ip(peer)
    if here is None:
        return "127.0.0.1"  # a UNIX socket: only a local proxy can reach it
    for hop in reversed([part for part in forwarded_for.split(",") if part.strip()]) if forwarded_for else ():
        if not is_trusted(here):
            break
        there = parse_ip(hop)
        if there is None:
            break
        here = there
    return str(here)
