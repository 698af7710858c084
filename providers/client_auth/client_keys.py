"""A client's own public keys: registered by value, or fetched from its `jwks_uri` and kept for a while."""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from audit.offload import blocking
from providers.jose import PublicKey, public_keys, strict_json
from providers.messages import ClientRecord
from providers.outbound import FetchError, fetch

LIFETIME = 600.0
RETRY_AFTER = 30.0
LIMIT = 1000
_kept: "OrderedDict[str, tuple[float, tuple[PublicKey, ...]]]" = OrderedDict()
_locks: dict[str, threading.Lock] = {}
_guard = threading.Lock()


def of(client: ClientRecord, *, again: bool = False) -> tuple[PublicKey, ...]:
    """The client's keys; `again` fetches anew, at most every half minute."""
    if client.jwks:
        return public_keys(client.jwks)
    return _fetched(client.jwks_uri, again=again) if client.jwks_uri else ()


@blocking
def _fetched(url: str, *, again: bool) -> tuple[PublicKey, ...]:
    with _guard:
        lock = _locks.setdefault(url, threading.Lock())
    with lock:  # one fetch at a time for an address, whoever waits shares it
        fetched_at, keys = _kept.get(url, (0.0, ()))
        age = time.monotonic() - fetched_at
        if fetched_at and (age < RETRY_AFTER or (age < LIFETIME and not again)):
            return keys
        keys = _fetch(url) or keys
        with _guard:
            _kept[url] = (time.monotonic(), keys)
            while len(_kept) > LIMIT:
                dropped, _ = _kept.popitem(last=False)
                _locks.pop(dropped, None)
        return keys


def _fetch(url: str) -> tuple[PublicKey, ...]:
    try:
        document: Any = strict_json(fetch(url))
    except (FetchError, ValueError):
        return ()
    return public_keys(document) if isinstance(document, Mapping) else ()
