"""The machine endpoints by tail of path: plain functions from request to response."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from providers.endpoints import introspect, jwks, metadata, revoke, token, userinfo, webfinger
from providers.issuer import Route
from providers.messages import EndpointRequest, EndpointResponse

Respond = Callable[[EndpointRequest, Route], EndpointResponse]


@dataclass(frozen=True)
class Endpoint:
    """One endpoint: its methods, its function and the spec it follows."""

    methods: tuple[str, ...]
    respond: Respond
    spec: str


ENDPOINTS: Mapping[str, Endpoint] = {
    "token": Endpoint(token.methods, token.respond, "RFC 6749 §3.2"),
    "userinfo": Endpoint(userinfo.methods, userinfo.respond, "OpenID Connect Core 1.0 §5.3"),
    "introspect": Endpoint(introspect.methods, introspect.respond, "RFC 7662"),
    "revoke": Endpoint(revoke.methods, revoke.respond, "RFC 7009"),
    "jwks": Endpoint(jwks.methods, jwks.respond, "RFC 7517 §5"),
    "openid-configuration": Endpoint(metadata.methods, metadata.respond, "OpenID Connect Discovery 1.0 §4"),
    "oauth-authorization-server": Endpoint(metadata.methods, metadata.respond, "RFC 8414 §3"),
    "webfinger": Endpoint(webfinger.methods, webfinger.respond, "RFC 7033"),
    "issuer": Endpoint(metadata.methods, metadata.redirect, "authentik's address of an issuer"),
}
