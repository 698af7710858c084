"""Assignments: named sets of people and groups who may use a client."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import hooks
from accounts.models import Group
from accounts.services.people import by_names
from accounts.services.saving import assign, check, save
from accounts.services.schema import Errors, Field, Kind, Schema, refuse_unknown
from audit.record import record
from scopes.models import Assignment

ALLOW_ALL = "allow_all"
SCHEMA = Schema(
    name="assignment",
    section="assignments",
    key="name",
    fields=(
        Field("name", required=True),
        Field("users", Kind.LIST, default=[], help="User names."),
        Field("groups", Kind.LIST, default=[], help="Names of groups; their inner groups count too."),
    ),
)
PREFETCH = ("users", "groups")


@transaction.atomic
def create(data: Mapping[str, Any], *, actor: str, trusted: bool = False) -> Assignment:
    """Make an assignment; raises `ValidationError`."""
    assignment = Assignment()
    _write(assignment, SCHEMA.clean(data, trusted=trusted))
    record("assignment.created", actor=actor, name=assignment.name)
    return assignment


@transaction.atomic
def update(assignment: Assignment, data: Mapping[str, Any], *, actor: str, trusted: bool = False) -> Assignment:
    """Change what is given; raises `ValidationError`."""
    _refuse_managed(assignment)
    changed = _write(assignment, SCHEMA.clean(data, partial=True, trusted=trusted))
    if changed:
        record("assignment.changed", actor=actor, name=assignment.name, changes=sorted(changed))
    return assignment


@transaction.atomic
def delete(assignment: Assignment, *, actor: str) -> None:
    """Remove an assignment that no client uses: without it, such a client would serve everyone."""
    _refuse_managed(assignment)
    if used := list(assignment.clients.values_list("slug", flat=True)[:5]):
        raise ValidationError(f"Clients use this assignment: {', '.join(used)}.", code="used")
    record("assignment.deleted", actor=actor, name=assignment.name)
    assignment.delete()
    hooks.registry_changed()


def find(key: str) -> Assignment | None:
    """An assignment by name."""
    return Assignment.objects.filter(name=key).first()


def read(assignment: Assignment) -> dict[str, Any]:
    """The assignment in the names of the schema."""
    return {
        "name": assignment.name,
        "users": sorted(user.username for user in assignment.users.all()),
        "groups": sorted(group.name for group in assignment.groups.all()),
    }


@transaction.atomic
def ensure_allow_all() -> None:
    """Make the built-in assignment that serves everyone."""
    _, created = Assignment.objects.get_or_create(name=ALLOW_ALL, defaults={"managed": True})
    if created:
        hooks.registry_changed()


def _refuse_managed(assignment: Assignment) -> None:
    if assignment.managed:
        raise ValidationError(f"“{assignment.name}” is built in and means everyone.", code="managed")


def _write(assignment: Assignment, values: Mapping[str, Any]) -> list[str]:
    errors = Errors()
    users, groups = None, None
    with errors.of("users"):
        users = by_names(values["users"]) if "users" in values else None
    with errors.of("groups"):
        groups = _groups(values["groups"]) if "groups" in values else None
    errors.raise_any()
    known = assignment.pk is not None
    changed = assign(assignment, {"name": values["name"]} if "name" in values else {})
    check(assignment)
    if changed or not known:
        save(assignment)
    if users is not None and {user.pk for user in users} != set(assignment.users.values_list("pk", flat=True)):
        assignment.users.set(users)
        changed.append("users")
    if groups is not None and {group.pk for group in groups} != set(assignment.groups.values_list("pk", flat=True)):
        assignment.groups.set(groups)
        changed.append("groups")
    if changed:
        hooks.registry_changed()
    return changed


def _groups(names: list[str]) -> list[Group]:
    groups = list(Group.objects.filter(name__in=names))
    refuse_unknown(names, (group.name for group in groups), "group")
    return groups
