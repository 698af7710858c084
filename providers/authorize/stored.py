"""Authorization requests that wait for a person, bound to one browser."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from providers.authorize.interaction import Progress
from providers.authorize.request import of_parameters
from providers.conf import AUTHORIZATION_REQUEST_LIFETIME, PENDING_REQUESTS_PER_BROWSER
from providers.issuer import Route
from providers.messages import AuthorizeRequest
from providers.models import AuthorizationRequest


@dataclass(frozen=True)
class Pending:
    """A stored request, parsed again, and what has been done for it."""

    id: str
    route: Route
    request: AuthorizeRequest
    progress: Progress
    answered: bool


def new_browser() -> str:
    """A value for the long-lived cookie that binds requests to a browser."""
    return secrets.token_urlsafe(32)


def create(request: AuthorizeRequest, route: Route, issuer: str, browser: str) -> str:
    """Store a request that passed the rules; returns its id. The oldest of a browser's go when there are too many."""
    assert request.client is not None
    browser_hash = _hash(browser)
    mine = AuthorizationRequest.objects.filter(browser_hash=browser_hash)
    surplus = list(mine.order_by("-created_at").values_list("pk", flat=True)[PENDING_REQUESTS_PER_BROWSER - 1 :])
    if surplus:
        AuthorizationRequest.objects.filter(pk__in=surplus).delete()
    row = AuthorizationRequest.objects.create(
        id=secrets.token_urlsafe(24),
        browser_hash=browser_hash,
        client_id=request.client.pk,
        issuer=issuer,
        parameters={"space": route.space, "parameters": dict(request.parameters), "resource": list(request.resource)},
        expires_at=timezone.now() + timedelta(seconds=AUTHORIZATION_REQUEST_LIFETIME),
    )
    return row.pk


def load(request_id: str, browser: str) -> Pending | None:
    """A request of this browser that is neither expired nor another browser's."""
    row = _mine(request_id, browser).first() if request_id.isprintable() else None
    if row is None:
        return None
    stored: Mapping[str, Any] = row.parameters
    return Pending(
        id=row.pk,
        route=Route(stored["space"], "authorize"),
        request=of_parameters(stored["parameters"], tuple(stored["resource"])),
        progress=Progress(
            login_asked_at=row.login_asked_at,
            account_chosen=row.account_chosen_at is not None,
            consented_scope=tuple(row.consented_scope.split()) if row.consented_at is not None else None,
            consented_sub=row.consented_user,
        ),
        answered=row.answered_at is not None,
    )


def login_asked(request_id: str, browser: str) -> None:
    """Remember that the login page was shown for this request; whoever signs in there has chosen their account."""
    now = timezone.now()
    _mine(request_id, browser).filter(login_asked_at=None).update(login_asked_at=now)
    _mine(request_id, browser).update(account_chosen_at=now)


def account_chosen(request_id: str, browser: str) -> None:
    """Remember that the person chose to go on with the account in use."""
    _mine(request_id, browser).update(account_chosen_at=timezone.now())


def consented(request_id: str, browser: str, sub: str, scope: tuple[str, ...]) -> None:
    """Remember the decision for this request."""
    _mine(request_id, browser).update(consented_at=timezone.now(), consented_user=sub, consented_scope=" ".join(scope))


def answered(request_id: str, browser: str) -> bool:
    """Use the request up; whether this call did it."""
    return _mine(request_id, browser).filter(answered_at=None).update(answered_at=timezone.now()) == 1


def _mine(request_id: str, browser: str) -> QuerySet[AuthorizationRequest]:
    return AuthorizationRequest.objects.filter(pk=request_id[:43], browser_hash=_hash(browser), expires_at__gt=timezone.now())


def _hash(browser: str) -> bytes:
    return hashlib.sha256(browser.encode("utf-8", "replace")).digest()
