"""Token revocation (RFC 7009)."""

from django.utils import timezone

from audit.record import record
from providers import form
from providers.client_auth import authenticate, reauthenticate
from providers.endpoints import origins
from providers.endpoints.door import door_of
from providers.endpoints.errors import JSON, NO_STORE
from providers.errors import InvalidRequest
from providers.issuer import ROOT, Route
from providers.messages import ClientRecord, EndpointRequest, EndpointResponse
from providers.statements import access_tokens, authorizations, clients, refresh_tokens
from providers.tokens import refresh_token

methods = ("POST",)
TOKEN_LIMIT = 8192


def respond(request: EndpointRequest, route: Route) -> EndpointResponse:
    """End a token of the client that asks. Any other token is left alone, with the same answer (RFC 7009 §2.2)."""
    parameters = form.parse(request).values
    presented = (request.headers, parameters, request.ip, door_of(route, "revocation_endpoint"))
    client = authenticate(*presented)
    token = parameters.get("token", "")
    if not token:
        raise InvalidRequest("token is missing.", rule="token")
    if clients.is_stale(client):
        client = reauthenticate(*presented)
    if len(token) <= TOKEN_LIMIT:
        _revoke(token, client)
    body = b"" if route.space == ROOT else b"{}"
    return EndpointResponse(200, body, (JSON, *NO_STORE, *origins.headers(request, client)))


def _revoke(token: str, client: ClientRecord) -> None:
    """A refresh token takes its whole authorization with it; an access token goes alone."""
    now = timezone.now()
    if token.startswith(refresh_token.PREFIX):
        refresh = refresh_tokens.find(token)
        if refresh is not None and refresh.authorization.client.pk == client.pk and authorizations.revoke(refresh.authorization.pk, now):
            record("token.revoked", client_id=client.client_id, authorization=refresh.authorization.pk, reason="by the client")
        return
    found = access_tokens.find(token)
    if found is not None and found.authorization.client.pk == client.pk:
        access_tokens.revoke(found.pk, now)
