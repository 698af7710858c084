"""Functions that the language leaves to its host, under the names that its extensions use. They are pure and bounded."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from scopes.errors import EvaluationError
from scopes.evaluator.cel.cost import TEXT_LIMIT


def _distinct(items: list[Any]) -> list[Any]:
    return list({json.dumps(item, sort_keys=True, default=str): item for item in items}.values())


def _flatten(items: list[Any]) -> list[Any]:
    return [inner for item in items for inner in (item if isinstance(item, list) else [item])]


def _index_of(text: str, part: str) -> int:
    return text.find(part)


def _join(items: list[str], separator: str = "") -> str:
    return _bounded(sum(map(len, items)) + len(separator) * len(items), lambda: separator.join(items))


def _lower_ascii(text: str) -> str:
    return text.translate(_LOWER)


def _upper_ascii(text: str) -> str:
    return text.translate(_UPPER)


def _replace(text: str, old: str, new: str) -> str:
    return _bounded(len(text) + text.count(old) * len(new), lambda: text.replace(old, new))


def _sort(items: list[Any]) -> list[Any]:
    return sorted(items)


def _split(text: str, separator: str) -> list[str]:
    return text.split(separator) if separator else list(text)


def _string(value: Any) -> str:
    # The engine does numbers and texts by itself.
    if not isinstance(value, bool):
        raise EvaluationError("string takes a number, a text or a truth value")
    return "true" if value else "false"


def _substring(text: str, start: int, end: int | None = None) -> str:
    return text[max(start, 0) : len(text) if end is None else max(end, 0)]


def _trim(text: str) -> str:
    return text.strip()


def _bounded(length: int, make: Callable[[], str]) -> str:
    if length > TEXT_LIMIT:
        raise EvaluationError(f"a text of more than {TEXT_LIMIT} characters")
    return make()


_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}

HOST_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "distinct": _distinct,
    "flatten": _flatten,
    "indexOf": _index_of,
    "join": _join,
    "lowerAscii": _lower_ascii,
    "replace": _replace,
    "sort": _sort,
    "split": _split,
    "string": _string,
    "substring": _substring,
    "trim": _trim,
    "upperAscii": _upper_ascii,
}
