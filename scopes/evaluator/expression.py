"""Claims from a CEL expression that makes an object: `{"roles": user.groups.filter(g, g.startsWith("app-"))}`.

It sees plain copies: `user` (the person's claims, `groups` by name and `attributes`), `groups` (with `id`, `name`, `path` and
`metadata`), `client` (`client_id`, `client_name`) and `request` (`scopes`, `issuer`). `null` means no claims.
"""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from scopes.context import ClaimsContext
from scopes.errors import EvaluationError
from scopes.evaluator.attribute import FIELDS
from scopes.evaluator.builtin import full_name
from scopes.evaluator.cel.expression import Expression, Members
from scopes.evaluator.program import Program, bounded

VARIABLES: Mapping[str, Members] = {
    "user": {
        **{field: attrgetter(f"person.{field}") for field in sorted(FIELDS)},
        "name": lambda context: full_name(context.person),
        "groups": lambda context: [group.name for group in context.person.groups],
    },
    "groups": {
        "": lambda context: [
            {"id": group.uuid, "name": group.name, "path": group.path, "metadata": group.metadata} for group in context.person.groups
        ],
    },
    "client": {"client_id": attrgetter("client_id"), "client_name": attrgetter("client_name")},
    "request": {"scopes": lambda context: list(context.scopes), "issuer": attrgetter("issuer")},
}
LISTS = ("user.groups", "groups", "request.scopes")


def compile_source(source: str, _scope_name: str) -> Program:
    """Compile an expression; raises `SourceError`."""
    expression = Expression(source, VARIABLES, LISTS)

    def program(context: ClaimsContext) -> Mapping[str, Any]:
        claims = expression.run(context)
        if claims is None:
            return {}
        if not isinstance(claims, dict) or not all(isinstance(name, str) for name in claims):
            raise EvaluationError("the expression does not make an object with names")
        return bounded(claims)

    return program
