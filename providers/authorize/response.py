"""Answers to an authorization request: a code, or an error, each with `iss` and the state (RFC 6749 §4.1.2, RFC 9207)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.authentication import Authentication
from audit.record import record
from providers import issuer
from providers.errors import OAuthError, TemporarilyUnavailable
from providers.messages import Authorization, AuthorizeRequest, SessionRecord
from providers.response_modes import MODES
from providers.response_modes.rendered import Rendered
from providers.statements import Stale, codes, registry
from providers.statements.codes import NewCode
from scopes.context import PersonView
from scopes.selection import OFFLINE_ACCESS

CODE_PREFIX = "ac_"


@dataclass(frozen=True)
class Approved:
    """A request that may be answered with a code, and everything the authorization keeps."""

    request: AuthorizeRequest
    scope: tuple[str, ...]
    authentication: Authentication
    person: PersonView
    session: SessionRecord
    consent_required: bool


def success(approved: Approved, now: datetime) -> Rendered:
    """Write the authorization with its code; raises `OAuthError` when the client or the person went away meanwhile."""
    request, authentication = approved.request, approved.authentication
    client = request.client
    assert client is not None
    authorization = Authorization(
        pk=0,
        client=client,
        issuer=issuer.of_client(client).reference,
        grant_type="authorization_code",
        scope=approved.scope,
        requested_scope=request.requested_scope,
        person=approved.person,
        session=approved.session,
        resource=request.resource,
        claims=request.claims,
        nonce=request.nonce,
        auth_time=authentication.auth_time,
        acr=authentication.acr,
        amr=authentication.amr,
        ip=authentication.ip,
        offline=OFFLINE_ACCESS in approved.scope,
        consent_required=approved.consent_required,
        created_at=now,
    )
    code = NewCode(
        code=CODE_PREFIX + secrets.token_urlsafe(32),
        expires_at=now + timedelta(seconds=client.authorization_code_lifetime),
        redirect_uri=request.redirect_uri,
        redirect_uri_sent=True,
        code_challenge=request.code_challenge,
        code_challenge_method=request.code_challenge_method,
    )
    try:
        codes.issue(authorization, registry.current().version, code)
    except Stale:
        try:
            codes.issue(authorization, registry.refresh().version, code)
        except Stale as error:
            raise TemporarilyUnavailable("The client or the account changed. Try again.", rule="changed") from error
    return _render(request, {"code": code.code})


def failure(error: OAuthError, request: AuthorizeRequest) -> Rendered:
    """An error that goes back to the client; only for requests whose redirect URI was verified."""
    assert request.client is not None and request.redirect_uri
    record("denied", client_id=request.client.client_id, error=error.error, rule=error.rule, reason=error.detail)
    members = {"error": error.error} | ({"error_description": error.description} if error.description else {})
    return _render(request, members)


def _render(request: AuthorizeRequest, members: dict[str, str]) -> Rendered:
    assert request.client is not None
    if request.state is not None:
        members["state"] = request.state
    members["iss"] = issuer.of_client(request.client).url
    rendered: Rendered = MODES[request.response_mode].render(request.redirect_uri, members)
    return rendered
