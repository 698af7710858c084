"""The UserInfo endpoint (OpenID Connect Core 1.0 §5.3)."""

from typing import Any

from django.utils import timezone

from providers import form, issuance, issuer
from providers.endpoints import origins
from providers.endpoints.errors import NO_STORE, json_response
from providers.errors import InsufficientScope, InvalidRequest, InvalidToken
from providers.issuer import ROOT, Route
from providers.messages import EndpointRequest, EndpointResponse
from providers.statements import registry
from providers.statements.access_tokens import FoundAccessToken
from providers.tokens import bearer, id_token, subject
from providers.tokens.plan import told_to
from scopes.selection import covered

methods = ("GET", "POST")
JWT = ("Content-Type", "application/jwt")


def respond(request: EndpointRequest, route: Route) -> EndpointResponse:
    """The claims that the token's scopes release; raises `InvalidToken` or `InsufficientScope`."""
    if "access_token" in form.names_in(request.query):
        raise InvalidRequest("Send the access token in the Authorization header.", rule="bearer_token")
    is_form = request.method == "POST" and request.headers.get("content-type", "").lower().startswith(form.FORM)
    token = bearer.read(request.headers, form.parse(request).values if is_form else {})
    if not token:
        raise InvalidToken("An access token is needed.")
    found = issuance.presented(token, timezone.now())
    if (found.issuer == "") != (route.space == ROOT) and not _same_issuer(found, route):
        raise InvalidToken(detail="the token belongs to another issuer")
    if "openid" not in found.scope or found.authorization.person is None:
        raise InsufficientScope("The token lacks the scope openid.", scope="openid")
    client = found.authorization.client
    claims = _claims(found)
    cors = origins.headers(request, client)
    if client.userinfo_signed_response_alg:
        signed = {**claims, "iss": issuer.of_reference(found.issuer).url, "aud": client.client_id}
        body = id_token.mint_userinfo(signed, client, registry.current()).encode()
        return EndpointResponse(200, body, (JWT, *NO_STORE, *cors))
    return json_response(200, claims, *cors)


def _same_issuer(found: FoundAccessToken, route: Route) -> bool:
    """An application that uses the root issuer may call the applications' shared endpoints too."""
    return route.space != ROOT and bool(found.authorization.client.application_slug)


def _claims(found: FoundAccessToken) -> dict[str, Any]:
    authorization = found.authorization
    client, person = authorization.client, authorization.person
    assert person is not None
    scope = tuple(name for name in found.scope if covered(name, client.scope))
    told = told_to(authorization, registry.current(), scope, "userinfo")
    return {**told.values, "sub": subject.of_person(person, client)}
