"""What a token answer would contain: unsigned claim sets. Pure, so that a preview shows exactly what issuing would do."""

from datetime import datetime
from typing import Any

from providers import issuer
from providers.messages import Authorization, TokenPlan
from providers.statements.registry import Snapshot
from providers.tokens import subject
from scopes import claims as scope_claims
from scopes.claims import Claims
from scopes.context import ClaimsContext

NO_CLAIMS = Claims(values={}, provenance={}, errors=())


def plan(
    authorization: Authorization, snapshot: Snapshot, now: datetime, *, scope: tuple[str, ...], audience: tuple[str, ...], offline: bool
) -> TokenPlan:
    """Claim sets for an authorization, narrowed to `scope` and `audience`; `offline` asks for a refresh token too."""
    client = authorization.client
    issued_at = int(now.timestamp())
    told = told_to(authorization, snapshot, scope, "id_token") if "openid" in scope and authorization.person else None
    return TokenPlan(
        authorization=authorization,
        scope=scope,
        audience=audience,
        issued_at=issued_at,
        access_token_claims=_access_token(authorization, scope, audience, issued_at) if client.access_token_format == "jwt" else {},
        access_token_lifetime=client.access_token_lifetime,
        id_token_claims=_id_token(authorization, told, issued_at) if told is not None else None,
        refresh_token_lifetime=client.refresh_token_lifetime if offline else None,
        provenance=told.provenance if told is not None else {},
    )


def told_to(authorization: Authorization, snapshot: Snapshot, scope: tuple[str, ...], where: str) -> Claims:
    """The claims of granted scopes for `id_token` or `userinfo` (OpenID Connect Core 1.0 §5.4, §5.5)."""
    client, person = authorization.client, authorization.person
    if person is None:
        return NO_CLAIMS
    context = ClaimsContext(
        person=person,
        scopes=scope,
        client_id=client.client_id,
        client_name=client.client_name,
        issuer=issuer.of_reference(authorization.issuer).url,
        claims_request=authorization.claims.get(where) or {},
    )
    said = scope_claims.evaluate(context, snapshot.mappings)
    if where == "userinfo" or client.include_claims_in_id_token:
        return said
    return scope_claims.requested(said, context.claims_request)


def _access_token(authorization: Authorization, scope: tuple[str, ...], audience: tuple[str, ...], issued_at: int) -> dict[str, Any]:
    """RFC 9068 §2.2; `jti` is added when the token is minted."""
    client, person = authorization.client, authorization.person
    own = issuer.of_reference(authorization.issuer).url
    claims: dict[str, Any] = {
        "iss": own,
        "sub": subject.of_person(person, client) if person else subject.of_client(client),
        "aud": (audience[0] if len(audience) == 1 else list(audience)) if audience else own,
        "client_id": client.client_id,
        "scope": " ".join(scope),
        "iat": issued_at,
        "exp": issued_at + client.access_token_lifetime,
    }
    return claims | _authentication(authorization) if person else claims


def _id_token(authorization: Authorization, told: Claims, issued_at: int) -> dict[str, Any]:
    """OpenID Connect Core 1.0 §2; `at_hash` is added when the access token is minted. Reserved claims are written last."""
    client, person = authorization.client, authorization.person
    assert person is not None
    claims: dict[str, Any] = dict(told.values) | {
        "iss": issuer.of_reference(authorization.issuer).url,
        "sub": subject.of_person(person, client),
        "aud": client.client_id,
        "exp": issued_at + client.id_token_lifetime,
        "iat": issued_at,
    }
    claims |= _authentication(authorization)
    if authorization.nonce:
        claims["nonce"] = authorization.nonce
    if authorization.session is not None:
        claims["sid"] = authorization.session.sid
    return claims


def _authentication(authorization: Authorization) -> dict[str, Any]:
    claims: dict[str, Any] = {}
    if authorization.auth_time is not None:
        claims["auth_time"] = int(authorization.auth_time.timestamp())
    if authorization.acr:
        claims["acr"] = authorization.acr
    if authorization.amr:
        claims["amr"] = list(authorization.amr)
    return claims
