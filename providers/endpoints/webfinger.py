"""Which issuer a person belongs to (RFC 7033, OpenID Connect Discovery 1.0 §2)."""

import json

from providers import form, issuer
from providers.endpoints.errors import json_response
from providers.endpoints.origins import ANYBODY
from providers.issuer import Route
from providers.messages import EndpointRequest, EndpointResponse

methods = ("GET", "HEAD")
ISSUER = "http://openid.net/specs/connect/1.0/issuer"
RESOURCE_LIMIT = 2048


def respond(request: EndpointRequest, route: Route) -> EndpointResponse:
    """The root issuer, for whoever is asked about: the answer says nothing about who exists here."""
    # `rel` may come several times (RFC 7033 §4.3), and narrows nothing: there is one link.
    asked = form.read("&".join(pair for pair in request.query.split("&") if pair.partition("=")[0] == "resource")).resource
    if len(asked) != 1 or len(asked[0]) > RESOURCE_LIMIT:
        return json_response(400, {"error": "invalid_request", "error_description": "Send one resource, of a sensible length."})
    body = json.dumps({"subject": asked[0], "links": [{"rel": ISSUER, "href": issuer.root().url}]}, ensure_ascii=False).encode()
    return EndpointResponse(200, body, (("Content-Type", "application/jrd+json"), ("Cache-Control", "no-store"), *ANYBODY))
