"""Idempotency keys: a POST that is sent again because its answer was lost is answered again, not done again.

The answer is kept for a day, sealed, because that of a creation holds the secret that is shown once.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.secrets import BadCiphertext, open_text, pepper, seal_text

HEADER = "Idempotency-Key"
KEY_LIMIT = 255
MEMORY = 86400
IN_PROGRESS_MEMORY = 60
IN_PROGRESS = "in progress"


class Conflict(APIException):
    """The key came before with another request, or the first one is still at work."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "This idempotency key belongs to another request."
    default_code = "idempotency_conflict"


class Answered(Exception):
    """The request was answered before; carries that answer."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass(frozen=True)
class Entry:
    """Where one caller's key is kept, and what was asked under it."""

    name: str
    fingerprint: str


def claim(request: Request) -> Entry | None:
    """Take the request's key, or `None` when it has none; raises `Answered` for a repetition and `Conflict` for a misuse."""
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST":
        return None
    if not 0 < len(key) <= KEY_LIMIT or not key.isprintable():
        raise ParseError(f"An idempotency key has 1 to {KEY_LIMIT} printable characters.")
    entry = Entry(name=_digest(f"{request.user.pk}\0{key}".encode()), fingerprint=_digest(request.path.encode() + b"\0" + request.body))
    if cache.add(f"idempotency:{entry.name}", _sealed(entry, {"state": IN_PROGRESS}), IN_PROGRESS_MEMORY):
        return entry
    _answer(entry)
    return entry


def keep(entry: Entry, response: Response) -> None:
    """Remember a success; anything else gives the key back, because nothing was done."""
    name = f"idempotency:{entry.name}"
    if not status.is_success(response.status_code):
        cache.delete(name)
        return
    response.render()
    cache.set(name, _sealed(entry, {"status": response.status_code, "body": json.loads(response.content or b"null")}), MEMORY)


def _answer(entry: Entry) -> None:
    kept = _opened(entry, cache.get(f"idempotency:{entry.name}"))
    if kept is None:  # gone meanwhile, or sealed with a key that is gone: it counts as new
        return
    if kept["fingerprint"] != entry.fingerprint:
        raise Conflict
    if kept.get("state") == IN_PROGRESS:
        raise Conflict("The first request with this key is still being worked on.")
    raise Answered(Response(kept["body"], status=kept["status"], headers={"Idempotency-Replayed": "true"}))


def _digest(value: bytes) -> str:
    return hmac.new(pepper("idempotency"), value, hashlib.sha256).hexdigest()


def _sealed(entry: Entry, kept: dict[str, Any]) -> str:
    return seal_text(json.dumps({"fingerprint": entry.fingerprint, **kept}), f"idempotency:{entry.name}")


def _opened(entry: Entry, sealed: str | None) -> dict[str, Any] | None:
    try:
        kept: dict[str, Any] | None = json.loads(open_text(sealed, f"idempotency:{entry.name}")) if sealed else None
    except BadCiphertext:
        return None
    return kept
