"""Authorizations: the columns that token look-ups join, and the statements that end them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from providers.messages import Authorization, ClientRecord, SessionRecord
from providers.statements import Sql, at, instant, loads, people, words
from providers.statements.registry import Snapshot

COLUMNS = (
    "a.id, a.issuer, a.grant_type, a.scope, a.requested_scope, a.resource, a.claims, a.nonce, a.auth_time, a.acr, a.amr, a.ip, "
    "a.offline, a.consent_required, a.created_at, a.revoked_at, s.id, s.sid, s.ended_at"
)
WIDTH = 19
JOINS = (
    "LEFT JOIN providers_authorization a ON a.id = t.authorization_id "
    "LEFT JOIN providers_session s ON s.id = a.session_id "
    "LEFT JOIN accounts_user u ON u.id = a.user_id "
)
_REVOKE = Sql("UPDATE providers_authorization SET revoked_at = %s{at} WHERE id = %s AND revoked_at IS NULL")


def authorization_of(row: Sequence[Any], client: ClientRecord, snapshot: Snapshot) -> Authorization:
    """An authorization out of `COLUMNS` followed by `people.COLUMNS`."""
    person_row = row[WIDTH:]
    session = SessionRecord(row[16], row[17], instant(row[18])) if row[16] is not None else None
    return Authorization(
        pk=row[0],
        client=client,
        issuer=row[1],
        grant_type=row[2],
        scope=words(row[3]),
        requested_scope=words(row[4]),
        person=people.person_of(person_row, snapshot),
        person_active=bool(person_row[1]),
        session=session,
        resource=tuple(loads(row[5])),
        claims=loads(row[6]),
        nonce=row[7],
        auth_time=instant(row[8]),
        acr=row[9],
        amr=tuple(loads(row[10])),
        ip=str(row[11]) if row[11] is not None else None,
        offline=bool(row[12]),
        consent_required=bool(row[13]),
        created_at=instant(row[14]),
        revoked_at=instant(row[15]),
    )


def revoke(authorization_id: int, now: datetime) -> bool:
    """End an authorization and with it every code and token; whether it was alive."""
    return _REVOKE.run([at(now), authorization_id]) == 1
