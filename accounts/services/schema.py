"""Write schemas: each service declares once which fields its things have; API, `idp apply` and the documentation derive from that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

DEPTH_LIMIT = 16
TEXT_LIMIT = 64 * 1024
LIST_LIMIT = 10_000
INTEGER_LIMIT = 2**31 - 1
# Inside JSON: what every database keeps. Beyond 2⁵³ a float is a whole number that readers round differently (RFC 7493 §2.2).
WHOLE_LIMIT = 2**63
EXACT_LIMIT = 2.0**53


class Kind(StrEnum):
    """The type of a field, as JSON has it."""

    TEXT = "text"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    LIST = "list"
    """A list of texts."""
    OBJECT = "object"
    OBJECTS = "objects"
    """A list of objects."""
    JSON = "json"
    """Any JSON value."""


@dataclass(frozen=True)
class Field:
    """One field of a write schema.

    `default` is what a thing gets that says nothing. A `secret` is taken and never shown; a `write_only` field is taken and
    shown elsewhere. `trusted` fields are taken from configuration files alone. A `fixed` field may be chosen once, at creation.
    """

    name: str
    kind: Kind = Kind.TEXT
    help: str = ""
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    null: bool = False
    secret: bool = False
    write_only: bool = False
    trusted: bool = False
    fixed: bool = False

    @property
    def readable(self) -> bool:
        """Whether a representation shows the field."""
        return not (self.secret or self.write_only or self.trusted)

    def clean(self, value: Any) -> Any:
        """The value, if it is of the field's kind; raises `ValidationError`."""
        if value is None:
            if self.null:
                return None
            raise ValidationError("This field cannot be null.", code="null")
        if isinstance(value, list | tuple) and len(value) > LIST_LIMIT:
            raise ValidationError("This list is too long.", code="too_long")
        cleaned = _CLEANERS[self.kind](value)
        if self.choices and cleaned not in self.choices:
            raise ValidationError(f"“{cleaned}” is none of {', '.join(self.choices)}.", code="choice")
        return cleaned


@dataclass(frozen=True)
class Schema:
    """The fields of one kind of thing. `name` is its singular, `key` the field that names one of them among its like."""

    name: str
    section: str
    key: str
    fields: tuple[Field, ...]
    by_name: Mapping[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {entry.name: entry for entry in self.fields})

    def clean(self, data: Mapping[str, Any], *, partial: bool = False, trusted: bool = False) -> dict[str, Any]:
        """The given fields, each of its type; raises `ValidationError` with the messages of every bad or unknown one.

        With `partial` nothing is required. `trusted` data, that of a configuration file, may hold hashes and private keys.
        """
        errors = Errors()
        cleaned: dict[str, Any] = {}
        for name, value in data.items():
            entry = self.by_name.get(name)
            if entry is None or (entry.trusted and not trusted):
                errors.add(str(name), "There is no such field.", code="unknown")
                continue
            with errors.of(name):
                cleaned[name] = entry.clean(value)
        if not partial:
            for entry in self.fields:
                if entry.required and data.get(entry.name) in (None, "") and entry.name not in errors:
                    errors.add(entry.name, "This field is required.", code="required")
        errors.raise_any()
        return cleaned

    def refuse_changes(self, current: Mapping[str, Any], data: Mapping[str, Any]) -> None:
        """Raise `ValidationError` when a field that is chosen once would change."""
        errors = Errors()
        for entry in self.fields:
            if entry.fixed and entry.name in data and data[entry.name] != current.get(entry.name):
                errors.add(entry.name, f"This cannot be changed; it is “{current.get(entry.name)}”.", code="fixed")
        errors.raise_any()


class Errors:
    """Collects messages by field, so that a person sees all of them at once."""

    def __init__(self) -> None:
        self._messages: dict[str, list[ValidationError]] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._messages

    def add(self, name: str, message: str, *, code: str = "invalid") -> None:
        """Note a message about a field."""
        self._messages.setdefault(name, []).append(ValidationError(message, code=code))

    def of(self, name: str) -> "_Noting":
        """A context that notes a `ValidationError` raised inside as one of this field."""
        return _Noting(self, name)

    def all(self) -> "_Noting":
        """A context that notes a `ValidationError` raised inside under the fields that it names."""
        return _Noting(self, "")

    def merge(self, error: ValidationError, name: str = NON_FIELD_ERRORS) -> None:
        """Note the messages of another error; `name` is for those that name no field."""
        if hasattr(error, "error_dict"):
            for other, messages in error.error_dict.items():
                self._messages.setdefault(other, []).extend(messages)
        else:
            self._messages.setdefault(name, []).extend(error.error_list)

    def raise_any(self) -> None:
        """Raise what was noted, if anything was."""
        if self._messages:
            raise ValidationError(self._messages)


class _Noting:
    def __init__(self, errors: Errors, name: str) -> None:
        self._errors, self._name = errors, name

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, ValidationError):
            return False
        if self._name and hasattr(error, "error_dict"):
            error = ValidationError([message for messages in error.error_dict.values() for message in messages])
        self._errors.merge(error, self._name or NON_FIELD_ERRORS)
        return True


def refuse_unknown(names: Iterable[str], found: Iterable[str], noun: str) -> None:
    """Raise `ValidationError` for the names that were not found."""
    missing = sorted(set(names) - set(found))
    if missing:
        raise ValidationError([f"There is no {noun} “{name}”." for name in missing[:10]])


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValidationError("A text is needed.", code="type")
    if len(value) > TEXT_LIMIT:
        raise ValidationError(f"Use at most {TEXT_LIMIT} characters.", code="too_long")
    if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise ValidationError("This text holds a character that cannot be stored.", code="character")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValidationError("true or false is needed.", code="type")
    return value


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValidationError("A whole number is needed.", code="type")
    if not 0 <= value <= INTEGER_LIMIT:
        raise ValidationError(f"A number from 0 to {INTEGER_LIMIT} is needed.", code="range")
    return value


def _list(value: Any) -> list[str]:
    if not isinstance(value, list | tuple):
        raise ValidationError("A list of texts is needed.", code="type")
    return [_text(entry) for entry in value]


def _number(value: float) -> float:
    # NaN is smaller than nothing.
    if not abs(value) < (WHOLE_LIMIT if isinstance(value, int) else EXACT_LIMIT):
        raise ValidationError("This number is too large to be kept exactly.", code="range")
    return value


def _json(value: Any, depth: int = 0) -> Any:
    if depth > DEPTH_LIMIT:
        raise ValidationError("This is nested too deeply.", code="depth")
    match value:
        case None | bool():
            return value
        case int() | float():
            return _number(value)
        case str():
            return _text(value)
        case list() | tuple():
            return [_json(entry, depth + 1) for entry in value]
        case Mapping():
            return {_text(name): _json(entry, depth + 1) for name, entry in value.items()}
    raise ValidationError("This is not JSON.", code="type")


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValidationError("An object is needed.", code="type")
    cleaned: dict[str, Any] = _json(value)
    return cleaned


def _objects(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list | tuple):
        raise ValidationError("A list of objects is needed.", code="type")
    return [_object(entry) for entry in value]


_CLEANERS = {
    Kind.TEXT: _text,
    Kind.BOOLEAN: _boolean,
    Kind.INTEGER: _integer,
    Kind.LIST: _list,
    Kind.OBJECT: _object,
    Kind.OBJECTS: _objects,
    Kind.JSON: _json,
}
