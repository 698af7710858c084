"""The hot path's SQL: one module per table, one named function per statement.

Statements run on Django's own connection and cursor, so that query counting, time-outs and transactions work as
everywhere else, or, where many requests share a thread, through the hub. A text may differ per database only where one
cannot do in a statement what the other can.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import connection

from providers.statements import hub
from providers.statements.pipeline import Answer

# What the placeholders in a statement's text become.
POSTGRESQL = {"json": "::jsonb", "at": "::timestamptz", "text": "::text", "ids": "array_agg", "ip": "::inet", "int": "::bigint"}
SQLITE = {"json": "", "at": "", "text": "", "ids": "json_group_array", "ip": "", "int": ""}
IS_POSTGRESQL = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
DIALECT = POSTGRESQL if IS_POSTGRESQL else SQLITE


class Stale(Exception):
    """Nothing was written: what this process kept of a client or of the registry is old. Reload and try again."""


@dataclass
class Sql:
    """A statement. `{json}` and the like in its template become casts on PostgreSQL and nothing on SQLite."""

    template: str

    @cached_property
    def text(self) -> str:
        """The statement for the database in use."""
        return self.template.format(**DIALECT)

    def one(self, params: Sequence[Any]) -> tuple[Any, ...] | None:
        """Run and return the first row."""
        rows, _count = self._answer(params)
        return rows[0] if rows else None

    def all(self, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run and return all rows."""
        return self._answer(params)[0]

    def run(self, params: Sequence[Any]) -> int:
        """Run and return how many rows were written."""
        return self._answer(params)[1]

    def _answer(self, params: Sequence[Any]) -> Answer:
        lane = hub.current()
        if lane is not None:
            return lane.run(self.text, params)
        with connection.cursor() as cursor:
            cursor.execute(self.text, params)
            return (cursor.fetchall() if cursor.description is not None else []), cursor.rowcount


def instant(value: datetime | str | None) -> datetime | None:
    """An instant out of a row: SQLite gives text or a naive datetime in UTC, PostgreSQL an aware one."""
    if value is None:
        return None
    parsed = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)


def at(value: datetime) -> Any:
    """An instant as a parameter."""
    return value if IS_POSTGRESQL else value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def loads(value: Any) -> Any:
    """A JSON column out of a row."""
    return json.loads(value) if isinstance(value, str | bytes) else value


def ids(value: Any) -> tuple[int, ...]:
    """An aggregated list of ids out of a row."""
    return tuple(loads(value) or ())


def dumps(value: Any) -> str:
    """A JSON column as a parameter."""
    return json.dumps(value, separators=(",", ":"))


def words(value: str) -> tuple[str, ...]:
    """A space-separated column out of a row."""
    return tuple(value.split())
