"""The same claims for everyone: the source is a JSON object."""

from scopes.context import ClaimsContext
from scopes.evaluator.program import Program, check_names, parse_object


def compile_source(source: str, _scope_name: str) -> Program:
    """Parse the claims; raises `SourceError`."""
    claims = parse_object(source)
    check_names(claims)

    def program(_context: ClaimsContext) -> dict[str, object]:
        return claims

    return program
