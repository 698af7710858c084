"""Refresh tokens: rotation is one conditional transition in the statement that writes the new tokens."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from providers.messages import Authorization, ClientRecord
from providers.statements import IS_POSTGRESQL, Sql, Stale, access_tokens, at, authorizations, clients, instant, people, registry
from providers.statements.access_tokens import NewAccessToken, checksum

_NEW = "user_id, application_id, authorization_id, token_checksum, salt, pepper_kid, created, expires_at, parent_id, resource"
NEW_VALUES = "%s{int}, %s{int}, %s{int}, %s, %s, %s, %s{at}, %s{at}, %s{int}, '[]'{json}"
INSERT_HEAD = f"INSERT INTO providers_refreshtoken ({_NEW}) SELECT {NEW_VALUES}"
_INSERT = Sql(INSERT_HEAD)
_COLUMNS = (
    "t.id, t.expires_at, t.used_at, t.revoked, n.id, n.salt, n.pepper_kid, n.used_at, n.last_used_at, n.revoked, n.expires_at, "
    "c.namespace, c.client_id, c.version, c.disabled, r.version, t.created"
)
_FIND = Sql(
    f"SELECT {_COLUMNS}, {authorizations.COLUMNS}, {people.COLUMNS} FROM providers_refreshtoken t "
    "JOIN providers_client c ON c.id = t.application_id JOIN providers_registry r ON r.id = 1 "
    f"LEFT JOIN providers_refreshtoken n ON n.parent_id = t.id {authorizations.JOINS} WHERE t.token_checksum = %s"
)
# The transition that decides: it changes a row only when nobody was faster and the world is as it was when it was looked at.
WORLD = (
    "EXISTS (SELECT 1 FROM providers_client c JOIN providers_registry r ON r.id = 1 JOIN providers_authorization a ON a.id = %s "
    "JOIN accounts_user u ON u.id = a.user_id "
    "WHERE c.id = %s AND c.version = %s AND NOT c.disabled AND r.version = %s AND a.revoked_at IS NULL AND u.is_active)"
)
_ROTATE = (
    "UPDATE providers_refreshtoken SET used_at = %s{at}, last_used_at = %s{at} "
    f"WHERE id = %s AND used_at IS NULL AND revoked IS NULL AND {WORLD}"
)
_TOUCH = f"UPDATE providers_refreshtoken SET last_used_at = %s{{at}} WHERE id = %s AND revoked IS NULL AND {WORLD}"
ACCESS = f"INSERT INTO providers_accesstoken ({access_tokens.COLUMNS}) SELECT " + access_tokens.VALUES.replace("c.id", "%s{int}")
_rotate_sqlite, _touch_sqlite, _access_sqlite = Sql(_ROTATE), Sql(_TOUCH), Sql(ACCESS)
_rotate_at_once = Sql(
    f"WITH done AS ({_ROTATE} RETURNING id), access AS ({ACCESS} FROM done), next AS ({INSERT_HEAD} FROM done) SELECT count(*) FROM done"
)
_touch_at_once = Sql(f"WITH done AS ({_TOUCH} RETURNING id), access AS ({ACCESS} FROM done) SELECT count(*) FROM done")


@dataclass(frozen=True)
class NewRefreshToken:
    """A row to be written."""

    checksum: str
    salt: bytes
    pepper_kid: str
    created_at: datetime
    expires_at: datetime
    user_id: int
    client_pk: int
    authorization_id: int
    parent_id: int | None = None

    def params(self) -> list[object]:
        """Parameters of `NEW_VALUES`, in order."""
        return [
            self.user_id,
            self.client_pk,
            self.authorization_id,
            self.checksum,
            self.salt,
            self.pepper_kid,
            at(self.created_at),
            at(self.expires_at),
            self.parent_id,
        ]


@dataclass(frozen=True)
class Successor:
    """The token that replaced a rotated one; its value is derived again from `salt`."""

    salt: bytes
    pepper_kid: str
    used: bool
    revoked: bool
    expires_at: datetime


@dataclass(frozen=True)
class FoundRefreshToken:
    """A token as it stands. `used_at` is set once it was rotated, `revoked_at` once it was ended."""

    pk: int
    expires_at: datetime
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    successor: Successor | None
    authorization: Authorization


def find(token: str) -> FoundRefreshToken | None:
    """Look a presented token up."""
    row = _FIND.one([checksum(token)])
    if row is None:
        return None
    client = clients.find(row[11], row[12])
    if client is None or client.version != row[13] or client.disabled != bool(row[14]):
        client = clients.find(row[11], row[12], again=True)
        if client is None:
            return None
    expires_at, created_at, next_expires_at = instant(row[1]), instant(row[16]), instant(row[10])
    assert expires_at is not None and created_at is not None
    successor = None
    if row[4] is not None and next_expires_at is not None:
        used = row[7] is not None or row[8] is not None
        successor = Successor(bytes(row[5]), row[6], used, row[9] is not None, next_expires_at)
    authorization = authorizations.authorization_of(row[17:], client, registry.refresh(row[15]))
    return FoundRefreshToken(row[0], expires_at, created_at, instant(row[2]), instant(row[3]), successor, authorization)


@dataclass(frozen=True)
class World:
    """What the transition is conditional on."""

    client: ClientRecord
    registry_version: int
    authorization_id: int

    def params(self) -> list[object]:
        """Parameters of `WORLD`, in order."""
        return [self.authorization_id, self.client.pk, self.client.version, self.registry_version]


def insert(token: NewRefreshToken) -> None:
    """Write a refresh token beside what else the transaction writes."""
    _INSERT.run(token.params())


def rotate(token_id: int, world: World, now: datetime, access: NewAccessToken, successor: NewRefreshToken) -> None:
    """Mark a token as used and write its successors; raises `Stale` when another request was faster or the world moved."""
    moved = [at(now), at(now), token_id, *world.params()]
    if IS_POSTGRESQL:
        _once(_rotate_at_once, [*moved, *access_params(access, world.client), *successor.params()])
        return
    with transaction.atomic():
        if _rotate_sqlite.run(moved) != 1:
            raise Stale
        _access_sqlite.run(access_params(access, world.client))
        _INSERT.run(successor.params())


def touch(token_id: int, world: World, now: datetime, access: NewAccessToken) -> None:
    """Write an access token for a refresh token that stays; raises `Stale` when it was revoked or the world moved."""
    moved = [at(now), token_id, *world.params()]
    if IS_POSTGRESQL:
        _once(_touch_at_once, [*moved, *access_params(access, world.client)])
        return
    with transaction.atomic():
        if _touch_sqlite.run(moved) != 1:
            raise Stale
        _access_sqlite.run(access_params(access, world.client))


def _once(statement: Sql, params: list[object]) -> None:
    row = statement.one(params)
    if row is None or row[0] != 1:
        raise Stale


def access_params(access: NewAccessToken, client: ClientRecord) -> list[object]:
    """Parameters of `ACCESS`, in order."""
    first, *rest = access.params()
    return [first, client.pk, *rest]
