"""What the consent page shows, and what of it counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from providers.authorize.interaction import RememberedConsent
from providers.authorize.rules import client_of
from providers.errors import AccessDenied
from providers.messages import AuthorizeRequest, ClientRecord
from providers.models import Consent
from providers.statements.registry import Snapshot
from scopes import claims
from scopes.context import ClaimsContext, MappingView, PersonView
from scopes.selection import OFFLINE_ACCESS, base

# Without it there is no login; it is told by the page itself, not by a switch.
ALWAYS = frozenset({"openid"})


@dataclass(frozen=True)
class Asked:
    """A question for consent: who is asked by which request, what is new, what was agreed to before."""

    request: AuthorizeRequest
    person: PersonView
    new: tuple[str, ...]
    remembered: RememberedConsent | None


def shown(client: ClientRecord) -> dict[str, str]:
    """What pages say about a client. Its logo is not shown before it is served from our own origin (rulings 26)."""
    return {
        "client_name": client.client_name,
        "client_uri": client.client_uri,
        "policy_uri": client.policy_uri,
        "tos_uri": client.tos_uri,
        "logo_uri": "",
    }


def context(asked: Asked, snapshot: Snapshot, switch_url: str) -> dict[str, Any]:
    """The page's context: one item a scope, with the person's own values."""
    client = client_of(asked.request)
    descriptions, mandatory = _texts(snapshot.mappings)
    declined = asked.remembered.declined if asked.remembered else ()
    items = [
        {
            "scope": scope,
            "description": descriptions.get(base(scope), "") or scope,
            "value": _value(asked.person, scope, snapshot),
            "mandatory": base(scope) in mandatory,
            "is_new": scope in asked.new and asked.remembered is not None,
            "checked": scope not in declined,
        }
        for scope in asked.request.scope
        if scope not in ALWAYS
    ]
    return {
        "client": shown(client),
        "redirect_host": urlsplit(asked.request.redirect_uri).netloc or asked.request.redirect_uri,
        "verified": not client.registered,
        "items": items,
        "remembered_at": _last_allowed(asked.person, client),
        "switch_url": switch_url,
    }


def granted(ticked: Iterable[str], request: AuthorizeRequest, snapshot: Snapshot) -> tuple[str, ...]:
    """The scopes that the person allows: the mandatory ones and what is ticked, never more than the request has."""
    chosen = set(ticked)
    _, mandatory = _texts(snapshot.mappings)
    return tuple(scope for scope in request.scope if scope in chosen or scope in ALWAYS or base(scope) in mandatory)


def denied() -> AccessDenied:
    """The person pressed “Deny”."""
    return AccessDenied("The person said no.", rule="consent")


def _texts(mappings: Iterable[MappingView]) -> tuple[dict[str, str], set[str]]:
    descriptions: dict[str, str] = {}
    mandatory = set()
    for mapping in mappings:
        if mapping.description:
            descriptions.setdefault(mapping.scope_name, mapping.description)
        if mapping.mandatory:
            mandatory.add(mapping.scope_name)
    return descriptions, mandatory


def _value(person: PersonView, scope: str, snapshot: Snapshot) -> str:
    """The person's own values for a scope in a few words."""
    if scope == OFFLINE_ACCESS:
        return ""
    said = claims.evaluate(ClaimsContext(person=person, scopes=(scope,)), snapshot.mappings).values
    texts = [text for name, value in said.items() if name != "updated_at" and (text := _text(value))]
    return ", ".join(dict.fromkeys(texts))[:160]


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, dict):
        return str(value.get("formatted", "")).replace("\n", ", ")
    if isinstance(value, list):
        return ", ".join(str(item) for item in value if isinstance(item, str))
    return str(value)


def _last_allowed(person: PersonView, client: ClientRecord) -> datetime | None:
    found: datetime | None = Consent.objects.filter(user_id=person.id, client_id=client.pk).values_list("updated_at", flat=True).first()
    return found
