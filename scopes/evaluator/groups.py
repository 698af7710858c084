"""A claim that lists the person's groups.

The source is empty or a JSON object with any of `claim` (default `groups`), `by` (`name`, `id` or `path`; default `name`)
and `prefix`: only groups whose shown value begins with it. An `id` is a group's UUID.
"""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from scopes.context import ClaimsContext
from scopes.errors import SourceError
from scopes.evaluator.program import Program, bounded, check_names, parse_object

_BY = {"name": attrgetter("name"), "id": attrgetter("uuid"), "path": attrgetter("path")}
_DEFAULTS = {"claim": "groups", "by": "name", "prefix": ""}


def compile_source(source: str, _scope_name: str) -> Program:
    """Parse the options; raises `SourceError`. A person without such groups gets no claim."""
    options = _options(source)
    claim, prefix, show = options["claim"], options["prefix"], _BY[options["by"]]

    def program(context: ClaimsContext) -> Mapping[str, Any]:
        shown = dict.fromkeys(show(group) for group in context.person.groups)
        listed = [value for value in shown if value.startswith(prefix)]
        return bounded({claim: listed}) if listed else {}

    return program


def _options(source: str) -> dict[str, str]:
    given = parse_object(source) if source.strip() else {}
    for name, value in given.items():
        if name not in _DEFAULTS:
            raise SourceError(f"unknown option {name!r}; known: {', '.join(_DEFAULTS)}", code="groups")
        if not isinstance(value, str):
            raise SourceError(f"the option {name!r} is a text", code="groups")
    options = _DEFAULTS | given
    if options["by"] not in _BY:
        raise SourceError(f"groups are listed by {', '.join(_BY)}", code="groups")
    if not options["claim"]:
        raise SourceError("the claim needs a name", code="groups")
    check_names({options["claim"]: None})
    return options
