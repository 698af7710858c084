"""May this person use this client? Assignments answer first; policies, once there are any, only take away."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scopes.context import PersonView

EVERYONE = "everyone"


@dataclass(frozen=True)
class AssignmentView:
    """A named set of people and groups, as `scopes.models.Assignment` holds it. `allow_all` lets everyone in."""

    name: str
    allow_all: bool = False
    user_ids: frozenset[int] = frozenset()
    group_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class AccessContext:
    """Everything that may influence the decision. No assignments: the client serves everyone."""

    person: PersonView
    assignments: tuple[AssignmentView, ...] = ()
    client_id: str = ""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """The verdict; `rule` names what decided, `reason` is a sentence for the person."""

    allowed: bool
    rule: str
    reason: str = ""


def may_use(context: AccessContext) -> Decision:
    """Decide. The person needs one of the client's assignments, directly or through an effective group."""
    if not context.assignments:
        return Decision(True, EVERYONE)
    groups = frozenset(group.id for group in context.person.groups)
    for assignment in context.assignments:
        if assignment.allow_all or context.person.id in assignment.user_ids or groups & assignment.group_ids:
            return Decision(True, assignment.name)
    names = ", ".join(assignment.name for assignment in context.assignments)
    return Decision(False, names, f"This application is only for: {names}.")


def resolve(ids: Iterable[int], table: Mapping[int, AssignmentView]) -> tuple[AssignmentView, ...]:
    """The assignments of a client. One that is gone lets nobody in, so that its loss never opens a client to everyone."""
    return tuple(table.get(pk) or AssignmentView(f"#{pk}") for pk in ids)
