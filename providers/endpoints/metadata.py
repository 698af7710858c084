"""Discovery documents (OpenID Connect Discovery 1.0 §4, RFC 8414 §3)."""

from providers import discovery, issuer
from providers.endpoints.document import document
from providers.endpoints.errors import json_response
from providers.issuer import Route
from providers.messages import EndpointRequest, EndpointResponse
from providers.statements import registry

methods = ("GET", "HEAD")


def respond(request: EndpointRequest, route: Route) -> EndpointResponse:
    """The metadata of the issuer that the path names, ready bytes with an ETag."""
    snapshot = registry.current()
    named = issuer.of_route(route, snapshot)
    if named is None:
        # The application may be newer than what this process remembers: ask before saying no.
        snapshot = registry.refresh()
        named = issuer.of_route(route, snapshot)
    if named is None:
        return json_response(404, {"error": "not_found"})
    return document(request, (route.tail, route), lambda: discovery.metadata(named, route, snapshot), snapshot.version)


def redirect(request: EndpointRequest, route: Route) -> EndpointResponse:
    """`/application/o/<slug>/` leads to the application's discovery document."""
    if route.slug not in registry.current().applications and route.slug not in registry.refresh().applications:
        return json_response(404, {"error": "not_found"})
    location = f"{issuer.of_application(route.slug).url}.well-known/openid-configuration"
    return EndpointResponse(302, b"", (("Location", location), ("Cache-Control", "no-store")))
