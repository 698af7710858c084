"""What is kept in memory of mappings and groups: one query each, plain values out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from accounts.models import Group
from scopes.context import GroupView, MappingView
from scopes.models import ScopeMapping


@dataclass(frozen=True)
class GroupTree:
    """All groups by row id, and for each one the groups around it, nearest first."""

    groups: Mapping[int, GroupView] = field(default_factory=dict)
    around: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


def load() -> tuple[MappingView, ...]:
    """Every mapping, in the order in which results are merged."""
    rows = ScopeMapping.objects.order_by().values_list(
        "name", "scope_name", "kind", "source", "description", "restricted", "mandatory", "managed"
    )
    # Sorted here, because databases do not agree about the order of texts.
    return tuple(sorted((MappingView(*row) for row in rows), key=lambda one: (one.scope_name, one.name)))


def load_groups() -> GroupTree:
    """Every group with its path; a group that by some accident stands around itself ends the climb."""
    rows = {row[0]: row for row in Group.objects.values_list("id", "uuid", "name", "metadata", "parent_id")}
    parents = {pk: row[4] for pk, row in rows.items()}
    around = {pk: _climb(pk, parents) for pk in rows}
    paths = {pk: _path(row[2], [rows[outer][2] for outer in reversed(around[pk])]) for pk, row in rows.items()}
    groups = {
        pk: GroupView(id=pk, uuid=str(uuid), name=name, path=paths[pk], metadata=metadata)
        for pk, uuid, name, metadata, _parent in rows.values()
    }
    return GroupTree(groups, around)


def effective_groups(direct_ids: Iterable[int], tree: GroupTree) -> tuple[GroupView, ...]:
    """The groups somebody is in: direct memberships in their order, then the groups around them; each once."""
    direct = [pk for pk in direct_ids if pk in tree.groups]
    outer = [pk for one in direct for pk in tree.around[one]]
    return tuple(tree.groups[pk] for pk in dict.fromkeys(direct + outer))


def _climb(pk: int, parents: Mapping[int, int | None]) -> tuple[int, ...]:
    seen = {pk: None}
    parent = parents.get(pk)
    while parent is not None and parent not in seen:
        seen[parent] = None
        parent = parents.get(parent)
    return tuple(seen)[1:]


def _path(name: str, outer: Iterable[str]) -> str:
    # A name that begins with its parent's whole path already is one: "vo/a" inside "vo" is /vo/a, "a" inside "vo" as well.
    path = ""
    for part in (*outer, name):
        own = f"/{part.strip('/')}"
        path = own if own.startswith(f"{path}/") else path + own
    return path
