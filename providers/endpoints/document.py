"""Documents that relying parties may keep: made once a version, served as bytes."""

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from audit.offload import blocking
from providers.conf import DOCUMENT_MAX_AGE
from providers.endpoints.errors import JSON
from providers.endpoints.origins import ANYBODY
from providers.messages import EndpointRequest, EndpointResponse
from providers.statements import registry

LIMIT = 2000
# Client changes do not move the registry's version but show in scopes_supported and the like; keys do move it.
MAXIMUM_AGE = 2.0
_kept: "OrderedDict[Hashable, tuple[int, float, bytes, str]]" = OrderedDict()
_lock = threading.Lock()


def document(request: EndpointRequest, name: Hashable, make: Callable[[], Mapping[str, Any]], version: int) -> EndpointResponse:
    """The document as an answer, or 304 when the caller has it already (RFC 9110 §13.1.2)."""
    body, etag = _bytes(name, make, version)
    headers = (("Cache-Control", f"public, max-age={DOCUMENT_MAX_AGE}"), ("ETag", etag), *ANYBODY)
    if etag in request.headers.get("if-none-match", ""):
        return EndpointResponse(304, b"", headers)
    return EndpointResponse(200, body, (JSON, *headers))


def _bytes(name: Hashable, make: Callable[[], Mapping[str, Any]], version: int) -> tuple[bytes, str]:
    kept, now = _kept.get(name), time.monotonic()
    if kept is not None and kept[0] == version and now - kept[1] < MAXIMUM_AGE:
        return kept[2], kept[3]
    body = json.dumps(blocking(make)(), indent=2, ensure_ascii=False).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    with _lock:
        _kept[name] = (version, now, body, etag)
        while len(_kept) > LIMIT:
            _kept.popitem(last=False)
    return body, etag


def is_current(name: Hashable, body: bytes) -> bool:
    """Whether `body`, given earlier, is what would be given now, as far as that is known without asking the database."""
    kept = _kept.get(name)
    return kept is not None and kept[2] is body and kept[0] == registry.version_at_hand() and time.monotonic() - kept[1] < MAXIMUM_AGE


def forget() -> None:
    """Drop all that is kept (tests)."""
    with _lock:
        _kept.clear()
