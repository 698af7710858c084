"""The hot path's SQL: one module per table, one named function per statement.

Everything goes through Django's own connection and cursor, so that query counting, time-outs and transactions work as
everywhere else. A text may differ per database only where one cannot do in a statement what the other can.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection

# What the placeholders in a statement's text become.
POSTGRESQL = {"json": "::jsonb", "at": "::timestamptz", "text": "::text", "ids": "array_agg", "ip": "::inet", "int": "::bigint"}
SQLITE = {"json": "", "at": "", "text": "", "ids": "json_group_array", "ip": "", "int": ""}


class Stale(Exception):
    """Nothing was written: what this process kept of a client or of the registry is old. Reload and try again."""


@dataclass
class Sql:
    """A statement. `{json}` and the like become casts on PostgreSQL and nothing on SQLite."""

    text: str
    _rendered: dict[str, str] = field(default_factory=dict)

    def render(self) -> str:
        """The text for the database in use; formatted once."""
        vendor = connection.vendor
        if vendor not in self._rendered:
            self._rendered[vendor] = self.text.format(**(POSTGRESQL if vendor == "postgresql" else SQLITE))
        return self._rendered[vendor]

    def one(self, params: Sequence[Any]) -> tuple[Any, ...] | None:
        """Run and return the first row."""
        with connection.cursor() as cursor:
            cursor.execute(self.render(), params)
            row: tuple[Any, ...] | None = cursor.fetchone()
            return row

    def all(self, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run and return all rows."""
        with connection.cursor() as cursor:
            cursor.execute(self.render(), params)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def run(self, params: Sequence[Any]) -> int:
        """Run and return how many rows were written."""
        with connection.cursor() as cursor:
            cursor.execute(self.render(), params)
            count: int = cursor.rowcount
            return count


def instant(value: datetime | str | None) -> datetime | None:
    """An instant out of a row: SQLite gives text or a naive datetime in UTC, PostgreSQL an aware one."""
    if value is None:
        return None
    parsed = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)


def at(value: datetime) -> Any:
    """An instant as a parameter."""
    return value if connection.vendor == "postgresql" else value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


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
