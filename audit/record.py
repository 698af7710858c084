"""The one function that writes events, in the transaction of the caller."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from audit.models import Event
from audit.offload import blocking

# Only these members reach the table: a field that nobody thought of cannot carry a secret into it.
ALLOWED = frozenset({
    "acr", "action", "amr", "auth_method", "authorization", "changes", "consent", "count", "error", "event_id", "family", "grant_type",
    "granted", "issuer", "key", "kid", "mapping", "method", "name", "object", "path", "policy", "prompt", "reason",
    "redirect_host", "requested", "response_type", "rule", "scope", "session", "status",
})  # fmt: skip
TEXT_LIMIT = 1000


@dataclass(frozen=True)
class Origin:
    """Where the request in progress comes from."""

    ip: str | None = None
    request_id: str = ""
    actor: str = ""


origin: ContextVar[Origin | None] = ContextVar("audit_origin", default=None)


@blocking
def record(kind: str, *, actor: str = "", subject: str = "", client_id: str = "", **data: Any) -> Event:
    """Append an event. `kind` is a dotted word such as `login.failed`; unknown members of `data` raise `ValueError`."""
    unknown = set(data) - ALLOWED
    if unknown:
        raise ValueError(f"not an event field: {', '.join(sorted(unknown))}")
    here = origin.get() or Origin()
    return Event.objects.create(
        kind=kind,
        actor=_line(actor or here.actor, 150),
        subject=_line(subject, 255),
        client_id=_line(client_id, 255),
        ip=here.ip,
        request_id=here.request_id,
        data=_bounded(data),
    )


def _bounded(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _line(value, TEXT_LIMIT) if isinstance(value, str) else value for name, value in data.items()}


def _line(text: str, limit: int) -> str:
    """One line of what can be shown: names come from strangers (catalogue row 250)."""
    return (
        text[:limit]
        if text.isprintable()
        else "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:limit])
    )
