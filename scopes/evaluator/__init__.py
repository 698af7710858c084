"""From a mapping to claims: one module per kind, no stored code is ever run.

`KINDS` is the closed vocabulary. Programs are compiled once and kept by their content, so the same source is never parsed
twice while it is in use; there is nothing to invalidate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError

from scopes.context import ClaimsContext, MappingView
from scopes.errors import EvaluationError, SourceError
from scopes.evaluator import attribute, builtin, constant, expression, groups, template
from scopes.evaluator.program import SOURCE_LIMIT, Compiler, Program

KINDS: Mapping[str, Compiler] = {
    "builtin": builtin.compile_source,
    "template": template.compile_source,
    "attribute": attribute.compile_source,
    "constant": constant.compile_source,
    "groups": groups.compile_source,
    "expression": expression.compile_source,
}

CACHE_SIZE = 1024
ERROR_LIMIT = 300
# What engines raise on data that does not suit a source. Anything else is our own mistake and must be seen.
_FAILURES = (EvaluationError, SourceError, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Result:
    """What one mapping says: its claims, or none and the error as text. Claims may be shared between calls: never change them."""

    claims: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""


def evaluate(mapping: MappingView, context: ClaimsContext) -> Result:
    """The claims of one mapping. Never raises for what a mapping or a person's data may contain."""
    try:
        return Result(_program(mapping.kind, mapping.source, mapping.scope_name)(context))
    except _FAILURES as error:
        return Result(error=f"{type(error).__name__}: {error}"[:ERROR_LIMIT])


def validate(kind: str, source: str, scope_name: str = "") -> None:
    """Refuse a source that does not compile: a `ValidationError` whose params are `message`, `line` and `column`, from 1."""
    try:
        _program(kind, source, scope_name)
    except SourceError as error:
        before = source[: error.offset]
        line, column = before.count("\n") + 1, error.offset - (before.rfind("\n") + 1) + 1
        raise ValidationError(
            "%(message)s (line %(line)s, column %(column)s)",
            code=error.code,
            params={"message": error.reason, "line": line, "column": column},
        ) from error


@lru_cache(maxsize=CACHE_SIZE)
def _program(kind: str, source: str, scope_name: str) -> Program:
    compiler = KINDS.get(kind)
    if compiler is None:
        raise SourceError(f"unknown kind {kind!r}", code="kind")
    if len(source) > SOURCE_LIMIT:
        raise SourceError(f"longer than {SOURCE_LIMIT} characters", SOURCE_LIMIT, "length")
    return compiler(source, scope_name)
