"""Claims copied from one place of the person each.

The source is a JSON object from claim to path, `{"phone_ext": "attributes.phone.extension"}`, or a single path, whose last
part then names the claim. A path begins with a field of the person or with `attributes`; any other beginning is a free
attribute, so that `department` is short for `attributes.department`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from scopes.context import ClaimsContext, PersonView
from scopes.errors import SourceError
from scopes.evaluator.program import Program, bounded, check_names, parse_object

Read = Callable[[PersonView], Any]

CLAIM_LIMIT = 64
PART_LIMIT = 16

# What a mapping may read. `id` is a row number, nobody's business outside.
FIELDS = frozenset({
    "uuid", "sub", "username", "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile",
    "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "phone_number", "phone_number_verified", "address", "email",
    "email_verified", "attributes", "updated_at", "created_at",
})  # fmt: skip


def compile_source(source: str, _scope_name: str) -> Program:
    """Parse the paths; raises `SourceError`. A path that leads nowhere gives no claim."""
    paths = _paths(source)
    check_names(paths)
    reads = [(claim, _reader(path)) for claim, path in paths.items()]

    def program(context: ClaimsContext) -> Mapping[str, Any]:
        values = ((claim, read(context.person)) for claim, read in reads)
        return bounded({claim: value for claim, value in values if value not in (None, "")})

    return program


def _paths(source: str) -> Mapping[str, str]:
    text = source.strip()
    if not text.startswith("{"):
        return {text.rpartition(".")[2]: text}
    paths = parse_object(source)
    if len(paths) > CLAIM_LIMIT:
        raise SourceError(f"more than {CLAIM_LIMIT} claims", code="attribute")
    for claim, path in paths.items():
        if not claim or not isinstance(path, str):
            raise SourceError("each claim needs a path", code="attribute")
    return paths


def _reader(path: str) -> Read:
    first, *rest = path.split(".")
    if not all((first, *rest)) or len(rest) >= PART_LIMIT:
        raise SourceError(f"not a path: {path[:100]!r}", code="attribute")
    if first not in FIELDS:
        first, rest = "attributes", [first, *rest]

    def read(person: PersonView) -> Any:
        value = getattr(person, first)
        for part in rest:
            if not isinstance(value, Mapping):
                return None
            value = value.get(part)
        return value

    return read
