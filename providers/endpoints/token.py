"""The token endpoint (RFC 6749 §3.2)."""

from typing import Any

from providers import form
from providers.endpoints import origins
from providers.endpoints.door import door_of
from providers.endpoints.errors import json_response
from providers.grants import pipeline
from providers.issuer import Route
from providers.messages import EndpointRequest, EndpointResponse, TokenRequest, TokenSet

methods = ("POST",)


def respond(request: EndpointRequest, route: Route) -> EndpointResponse:
    """Exchange a grant for tokens; raises an `OAuthError`."""
    parameters = form.parse(request)
    token_request = TokenRequest(parameters.values, parameters.resource, request.ip)
    tokens, client = pipeline.run(token_request, request.headers, door_of(route, "token_endpoint"))
    return json_response(200, members(tokens), *origins.headers(request, client))


def members(tokens: TokenSet) -> dict[str, Any]:
    """RFC 6749 §5.1, with the ID token of OpenID Connect Core 1.0 §3.1.3.3."""
    body: dict[str, Any] = {
        "access_token": tokens.access_token,
        "token_type": tokens.token_type,
        "expires_in": tokens.expires_in,
        "scope": " ".join(tokens.scope),
    }
    if tokens.refresh_token:
        body["refresh_token"] = tokens.refresh_token
    if tokens.id_token:
        body["id_token"] = tokens.id_token
    return body
