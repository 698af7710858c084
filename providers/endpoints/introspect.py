"""Token introspection (RFC 7662)."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from providers import form, issuance, issuer
from providers.client_auth import authenticate, reauthenticate
from providers.endpoints.door import door_of
from providers.endpoints.errors import json_response
from providers.errors import AccessDenied, InvalidClient, InvalidRequest
from providers.issuer import Route
from providers.messages import Authorization, ClientRecord, EndpointRequest, EndpointResponse
from providers.statements import Stale, access_tokens, clients, refresh_tokens, registry
from providers.statements.access_tokens import FoundAccessToken
from providers.statements.refresh_tokens import FoundRefreshToken
from providers.statements.registry import Snapshot
from providers.tokens import refresh_token, subject
from providers.tokens.plan import told_to
from scopes.selection import covered

methods = ("POST",)
INACTIVE = {"active": False}
TOKEN_LIMIT = 8192


def respond(request: EndpointRequest, route: Route) -> EndpointResponse:
    """Say what a token is worth to the client that asks; a token it has no business with is just inactive."""
    parameters = form.parse(request).values
    door = door_of(route, "introspection_endpoint")
    client = authenticate(request.headers, parameters, request.ip, door)
    if client.is_public:
        raise InvalidClient("A public client may not introspect.")
    token = parameters.get("token", "")
    if not token:
        raise InvalidRequest("token is missing.", rule="token")
    try:
        members = describe(token, client)
    except Stale:
        members = describe(token, reauthenticate(request.headers, parameters, request.ip, door))
    return json_response(200, members)


def describe(token: str, caller: ClientRecord) -> dict[str, Any]:
    """The members of the answer (RFC 7662 §2.2)."""
    now = timezone.now()
    if len(token) > TOKEN_LIMIT:
        return INACTIVE
    # The prefix tells where to look, so that one statement is enough; a hint could lie.
    if token.startswith(refresh_token.PREFIX):
        refresh = refresh_tokens.find(token)
        _require_current(caller)
        return _refresh(refresh, caller, now) if refresh is not None else INACTIVE
    found = access_tokens.find(token, caller=caller)
    if found is None:
        _require_current(caller)
        return INACTIVE
    return _access(found, caller, now)


def _require_current(caller: ClientRecord) -> None:
    # An access token that is found brings the caller's version with it; here somebody has to ask.
    if clients.is_stale(caller):
        raise Stale


def _access(found: FoundAccessToken, caller: ClientRecord, now: datetime) -> dict[str, Any]:
    authorization, snapshot = found.authorization, registry.current()
    own = authorization.client.pk == caller.pk or caller.client_id in found.resource
    if not own or found.revoked_at is not None or found.expires_at <= now or not _may_issue(authorization, snapshot):
        return INACTIVE
    audience = found.resource or (issuer.of_reference(found.issuer).url,)
    return _about(authorization, snapshot, found.scope) | {
        "token_type": "Bearer",
        "exp": int(found.expires_at.timestamp()),
        "iat": int(found.created_at.timestamp()),
        "jti": found.jti,
        "iss": issuer.of_reference(found.issuer).url,
        "aud": audience[0] if len(audience) == 1 else list(audience),
    }


def _refresh(found: FoundRefreshToken, caller: ClientRecord, now: datetime) -> dict[str, Any]:
    authorization, snapshot = found.authorization, registry.current()
    alive = found.revoked_at is None and found.used_at is None and found.expires_at > now and authorization.revoked_at is None
    if authorization.client.pk != caller.pk or not alive or not _may_issue(authorization, snapshot):
        return INACTIVE
    return _about(authorization, snapshot, authorization.scope) | {
        "token_type": "refresh_token",
        "exp": int(found.expires_at.timestamp()),
        "iat": int(found.created_at.timestamp()),
        "iss": issuer.of_reference(authorization.issuer).url,
    }


def _may_issue(authorization: Authorization, snapshot: Snapshot) -> bool:
    try:
        issuance.may_issue(authorization, snapshot)
    except AccessDenied:
        return False
    return True


def _about(authorization: Authorization, snapshot: Snapshot, scope: tuple[str, ...]) -> dict[str, Any]:
    """The same claims as everywhere else, from the same place; the server's own members are written last."""
    client, person = authorization.client, authorization.person
    scope = tuple(name for name in scope if covered(name, client.scope))  # what was taken from the client is worth nothing any more
    members: dict[str, Any] = dict(told_to(authorization, snapshot, scope, "userinfo").values) if person else {}
    members |= {
        "active": True,
        "scope": " ".join(scope),
        "client_id": client.client_id,
        "sub": subject.of_person(person, client) if person else subject.of_client(client),
    }
    if person is not None:
        members["username"] = person.username
        if authorization.auth_time is not None:
            members["auth_time"] = int(authorization.auth_time.timestamp())
        if authorization.acr:
            members["acr"] = authorization.acr
        if authorization.amr:
            members["amr"] = list(authorization.amr)
    return members
