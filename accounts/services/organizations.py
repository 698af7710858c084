"""Organizations: tenants with projects inside."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Organization
from accounts.services import projects
from accounts.services.people import by_names
from accounts.services.saving import assign, check, save
from accounts.services.schema import Errors, Field, Kind, Schema
from audit.record import record

SCHEMA = Schema(
    name="organization",
    section="organizations",
    key="key",
    fields=(
        Field("key", fixed=True, help="Stands in URLs; the name when absent."),
        Field("name", help="What people read; the key when absent."),
        Field("members", Kind.LIST, default=[], help="User names."),
        Field("projects", Kind.OBJECTS, default=[], help="Projects to make or change; others stay."),
    ),
)
PREFETCH = ("members", "projects__members")


@transaction.atomic
def create(data: Mapping[str, Any], *, actor: str, trusted: bool = False) -> Organization:
    """Make an organization; raises `ValidationError`."""
    values = SCHEMA.clean(data, trusted=trusted)
    organization = Organization(key=key_of(values))
    _write(organization, {"name": organization.key, **values}, actor)
    record("organization.created", actor=actor, name=organization.key)
    return organization


@transaction.atomic
def update(organization: Organization, data: Mapping[str, Any], *, actor: str, trusted: bool = False) -> Organization:
    """Change what is given; raises `ValidationError`."""
    values = SCHEMA.clean(data, partial=True, trusted=trusted)
    SCHEMA.refuse_changes({"key": organization.key}, values)
    changed = _write(organization, values, actor)
    if changed:
        record("organization.changed", actor=actor, name=organization.key, changes=sorted(changed))
    return organization


@transaction.atomic
def delete(organization: Organization, *, actor: str) -> None:
    """Remove an organization with its projects."""
    record("organization.deleted", actor=actor, name=organization.key)
    organization.delete()


def key_of(data: Mapping[str, Any]) -> str:
    """The key that a description means."""
    return str(data.get("key") or data.get("name") or "")


def find(key: str) -> Organization | None:
    """An organization by key."""
    return Organization.objects.filter(key=key).first()


def read(organization: Organization) -> dict[str, Any]:
    """The organization in the names of the schema."""
    return {
        "key": organization.key,
        "name": organization.name,
        "members": sorted(user.username for user in organization.members.all()),
        "projects": [_without_organization(projects.read(project)) for project in organization.projects.all()],
    }


def _without_organization(project: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in project.items() if name != "organization"}


def _write(organization: Organization, values: dict[str, Any], actor: str) -> list[str]:
    errors = Errors()
    members = None
    if "members" in values:
        with errors.of("members"):
            members = by_names(values["members"])
    errors.raise_any()
    known = organization.pk is not None
    changed = assign(organization, {"name": values["name"]} if "name" in values else {})
    check(organization)
    if changed or not known:
        save(organization)
    if members is not None and {user.pk for user in members} != set(organization.members.values_list("pk", flat=True)):
        organization.members.set(members)
        changed.append("members")
    _write_projects(organization, values.get("projects", ()), actor)
    return changed


def _write_projects(organization: Organization, described: Any, actor: str) -> None:
    errors = Errors()
    for description in described:
        found = organization.projects.filter(key=key_of(description)).first()
        try:
            if found is None:
                projects.create({**description, "organization": organization.key}, actor=actor)
            else:
                projects.update(found, description, actor=actor)
        except ValidationError as error:
            errors.merge(ValidationError([f"{key_of(description)}: {message}" for message in error.messages]), "projects")
    errors.raise_any()
