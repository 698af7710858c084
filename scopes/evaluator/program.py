"""What every mapping kind has in common: the shape of a compiled mapping, its bounds, and strict JSON.

A kind is a module with one function, `compile_source(source, scope_name) -> Program`. It raises `SourceError`; the program
it returns is pure, is kept and shared between threads, and raises `EvaluationError` (or what its engine raises).
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from scopes.context import ClaimsContext
from scopes.errors import EvaluationError, SourceError

Program = Callable[[ClaimsContext], Mapping[str, Any]]
Compiler = Callable[[str, str], Program]

SOURCE_LIMIT = 16 * 1024  # characters
OUTPUT_LIMIT = 64 * 1024  # characters of JSON
DEPTH_LIMIT = 32

# Written by the server, last; no mapping can say anything about them.
RESERVED_CLAIMS = frozenset({
    "iss", "sub", "aud", "exp", "iat", "nbf", "jti", "nonce", "azp", "act", "cnf", "client_id", "sid", "auth_time", "acr", "amr",
    "at_hash", "c_hash",
})  # fmt: skip


_STRICT = json.JSONEncoder(allow_nan=False, ensure_ascii=False)


def no_claims(_context: ClaimsContext) -> Mapping[str, Any]:
    """The program of a mapping that says nothing."""
    return {}


def parse_object(source: str) -> dict[str, Any]:
    """Parse a JSON object within the bounds; raises `SourceError` with the offset of the mistake."""
    check_depth(source)
    value = parse_json(source)
    if not isinstance(value, dict):
        raise SourceError("a JSON object is needed", code="json")
    return value


def parse_json(source: str, constant: Callable[[str], Any] | None = None) -> Any:
    """Parse JSON, without the extensions that Python's parser has; `constant` stands in for `NaN`. Raises `SourceError`."""
    try:
        value = json.loads(source, parse_constant=constant or _refuse, parse_float=_finite)
        if constant is None:
            dump(value)
    except json.JSONDecodeError as error:
        raise SourceError(error.msg, error.pos, "json") from error
    except (EvaluationError, ValueError) as error:
        raise SourceError(str(error), code="json") from error
    return value


def check_depth(source: str) -> None:
    """Refuse nesting that no claim needs; raises `SourceError` at the bracket that is one too deep."""
    depth, in_string, escaped = 0, False, False
    for offset, character in enumerate(source):
        if in_string:
            in_string = escaped or character != '"'
            escaped = not escaped and character == "\\"
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            if depth > DEPTH_LIMIT:
                raise SourceError(f"nested more than {DEPTH_LIMIT} levels deep", offset, "nesting")
        elif character in "]}":
            depth -= 1


def check_names(claims: Mapping[str, Any]) -> None:
    """Refuse claims that the server writes itself, where a source shows beforehand which ones it makes."""
    for name in claims:
        if name in RESERVED_CLAIMS:
            raise SourceError(f'top level key "{name}" not allowed. Restricted keys: {", ".join(sorted(RESERVED_CLAIMS))}', code="reserved")


def bounded(claims: Mapping[str, Any]) -> Mapping[str, Any]:
    """The claims, if they are JSON of a size that fits a token; raises `EvaluationError`."""
    text = dump(claims)
    if len(text) > OUTPUT_LIMIT:
        raise EvaluationError(f"more than {OUTPUT_LIMIT} characters of claims")
    if text.count("[") + text.count("{") > DEPTH_LIMIT:
        try:
            check_depth(text)
        except SourceError as error:
            raise EvaluationError(error.reason) from error
    return claims


def dump(value: Any) -> str:
    """Strict JSON: no `NaN`, nothing that is not JSON, nothing that UTF-8 cannot carry. Raises `EvaluationError`."""
    try:
        text = _STRICT.encode(value)
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise EvaluationError("the result is not JSON") from error
    return text


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return value
