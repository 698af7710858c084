"""Authorization codes: made with their authorization, consumed in the statement that writes the tokens."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from providers.messages import Authorization, ClientRecord
from providers.statements import IS_POSTGRESQL, Sql, Stale, at, authorizations, clients, dumps, instant, people, refresh_tokens, registry
from providers.statements.access_tokens import NewAccessToken
from providers.statements.refresh_tokens import NewRefreshToken, World

_AUTHORIZATION = (
    "INSERT INTO providers_authorization (user_id, client_id, session_id, issuer, grant_type, scope, requested_scope, resource, claims, "
    "nonce, auth_time, acr, amr, ip, offline, consent_required, created_at) "
    "SELECT u.id, c.id, %s{int}, %s, %s, %s, %s, %s{json}, %s{json}, %s, %s{at}, %s, %s{json}, %s{ip}, %s, %s, %s{at} "
    "FROM accounts_user u, providers_client c, providers_registry r "
    "WHERE u.id = %s AND u.is_active AND c.id = %s AND c.version = %s AND NOT c.disabled AND r.id = 1 AND r.version = %s RETURNING id"
)
_CODE = (
    "INSERT INTO providers_authorizationcode (application_id, authorization_id, expires, redirect_uri, created, code_challenge, "
    "code_challenge_method, code_hash, redirect_uri_sent) SELECT %s{int}, "
)
_CODE_REST = ", %s{at}, %s, %s{at}, %s, %s, %s, %s"
_authorization_sqlite, _code_sqlite = Sql(_AUTHORIZATION), Sql(_CODE + "%s{int}" + _CODE_REST)
_issue_at_once = Sql(f"WITH made AS ({_AUTHORIZATION}), code AS ({_CODE} made.id{_CODE_REST} FROM made) SELECT id FROM made")
_FIND = Sql(
    "SELECT t.id, t.expires, t.redirect_uri, t.redirect_uri_sent, t.code_challenge, t.code_challenge_method, t.consumed_at, "
    "c.version, c.disabled, r.version, "
    f"{authorizations.COLUMNS}, {people.COLUMNS} FROM providers_authorizationcode t JOIN providers_client c ON c.id = t.application_id "
    f"JOIN providers_registry r ON r.id = 1 {authorizations.JOINS} WHERE t.code_hash = %s AND t.application_id = %s"
)
_BURN = Sql("UPDATE providers_authorizationcode SET consumed_at = %s{at} WHERE id = %s AND consumed_at IS NULL")
_CONSUME = "UPDATE providers_authorizationcode SET consumed_at = %s{at} WHERE id = %s AND consumed_at IS NULL AND " + refresh_tokens.WORLD
_consume_sqlite = Sql(_CONSUME)
_access_sqlite = Sql(refresh_tokens.ACCESS)
_redeem_at_once = Sql(f"WITH done AS ({_CONSUME} RETURNING id), access AS ({refresh_tokens.ACCESS} FROM done) SELECT count(*) FROM done")
_redeem_offline_at_once = Sql(
    f"WITH done AS ({_CONSUME} RETURNING id), access AS ({refresh_tokens.ACCESS} FROM done), "
    f"next AS ({refresh_tokens.INSERT_HEAD} FROM done) SELECT count(*) FROM done"
)


@dataclass(frozen=True)
class NewCode:
    """A code to be written."""

    code: str
    expires_at: datetime
    redirect_uri: str
    redirect_uri_sent: bool
    code_challenge: str
    code_challenge_method: str


@dataclass(frozen=True)
class FoundCode:
    """A code as it stands."""

    pk: int
    expires_at: datetime
    redirect_uri: str
    redirect_uri_sent: bool
    code_challenge: str
    code_challenge_method: str
    consumed_at: datetime | None
    authorization: Authorization


def code_hash(code: str) -> bytes:
    """What is stored of a code."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).digest()


def issue(authorization: Authorization, registry_version: int, code: NewCode) -> int:
    """Write an authorization and its code; returns the authorization's id.

    Raises `Stale` when the client or the registry moved, or the person was disabled meanwhile.
    """
    now = authorization.created_at
    client, person = authorization.client, authorization.person
    assert now is not None and person is not None
    first: list[Any] = [
        authorization.session.pk if authorization.session else None,
        authorization.issuer,
        authorization.grant_type,
        " ".join(authorization.scope),
        " ".join(authorization.requested_scope),
        dumps(list(authorization.resource)),
        dumps(dict(authorization.claims)),
        authorization.nonce,
        at(authorization.auth_time) if authorization.auth_time else None,
        authorization.acr,
        dumps(list(authorization.amr)),
        authorization.ip,
        authorization.offline,
        authorization.consent_required,
        at(now),
        person.id,
        client.pk,
        client.version,
        registry_version,
    ]
    rest: list[Any] = [
        at(code.expires_at),
        code.redirect_uri,
        at(now),
        code.code_challenge,
        code.code_challenge_method,
        code_hash(code.code),
        code.redirect_uri_sent,
    ]
    if IS_POSTGRESQL:
        row = _issue_at_once.one([*first, client.pk, *rest])
        if row is None:
            raise Stale
        return int(row[0])
    with transaction.atomic():
        row = _authorization_sqlite.one(first)
        if row is None:
            raise Stale
        _code_sqlite.run([client.pk, row[0], *rest])
        return int(row[0])


def find(code: str, client: ClientRecord) -> FoundCode | None:
    """Look a presented code up among those of the client, so that a stranger learns and burns nothing.

    Raises `Stale` when the client changed since it authenticated.
    """
    row = _FIND.one([code_hash(code), client.pk])
    if row is None:
        return None
    if row[7] != client.version or bool(row[8]):
        clients.find(client.namespace, client.client_id, again=True)
        raise Stale
    expires_at = instant(row[1])
    assert expires_at is not None
    authorization = authorizations.authorization_of(row[10:], client, registry.refresh(row[9]))
    return FoundCode(row[0], expires_at, row[2], bool(row[3]), row[4], row[5], instant(row[6]), authorization)


def burn(code_id: int, now: datetime) -> None:
    """Make a code useless without giving anything for it."""
    _BURN.run([at(now), code_id])


def redeem(code_id: int, world: World, now: datetime, access: NewAccessToken, refresh: NewRefreshToken | None) -> None:
    """Consume a code and write its tokens; raises `Stale` when another request was faster or the world moved."""
    consumed = [at(now), code_id, *world.params()]
    access_params = refresh_tokens.access_params(access, world.client)
    if IS_POSTGRESQL:
        statement = _redeem_at_once if refresh is None else _redeem_offline_at_once
        row = statement.one([*consumed, *access_params, *(refresh.params() if refresh else [])])
        if row is None or row[0] != 1:
            raise Stale
        return
    with transaction.atomic():
        if _consume_sqlite.run(consumed) != 1:
            raise Stale
        _access_sqlite.run(access_params)
        if refresh is not None:
            refresh_tokens.insert(refresh)
