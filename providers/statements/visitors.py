"""Who is at the other end of a browser, in two statements: the browser session, and everything about its person and a client."""

from dataclasses import dataclass
from datetime import datetime

from providers.messages import SessionRecord
from providers.statements import Sql, at, instant, loads, people, registry, words
from scopes.context import PersonView

_SESSION = Sql("SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s{at}")
_VISITOR = Sql(
    "SELECT u.password, s.id, s.session_key, c.scope, c.declined_scope, c.resource, c.claims, c.epoch, c.expires_at, r.version, "
    f"{people.COLUMNS} FROM accounts_user u JOIN providers_registry r ON r.id = 1 "
    "LEFT JOIN providers_session s ON s.user_id = u.id AND s.sid = %s AND s.ended_at IS NULL "
    "LEFT JOIN providers_consent c ON c.user_id = u.id AND c.client_id = %s WHERE u.id = %s AND u.is_active"
)


@dataclass(frozen=True)
class ConsentRecord:
    """A consent as it is stored."""

    scope: tuple[str, ...]
    declined: tuple[str, ...]
    resource: tuple[str, ...]
    claims: tuple[str, ...]
    epoch: int
    expires_at: datetime | None


@dataclass(frozen=True)
class Visitor:
    """An active person, the hash of their password, their session row and their consent at a client."""

    person: PersonView
    password: str
    session: SessionRecord | None
    session_key: str
    consent: ConsentRecord | None


def session_data(session_key: str, now: datetime) -> str | None:
    """The signed content of a live browser session."""
    row = _SESSION.one([session_key, at(now)])
    return str(row[0]) if row is not None else None


def find(user_id: int, sid: str, client_pk: int) -> Visitor | None:
    """Everything about an active person at a client; `None` when there is nobody."""
    row = _VISITOR.one([sid, client_pk, user_id])
    person = people.person_of(row[10:], registry.refresh(row[9])) if row is not None else None
    if row is None or person is None:
        return None
    session = SessionRecord(row[1], sid, None) if row[1] is not None else None
    consent = None
    if row[3] is not None:
        consent = ConsentRecord(words(row[3]), words(row[4]), tuple(loads(row[5])), tuple(loads(row[6])), row[7], instant(row[8]))
    return Visitor(person, row[0], session, row[2] or "", consent)
