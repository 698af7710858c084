"""Groups of people, one inside another."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import hooks
from accounts.models import Group
from accounts.services.people import by_names
from accounts.services.saving import assign, check, save
from accounts.services.schema import Errors, Field, Kind, Schema
from audit.record import record

SCHEMA = Schema(
    name="group",
    section="groups",
    key="name",
    fields=(
        Field("name", required=True, help="May hold `/`."),
        Field("parent", null=True, help="Name of the group that this one stands in; its members are members of that one too."),
        Field("metadata", Kind.OBJECT, default={}, help="Free data for templates and expressions."),
        Field("members", Kind.LIST, write_only=True, help="User names of the direct members, in place of the present ones."),
    ),
)
SELECT = ("parent",)


@transaction.atomic
def create(data: Mapping[str, Any], *, actor: str, trusted: bool = False) -> Group:
    """Make a group; raises `ValidationError`."""
    values = SCHEMA.clean(data, trusted=trusted)
    group = Group()
    _write(group, values)
    record("group.created", actor=actor, name=group.name)
    return group


@transaction.atomic
def update(group: Group, data: Mapping[str, Any], *, actor: str, trusted: bool = False) -> Group:
    """Change what is given; raises `ValidationError`, for a circle of groups among others."""
    changed = _write(group, SCHEMA.clean(data, partial=True, trusted=trusted))
    if changed:
        record("group.changed", actor=actor, name=group.name, changes=sorted(changed))
    return group


@transaction.atomic
def delete(group: Group, *, actor: str) -> None:
    """Remove a group that no other stands in; raises `ValidationError`. Its members stay."""
    if inner := list(group.children.values_list("name", flat=True)[:5]):
        raise ValidationError(f"Other groups stand in this one: {', '.join(inner)}.")
    record("group.deleted", actor=actor, name=group.name)
    group.delete()
    hooks.registry_changed()


def find(key: str) -> Group | None:
    """A group by name."""
    return Group.objects.filter(name=key).first()


def read(group: Group) -> dict[str, Any]:
    """The group in the names of the schema; its members are said by the users."""
    return {"name": group.name, "parent": group.parent.name if group.parent else None, "metadata": group.metadata}


def _write(group: Group, values: dict[str, Any]) -> list[str]:
    errors = Errors()
    members = None
    if "parent" in values:
        with errors.of("parent"):
            values["parent"] = _parent(group, values["parent"])
    if "members" in values:
        with errors.of("members"):
            members = by_names(values.pop("members"))
    errors.raise_any()
    known = group.pk is not None
    changed = assign(group, values)
    check(group)
    if changed or not known:
        save(group)
        hooks.registry_changed()
    if members is not None and {user.pk for user in members} != set(group.users.values_list("pk", flat=True)):
        group.users.set(members)
        changed.append("members")
    return changed


def _parent(group: Group, name: str | None) -> Group | None:
    if not name:
        return None
    parent = find(name)
    if parent is None:
        raise ValidationError(f"There is no group “{name}”.")
    step: Group | None = parent
    while step is not None:
        if step.pk == group.pk:
            raise ValidationError("A group cannot stand inside itself.", code="cycle")
        step = step.parent
    return parent
