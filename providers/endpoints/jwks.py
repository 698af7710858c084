"""The key set of an issuer (RFC 7517 §5)."""

from providers import discovery, issuer
from providers.endpoints.document import document
from providers.endpoints.errors import json_response
from providers.issuer import Route
from providers.messages import EndpointRequest, EndpointResponse
from providers.statements import registry

methods = ("GET", "HEAD")


def respond(request: EndpointRequest, route: Route) -> EndpointResponse:
    """Public keys, ready bytes with an ETag."""
    snapshot = registry.current()
    if issuer.of_route(route, snapshot) is None:
        # The application may be newer than what this process remembers: ask before saying no.
        snapshot = registry.refresh()
    if issuer.of_route(route, snapshot) is None:
        return json_response(404, {"error": "not_found"})
    return document(request, ("jwks", route), lambda: discovery.jwks(route, snapshot), snapshot.version)
