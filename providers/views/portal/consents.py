"""My consents: which application learns what, since when, and how to take it back."""

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from providers.models import Consent
from providers.services import consents
from providers.statements import registry
from providers.views.portal.person import signed_in
from scopes.context import MappingView
from scopes.selection import base


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """All consents, the latest first."""
    mappings = registry.current().mappings
    found = Consent.objects.filter(user=signed_in(request)).select_related("client").order_by("-updated_at")
    rows = [{"consent": consent, "scopes": [describe(name, mappings) for name in consent.scope.split()]} for consent in found]
    return render(request, "portal/consents.html", {"rows": rows})


@require_POST
@login_required
def revoke_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one of the person's own consents back; somebody else's does not exist for them."""
    user = signed_in(request)
    consent = get_object_or_404(Consent.objects.select_related("client"), pk=pk, user=user)
    name = str(consent.client)
    consents.revoke(consent, actor=user.username)
    messages.success(request, gettext("%(application)s may not learn anything any more.") % {"application": name})
    return redirect("portal:consents")


def describe(scope: str, mappings: Iterable[MappingView]) -> str:
    """What a scope means to a person: the descriptions of its mappings, else its bare name."""
    texts = [mapping.description for mapping in mappings if mapping.scope_name == base(scope) and mapping.description]
    return " ".join(dict.fromkeys(texts)) or scope
