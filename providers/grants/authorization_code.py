"""`authorization_code` (RFC 6749 §4.1.3)."""

import hmac
from datetime import datetime

from audit.record import record
from providers import issuance, pkce
from providers.errors import AccessDenied, InvalidGrant, InvalidRequest, Replayed
from providers.grants.grant import Granted
from providers.messages import ClientRecord, TokenRequest
from providers.statements import authorizations, codes
from providers.statements.access_tokens import NewAccessToken
from providers.statements.codes import FoundCode
from providers.statements.refresh_tokens import NewRefreshToken, World
from providers.statements.registry import Snapshot
from providers.tokens import audience
from providers.tokens.issuer import Consumption
from scopes.selection import OFFLINE_ACCESS, covered

grant_type = "authorization_code"
CODE_LIMIT = 512


def authorize(request: TokenRequest, client: ClientRecord, snapshot: Snapshot, now: datetime) -> Granted:
    """What a code stands for; raises `InvalidGrant`. A wrong answer to a challenge burns the code."""
    code = request.get("code")
    if not code:
        raise InvalidRequest("code is missing.", rule="code")
    found = codes.find(code, client) if len(code) <= CODE_LIMIT else None
    if found is None:
        raise InvalidGrant("The code is not valid.", rule="code")
    if found.consumed_at is not None:
        _replayed(found, client, now)
    if found.expires_at <= now:
        raise InvalidGrant("The code has expired.", rule="code_lifetime")
    _check_redirect_uri(request, found)
    _check_verifier(request, found, now)
    authorization = found.authorization
    try:
        issuance.may_issue(authorization, snapshot)
    except AccessDenied as error:
        raise InvalidGrant(error.description, rule=error.rule) from error
    targets = audience.narrow(audience.requested(request.parameters, request.resource), authorization.resource, client)
    world = World(client, snapshot.version, authorization.pk)

    def write(access: NewAccessToken, refresh: NewRefreshToken | None) -> None:
        codes.redeem(found.pk, world, now, access, refresh)

    # What was taken from the client since it asked is not granted any more.
    scope = tuple(name for name in authorization.scope if covered(name, client.scope))
    offline = OFFLINE_ACCESS in scope and "refresh_token" in client.grant_types
    return Granted(authorization, scope, targets, offline, Consumption(grant_type, write))


def _replayed(found: FoundCode, client: ClientRecord, now: datetime) -> None:
    """RFC 6749 §4.1.2: a second use revokes what the first one got."""
    if authorizations.revoke(found.authorization.pk, now):
        record("token.replayed", client_id=client.client_id, grant_type=grant_type, authorization=found.authorization.pk)
    raise Replayed("The code was used before.", rule="code_single_use")


def _check_redirect_uri(request: TokenRequest, found: FoundCode) -> None:
    presented = request.get("redirect_uri")
    if not hmac.compare_digest(presented.encode(), found.redirect_uri.encode()):
        raise InvalidGrant("redirect_uri differs from the one of the authorization request.", rule="redirect_uri")


def _check_verifier(request: TokenRequest, found: FoundCode, now: datetime) -> None:
    """RFC 7636 §4.6, and its converse: a verifier without a challenge is a downgrade (RFC 9700 §4.8.2)."""
    verifier = request.get("code_verifier")
    if not found.code_challenge and not verifier:
        return
    if found.code_challenge and pkce.verifies(verifier, found.code_challenge, found.code_challenge_method):
        return
    codes.burn(found.pk, now)
    raise InvalidGrant("code_verifier does not match the code_challenge.", rule="pkce")
