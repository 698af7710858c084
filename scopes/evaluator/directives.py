"""The directives of templates: what may stand between `{{` and `}}`, with the messages that Vault gives.

A person is the entity: `id` is the user's UUID, `name` the user name, `metadata` the free attributes; group ids are UUIDs.
People have no aliases here, so that each accessor is an empty alias.
"""

import re
import time
from collections.abc import Callable
from typing import Any

from scopes.context import PersonView
from scopes.errors import SourceError

Directive = Callable[[PersonView], Any]

_NOT_FOUND = "no value could be found for one of the template directives"
_DURATION_LIMIT = 2**63 // 10**9  # seconds that fit Go's time.Duration
_DURATION = re.compile(r"-?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+")
_DURATION_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}

_ENTITY: dict[str, Directive] = {
    "id": lambda person: person.uuid,
    "name": lambda person: person.username,
    "metadata": lambda person: person.attributes,
    "groups.names": lambda person: [group.name for group in person.groups] or None,
    "groups.ids": lambda person: [group.uuid for group in person.groups] or None,
}
_ALIAS: dict[str, Any] = {"id": "", "name": "", "metadata": {}, "custom_metadata": {}}


def compile_directive(text: str, offset: int = 0) -> Directive:
    """The function behind a directive; raises `SourceError` at `offset` for one that does not exist."""
    try:
        return _compile(text.strip())
    except SourceError as error:
        raise SourceError(error.reason, offset, "template") from error


def parse_duration(text: str) -> int:
    """Seconds, from `""`, digits, `<n>d` or Go's form (`1h30m`, `1.5h`); parts of a second are cut off. Raises `ValueError`."""
    if re.fullmatch(r"-?\d+d?", text, re.ASCII):
        seconds = int(text.rstrip("d")) * (86400 if text.endswith("d") else 1)
    elif not text:
        seconds = 0
    elif _DURATION.fullmatch(text):
        total = sum(float(number) * _UNITS[unit] for number, unit in _DURATION_PART.findall(text))
        seconds = int(min(total + 1e-9, 2.0 * _DURATION_LIMIT)) * (-1 if text.startswith("-") else 1)
    else:
        raise ValueError(f'time: invalid duration "{text}"')
    if seconds < 0:
        raise ValueError(f"cannot provide negative value '{text}'")
    if seconds >= _DURATION_LIMIT:
        raise ValueError(f'time: invalid duration "{text}"')
    return seconds


def _compile(text: str) -> Directive:
    if text.startswith("time."):
        return _time(text.removeprefix("time."))
    if text.startswith("identity.groups."):
        raise SourceError("string contains groups template directives but no groups were provided")
    if not text.startswith("identity.entity."):
        raise SourceError(_NOT_FOUND)
    name = text.removeprefix("identity.entity.")
    if name.startswith("metadata."):
        key = name.removeprefix("metadata.")
        return lambda person: person.attributes.get(key, "")
    if name.startswith("aliases."):
        return _alias(name.removeprefix("aliases."))
    if name not in _ENTITY:
        raise SourceError(_NOT_FOUND)
    return _ENTITY[name]


def _alias(text: str) -> Directive:
    _accessor, dot, name = text.partition(".")
    if not dot:
        raise SourceError("invalid alias selector")
    if name.startswith(("metadata.", "custom_metadata.")):
        return lambda _person: ""
    if name not in _ALIAS:
        raise SourceError(_NOT_FOUND)
    value = _ALIAS[name]
    return lambda _person: value


def _time(text: str) -> Directive:
    selector, *operation = text.split(".", 2)
    if selector != "now":
        raise SourceError(f'invalid time selector "{selector}"')
    if not operation:
        return lambda _person: int(time.time())
    if len(operation) == 1:
        raise SourceError("missing time operand")
    operator, duration = operation
    try:
        seconds = parse_duration(duration)
    except ValueError as error:
        raise SourceError(f"invalid duration: {error}") from error
    if operator not in ("plus", "minus"):
        raise SourceError(f'invalid time operator "{operator}"')
    shift = seconds if operator == "plus" else -seconds
    return lambda _person: int(time.time()) + shift
