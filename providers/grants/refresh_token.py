"""`refresh_token` (RFC 6749 §6): rotation with families, a grace for lost answers, reuse ends the family (RFC 9700 §4.14.2)."""

from datetime import datetime, timedelta

from audit.record import record
from providers import issuance
from providers.conf import REFRESH_ABSOLUTE_LIFETIME, REFRESH_GRACE
from providers.errors import AccessDenied, InvalidGrant, InvalidRequest, InvalidScope, Replayed
from providers.grants.grant import Granted
from providers.messages import Authorization, ClientRecord, TokenRequest
from providers.statements import Stale, authorizations, refresh_tokens
from providers.statements.access_tokens import NewAccessToken
from providers.statements.refresh_tokens import FoundRefreshToken, NewRefreshToken, World
from providers.statements.registry import Snapshot
from providers.tokens import audience, refresh_token
from providers.tokens.issuer import Consumption
from scopes.errors import BadScope
from scopes.selection import OFFLINE_ACCESS, covered, narrow, parse

grant_type = "refresh_token"
TOKEN_LIMIT = 512


def authorize(request: TokenRequest, client: ClientRecord, snapshot: Snapshot, now: datetime) -> Granted:
    """What a refresh token stands for, narrowed to what is asked for; raises `InvalidGrant` or `InvalidScope`."""
    presented = request.get("refresh_token")
    if not presented:
        raise InvalidRequest("refresh_token is missing.", rule="refresh_token")
    found = refresh_tokens.find(presented) if len(presented) <= TOKEN_LIMIT else None
    if found is None or found.authorization.client.pk != client.pk:
        raise InvalidGrant("The refresh token is not valid.", rule="refresh_token")
    if found.authorization.client.version != client.version:
        raise Stale
    authorization = found.authorization
    _check_alive(found, now)
    reissue = _check_unused(found, client, now)
    _check_world(authorization, snapshot)
    scope = _narrowed(request, authorization)
    targets = audience.narrow(audience.requested(request.parameters, request.resource), authorization.resource, client)
    return Granted(authorization, scope, targets, False, _consumption(presented, found, client, snapshot, reissue=reissue, now=now))


def _consumption(
    presented: str, found: FoundRefreshToken, client: ClientRecord, snapshot: Snapshot, *, reissue: bool, now: datetime
) -> Consumption:
    authorization = found.authorization
    world = World(client, snapshot.version, authorization.pk)

    def touch(access: NewAccessToken, _refresh: NewRefreshToken | None) -> None:
        refresh_tokens.touch(found.pk, world, now, access)

    def rotate(access: NewAccessToken, refresh: NewRefreshToken | None) -> None:
        assert refresh is not None
        refresh_tokens.rotate(found.pk, world, now, access, refresh)

    if reissue and found.successor is not None:
        again = refresh_token.derive(presented, authorization.pk, found.successor.salt)
        return Consumption(grant_type, touch, lambda: (again, None))
    if not client.refresh_token_rotation:
        return Consumption(grant_type, touch, lambda: (presented, None))
    started_at = authorization.created_at or now
    expires_at = min(now + timedelta(seconds=client.refresh_token_lifetime), started_at + timedelta(seconds=REFRESH_ABSOLUTE_LIFETIME))
    return Consumption(grant_type, rotate, lambda: refresh_token.successor(presented, found.pk, authorization, now, expires_at))


def _check_alive(found: FoundRefreshToken, now: datetime) -> None:
    if found.revoked_at is not None or found.authorization.revoked_at is not None:
        raise InvalidGrant("The refresh token was revoked.", rule="refresh_token_revoked")
    if found.expires_at <= now:
        raise InvalidGrant("The refresh token has expired.", rule="refresh_token_lifetime")


def _check_unused(found: FoundRefreshToken, client: ClientRecord, now: datetime) -> bool:
    """Whether the last answer has to be given again: a rotated token within the grace whose successor nobody has used."""
    if found.used_at is None:
        return False
    successor = found.successor
    in_time = now - found.used_at <= timedelta(seconds=REFRESH_GRACE)
    if in_time and successor is not None and not successor.used and not successor.revoked and successor.expires_at > now:
        return True
    if authorizations.revoke(found.authorization.pk, now):
        record("token.replayed", client_id=client.client_id, grant_type=grant_type, authorization=found.authorization.pk)
    raise Replayed("The refresh token was used before.", rule="refresh_token_reuse")


def _check_world(authorization: Authorization, snapshot: Snapshot) -> None:
    try:
        issuance.may_issue(authorization, snapshot)
    except AccessDenied as error:
        raise InvalidGrant(error.description, rule=error.rule) from error
    if not covered(OFFLINE_ACCESS, authorization.client.scope):
        raise InvalidGrant("The client may not have refresh tokens any more.", rule="offline_access")


def _narrowed(request: TokenRequest, authorization: Authorization) -> tuple[str, ...]:
    """The scope of this one access token; the grant itself stays as it is."""
    still = tuple(name for name in authorization.scope if covered(name, authorization.client.scope))
    try:
        return narrow(parse(request.get("scope")), still, (*authorization.requested_scope, *authorization.scope))
    except BadScope as error:
        raise InvalidScope(str(error), rule="scope") from error
