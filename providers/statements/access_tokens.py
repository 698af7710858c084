"""Access tokens: found by checksum in one statement that brings everything needed to judge them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from providers.messages import Authorization, ClientRecord
from providers.statements import Sql, Stale, at, authorizations, clients, dumps, instant, loads, people, registry, words

COLUMNS = (
    "user_id, application_id, expires, scope, created, resource, token_checksum, authorization_id, issuer, jti, grant_type, revoked_at"
)
VALUES = "%s{int}, c.id, %s{at}, %s, %s{at}, %s{json}, %s, %s{int}, %s, %s, %s, NULL{at}"
_INSERT = Sql(
    f"INSERT INTO providers_accesstoken ({COLUMNS}) SELECT {VALUES} FROM providers_client c "
    "JOIN providers_registry r ON r.id = 1 WHERE c.id = %s AND c.version = %s AND NOT c.disabled AND r.version = %s"
)
_FIND = Sql(
    "SELECT t.id, t.expires, t.scope, t.created, t.resource, t.issuer, t.jti, t.grant_type, t.revoked_at, "
    "c.namespace, c.client_id, c.version, c.disabled, r.version, "
    "(SELECT x.version FROM providers_client x WHERE x.id = %s AND NOT x.disabled), "
    f"{authorizations.COLUMNS}, {people.COLUMNS} "
    "FROM providers_accesstoken t JOIN providers_client c ON c.id = t.application_id JOIN providers_registry r ON r.id = 1 "
    f"{authorizations.JOINS} WHERE t.token_checksum = %s"
)
_REVOKE = Sql("UPDATE providers_accesstoken SET revoked_at = %s{at} WHERE id = %s AND revoked_at IS NULL")
_REVOKE_OF = Sql("UPDATE providers_accesstoken SET revoked_at = %s{at} WHERE authorization_id = %s AND revoked_at IS NULL")


@dataclass(frozen=True)
class NewAccessToken:
    """A row to be written."""

    checksum: str
    expires_at: datetime
    created_at: datetime
    scope: str
    resource: tuple[str, ...]
    issuer: str
    jti: str
    grant_type: str
    user_id: int | None
    authorization_id: int | None

    def params(self) -> list[object]:
        """Parameters of `VALUES`, in order."""
        return [
            self.user_id,
            at(self.expires_at),
            self.scope,
            at(self.created_at),
            dumps(list(self.resource)),
            self.checksum,
            self.authorization_id,
            self.issuer,
            self.jti,
            self.grant_type,
        ]


@dataclass(frozen=True)
class FoundAccessToken:
    """A token as it stands, with the authorization behind it (a made-up one for client_credentials)."""

    pk: int
    expires_at: datetime
    created_at: datetime
    scope: tuple[str, ...]
    resource: tuple[str, ...]
    issuer: str
    jti: str
    grant_type: str
    revoked_at: datetime | None
    authorization: Authorization


def checksum(token: str) -> str:
    """What is stored of a token: SHA-256, in hexadecimal (the form django-oauth-toolkit looks up)."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def insert(token: NewAccessToken, client: ClientRecord, registry_version: int) -> None:
    """Write a token of a client acting for itself; raises `Stale` when the client or the registry moved."""
    if _INSERT.run([*token.params(), client.pk, client.version, registry_version]) != 1:
        raise Stale


def find(token: str, *, caller: ClientRecord | None = None) -> FoundAccessToken | None:
    """Look a presented token up; raises `Stale` when the asking client changed or was disabled since it authenticated."""
    row = _FIND.one([caller.pk if caller else 0, checksum(token)])
    if row is None:
        return None
    if caller is not None and row[14] != caller.version:
        raise Stale
    client = clients.find(row[9], row[10])
    if client is None or client.version != row[11] or client.disabled != bool(row[12]):
        client = clients.find(row[9], row[10], again=True)
        if client is None:
            return None
    scope, resource = words(row[2]), tuple(loads(row[4]))
    rest = row[15:]
    if rest[0] is None:
        authorization = Authorization(pk=0, client=client, issuer=row[5], grant_type=row[7], scope=scope, resource=resource)
    else:
        authorization = authorizations.authorization_of(rest, client, registry.refresh(row[13]))
    expires_at, created_at = instant(row[1]), instant(row[3])
    assert expires_at is not None and created_at is not None
    return FoundAccessToken(row[0], expires_at, created_at, scope, resource, row[5], row[6], row[7], instant(row[8]), authorization)


def revoke(token_id: int, now: datetime) -> None:
    """End one token."""
    _REVOKE.run([at(now), token_id])


def revoke_of(authorization_id: int, now: datetime) -> None:
    """End all access tokens of an authorization, and leave its refresh tokens."""
    _REVOKE_OF.run([at(now), authorization_id])
