"""The columns of a person that every token look-up brings with it, so that disabled means disabled at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from providers.statements import Sql, ids, instant, loads
from providers.statements.registry import Snapshot
from scopes.context import PersonView
from scopes.mappings import effective_groups

_TEXTS = (
    "sub username name given_name family_name middle_name nickname preferred_username profile picture website gender birthdate "
    "zoneinfo locale phone_number email"
).split()
COLUMNS = (
    "u.id, u.is_active, u.uuid, "
    + ", ".join(f"u.{name}" for name in _TEXTS)
    + ", u.phone_number_verified, u.address, u.attributes, u.updated_at, u.created_at, "
    "(SELECT e.verified FROM account_emailaddress e WHERE e.user_id = u.id AND e.email = u.email LIMIT 1), "
    "(SELECT {ids}(m.group_id) FROM accounts_user_groups m WHERE m.user_id = u.id)"
)
WIDTH = 10 + len(_TEXTS)
_FIND = Sql(f"SELECT {COLUMNS} FROM accounts_user u WHERE u.id = %s")
_ASSIGNMENTS = Sql("SELECT assignment_id FROM scopes_assignment_users WHERE user_id = %s")


def person_of(row: Sequence[Any], snapshot: Snapshot) -> PersonView | None:
    """A person out of `COLUMNS`; `None` when the row has none (a client acting for itself)."""
    if row[0] is None:
        return None
    texts = dict(zip(_TEXTS, row[3:], strict=False))
    rest = row[3 + len(_TEXTS) :]
    name = texts["name"] or " ".join(filter(None, (texts["given_name"], texts["middle_name"], texts["family_name"])))
    return PersonView(
        id=row[0],
        uuid=_uuid(row[2]),
        phone_number_verified=bool(rest[0]),
        address=loads(rest[1]),
        attributes=loads(rest[2]),
        updated_at=_epoch(instant(rest[3])),
        created_at=_epoch(instant(rest[4])),
        email_verified=bool(rest[5]),
        groups=effective_groups(ids(rest[6]), snapshot.groups),
        **(texts | {"name": name}),
    )


def find(user_id: int, snapshot: Snapshot) -> tuple[PersonView, bool] | None:
    """A person and whether they are active; `None` when there is nobody."""
    row = _FIND.one([user_id])
    person = person_of(row, snapshot) if row is not None else None
    return (person, bool(row[1])) if person is not None and row is not None else None


def assignments(user_id: int) -> frozenset[int]:
    """Ids of the assignments that name a person."""
    return frozenset(int(row[0]) for row in _ASSIGNMENTS.all([user_id]))


def _uuid(value: Any) -> str:
    text = str(value)
    return text if "-" in text else f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _epoch(value: datetime | None) -> int:
    return int(value.timestamp()) if value is not None else 0
