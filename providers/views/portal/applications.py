"""My applications: those a person has used, and those they may start from here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from providers import issuer
from providers.issuance import ALLOW_ALL
from providers.models import Application, Authorization, Client, Consent
from providers.statements import people, registry
from providers.views.portal.person import signed_in
from scopes.models import Assignment


@dataclass(frozen=True)
class Tile:
    """One application as the page shows it. `url` starts it and may be empty."""

    name: str
    logo_uri: str
    url: str
    last_used_at: datetime | None


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """The front page, the most recently used first."""
    tiles = sorted(_tiles(signed_in(request)), key=lambda tile: tile.name.casefold())
    tiles.sort(key=lambda tile: tile.last_used_at.timestamp() if tile.last_used_at else 0.0, reverse=True)
    return render(request, "portal/applications.html", {"tiles": tiles})


def _tiles(user: User) -> Iterator[Tile]:
    for client in _clients(user):
        used = [instant for instant in (client.consent_used_at, client.authorized_at) if instant is not None]
        yield Tile(client.client_name or client.client_id, client.logo_uri, _start(client), max(used, default=None))


def _clients(user: User) -> QuerySet[Any]:
    consents = Consent.objects.filter(user=user, client=OuterRef("pk"), epoch__gte=OuterRef("consent_epoch"))
    consents = consents.filter(Q(expires_at=None) | Q(expires_at__gt=Now()))
    authorizations = Authorization.objects.filter(user=user, client=OuterRef("pk"))
    can_be_started = ~Q(client_uri="") | ~Q(initiate_login_uri="")
    return (
        Client.objects.filter(_may_use(user), disabled=False)
        .filter(Exists(consents) | Exists(authorizations.filter(revoked_at=None)) | can_be_started)
        .annotate(
            consent_used_at=Subquery(consents.values("last_used_at")[:1]),
            authorized_at=Subquery(authorizations.order_by("-created_at").values("created_at")[:1]),
        )
        .select_related("application")
    )


def _may_use(user: User) -> Q:
    """Assignments as `scopes.access.may_use` reads them, for all clients in one query; the token endpoints still ask it."""
    found = people.find(user.pk, registry.current())
    groups = [group.id for group in found[0].groups] if found else []
    lets_in = Assignment.objects.filter(Q(name=ALLOW_ALL) | Q(users=user) | Q(groups__in=groups), clients=OuterRef("pk"))
    return ~Exists(Assignment.objects.filter(clients=OuterRef("pk"))) | Exists(lets_in)


def _start(client: Client) -> str:
    """Where the tile leads: the client's own page, else its login starter (OpenID Connect Core 1.0 §4)."""
    if client.client_uri or not client.initiate_login_uri:
        return client.client_uri
    application = client.application
    own = application is not None and application.issuer_mode == Application.IssuerMode.APPLICATION
    served_by = issuer.of_application(application.slug) if application is not None and own else issuer.root()
    separator = "&" if "?" in client.initiate_login_uri else "?"
    return f"{client.initiate_login_uri}{separator}{urlencode({'iss': served_by.url})}"
