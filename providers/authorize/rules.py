"""What an authorization request must satisfy: one function a rule, run in the order of `RULES`.

Until the redirect URI is verified an error can only become a page; from then on the request carries `redirect_uri`, and an
error may go back to the client.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from providers import issuer, pkce
from providers.authorize import hints
from providers.authorize.redirect_uri import is_registered
from providers.authorize.request import claims_parameter
from providers.conf import STATE_LIMIT
from providers.errors import (
    BadRedirectURI,
    InvalidRequest,
    InvalidScope,
    OAuthError,
    RegistrationNotSupported,
    RequestNotSupported,
    RequestUriNotSupported,
    UnauthorizedClient,
    UnknownClient,
    UnsupportedResponseType,
)
from providers.issuer import Route
from providers.messages import AuthorizeRequest, ClientRecord
from providers.response_modes import MODES
from providers.security_profiles import demands_pkce
from providers.statements import clients
from providers.statements.registry import Snapshot
from providers.tokens import audience
from scopes.errors import BadScope
from scopes.selection import BUILTIN_SCOPES, GITHUB_SCOPES, OFFLINE_ACCESS, parse, select

log = logging.getLogger(__name__)
RESPONSE_TYPES = frozenset({"code"})
PROMPTS = frozenset({"none", "login", "consent", "select_account"})


@dataclass(frozen=True)
class Context:
    """What the rules look at beside the request. `find` is how a client is looked up: as it is now, or as it is kept."""

    route: Route
    snapshot: Snapshot
    find: Callable[[str, str], ClientRecord | None] = clients.fresh


class Refused(Exception):
    """A rule said no. `request` is as far as the rules came: with a `redirect_uri` the error may go back to the client."""

    def __init__(self, error: OAuthError, request: AuthorizeRequest) -> None:
        self.error = error
        self.request = request
        super().__init__(str(error))


def check(request: AuthorizeRequest, context: Context) -> AuthorizeRequest:
    """Run all rules; raises `Refused`."""
    for rule in RULES:
        try:
            request = rule(request, context)
        except OAuthError as error:
            raise Refused(error, request) from error
    return request


def client_of(request: AuthorizeRequest) -> ClientRecord:
    """The client that the first rule found."""
    assert request.client is not None
    return request.client


def client(request: AuthorizeRequest, context: Context) -> AuthorizeRequest:
    """RFC 6749 §4.1.2.1: an unknown client gets a page."""
    found = context.find("", request.parameters.get("client_id", ""))
    if found is None or found.disabled or not issuer.serves(context.route, found):
        raise UnknownClient("client_id is missing or unknown here.", rule="client_id")
    return replace(request, client=found)


def redirect_uri(request: AuthorizeRequest, context: Context) -> AuthorizeRequest:
    """RFC 9700 §2.1: exact comparison; always required, because OpenID Connect requires it."""
    wanted = request.parameters.get("redirect_uri", "")
    if not wanted:
        raise BadRedirectURI("redirect_uri is missing.", rule="redirect_uri")
    if not is_registered(wanted, client_of(request).redirect_uris):
        raise BadRedirectURI("redirect_uri is not registered for this client.", rule="redirect_uri")
    # Errors about the response type travel where that type's answers would (OAuth 2.0 Multiple Response Types §5).
    wants_tokens = bool({"token", "id_token"} & set(request.parameters.get("response_type", "").split()))
    return replace(request, redirect_uri=wanted, response_mode="fragment" if wants_tokens else "query")


def response_mode(request: AuthorizeRequest, context: Context) -> AuthorizeRequest:
    """OAuth 2.0 Multiple Response Types §2.1."""
    wanted = request.parameters.get("response_mode", "")
    if wanted and wanted not in MODES:
        raise InvalidRequest("We do not know this response_mode.", rule="response_mode")
    if wanted == "query" and request.response_mode == "fragment":
        raise InvalidRequest("Tokens never travel in a query.", rule="response_mode")
    return replace(request, response_mode=wanted or request.response_mode)


def state(request: AuthorizeRequest, context: Context) -> AuthorizeRequest:
    """A bound on what we give back."""
    if len(request.state or "") > STATE_LIMIT:
        raise Refused(InvalidRequest("state is too long.", rule="state"), replace(request, state=None))
    if len(request.nonce) > STATE_LIMIT:
        raise InvalidRequest("nonce is too long.", rule="nonce")
    return request


def response_type(request: AuthorizeRequest, context: Context) -> AuthorizeRequest:
    """RFC 6749 §3.1.1."""
    wanted = " ".join(sorted(request.parameters.get("response_type", "").split()))
    if not wanted:
        raise InvalidRequest("response_type is missing.", rule="response_type")
    if wanted not in RESPONSE_TYPES or wanted not in client_of(request).response_types:
        raise UnsupportedResponseType("This response_type is not available to the client.", rule="response_type")
    if "authorization_code" not in client_of(request).grant_types:
        raise UnauthorizedClient("The client may not use the authorization code grant.", rule="grant_type")
    return replace(request, response_type=wanted)


def unsupported_parameters(request: AuthorizeRequest, context: Context) -> AuthorizeRequest:
    """OpenID Connect Core 1.0 §3.1.2.6: say so rather than ignore what would change the request."""
    if "request" in request.parameters:
        raise RequestNotSupported("request is not supported.", rule="request")
    if "request_uri" in request.parameters:
        raise RequestUriNotSupported("request_uri is not supported.", rule="request_uri")
    if "registration" in request.parameters:
        raise RegistrationNotSupported("registration is not supported.", rule="registration")
    return request


def prompt(request: AuthorizeRequest, context: Context) -> AuthorizeRequest:
    """OpenID Connect Core 1.0 §3.1.2.1: `none` stands alone; values nobody knows are ignored."""
    if "none" in request.prompt and len(request.prompt) > 1:
        raise InvalidRequest("prompt=none cannot be combined.", rule="prompt")
    return replace(request, prompt=request.prompt & PROMPTS)


def max_age(request: AuthorizeRequest, context: Context) -> AuthorizeRequest:
    """OpenID Connect Core 1.0 §3.1.2.1."""
    text = request.parameters.get("max_age")
    if text is None:
        return replace(request, max_age=client_of(request).default_max_age)
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InvalidRequest("max_age is not a number of seconds.", rule="max_age")
    return replace(request, max_age=int(text))


def scope(request: AuthorizeRequest, context: Context) -> AuthorizeRequest:
    """Drop what the client may not have, for `log_dropped` to tell; raises `InvalidScope` when nothing is left (rulings 17)."""
    asking = client_of(request)
    known = {mapping.scope_name for mapping in context.snapshot.mappings} | BUILTIN_SCOPES | GITHUB_SCOPES | {OFFLINE_ACCESS}
    # GitHub's scopes belong to that dialect: they are not offered here (contracts A5, case 85).
    configured = tuple(name for name in asking.scope if name not in GITHUB_SCOPES)
    try:
        requested = parse(request.parameters.get("scope", ""))
        if request.parameters.get("access_type") == "offline" and OFFLINE_ACCESS in configured:
            requested = (*(requested or select((), configured, known).granted), OFFLINE_ACCESS)
        selection = select(tuple(dict.fromkeys(requested)), configured, known)
    except BadScope as error:
        raise InvalidScope(str(error), rule="scope") from error
    granted = selection.granted
    if OFFLINE_ACCESS in granted and "refresh_token" not in asking.grant_types:
        granted = tuple(name for name in granted if name != OFFLINE_ACCESS)
    return replace(request, requested_scope=requested, scope=granted, dropped=selection.dropped)


def log_dropped(request: AuthorizeRequest) -> None:
    """Tell the operator which scopes a client asked for and did not get: the names given and the names allowed."""
    if request.dropped:
        asking = client_of(request)
        extra = {"client_id": asking.client_id, "requested": " ".join(request.requested_scope), "allowed": " ".join(asking.scope)}
        log.info("scopes dropped: %s", " ".join(request.dropped), extra=extra)


def code_challenge(request: AuthorizeRequest, context: Context) -> AuthorizeRequest:
    """RFC 7636 §4.3; who must bring one is decided by the security profile."""
    challenge, method = request.parameters.get("code_challenge", ""), request.parameters.get("code_challenge_method", "")
    asking = client_of(request)
    if not challenge:
        if method:
            raise InvalidRequest("code_challenge_method came without code_challenge.", rule="pkce")
        if demands_pkce(asking.security_profile, is_public=asking.is_public, require_pkce=asking.require_pkce):
            raise InvalidRequest("code_challenge is required (PKCE).", rule="pkce")
        return request
    method = method or "plain"
    if method not in ("S256", "plain") or method not in asking.code_challenge_methods:
        raise InvalidRequest("This code_challenge_method is not accepted; use S256.", rule="pkce")
    if not pkce.is_challenge(challenge, method):
        raise InvalidRequest("code_challenge does not have the form of its method.", rule="pkce")
    return replace(request, code_challenge=challenge, code_challenge_method=method)


def resource(request: AuthorizeRequest, context: Context) -> AuthorizeRequest:
    """RFC 8707 §2.1."""
    wanted = audience.requested(request.parameters, request.resource)
    return replace(request, resource=audience.narrow(wanted, (), client_of(request)))


def claims(request: AuthorizeRequest, context: Context) -> AuthorizeRequest:
    """OpenID Connect Core 1.0 §5.5: names only count; a `sub` value says who has to be signed in."""
    parsed = claims_parameter(request.parameters.get("claims", ""))
    return replace(request, claims=parsed, hinted_sub=hints.sub_of_claims(parsed))


def id_token_hint(request: AuthorizeRequest, context: Context) -> AuthorizeRequest:
    """OpenID Connect Core 1.0 §3.1.2.1: an ID token of ours for this client, expired or not."""
    hint = request.parameters.get("id_token_hint", "")
    if not hint:
        return request
    found = hints.read(hint, client_of(request), context.snapshot)
    if found is None:
        raise InvalidRequest("id_token_hint is not an ID token of ours.", rule="id_token_hint")
    return replace(request, hinted_sub=str(found["sub"]))


Rule = Callable[[AuthorizeRequest, Context], AuthorizeRequest]
RULES: tuple[Rule, ...] = (
    client,
    redirect_uri,
    response_mode,
    state,
    response_type,
    unsupported_parameters,
    prompt,
    max_age,
    scope,
    code_challenge,
    resource,
    claims,
    id_token_hint,
)
