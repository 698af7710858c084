"""Projects: parts of an organization with people, clients and an audience of their own."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Organization, Project
from accounts.services.people import by_names
from accounts.services.saving import assign, check, save
from accounts.services.schema import Errors, Field, Kind, Schema
from audit.record import record

SCHEMA = Schema(
    name="project",
    section="projects",
    key="key",
    fields=(
        Field("organization", required=True, fixed=True, help="Key of the organization."),
        Field("key", fixed=True, help="Stands in URLs; the name when absent."),
        Field("name", help="What people read; the key when absent."),
        Field("audience", Kind.LIST, default=[], help="What tokens of the project are for."),
        Field("members", Kind.LIST, default=[], help="User names."),
    ),
)
SELECT = ("organization",)
PREFETCH = ("members",)


@transaction.atomic
def create(data: Mapping[str, Any], *, actor: str, trusted: bool = False) -> Project:
    """Make a project; raises `ValidationError`."""
    values = SCHEMA.clean(data, trusted=trusted)
    organization = Organization.objects.filter(key=values["organization"]).first()
    if organization is None:
        raise ValidationError({"organization": [f"There is no organization “{values['organization']}”."]})
    project = Project(organization=organization, key=str(values.get("key") or values.get("name") or ""))
    _write(project, {"name": project.key, **values})
    record("project.created", actor=actor, name=str(project))
    return project


@transaction.atomic
def update(project: Project, data: Mapping[str, Any], *, actor: str, trusted: bool = False) -> Project:
    """Change what is given; raises `ValidationError`."""
    values = SCHEMA.clean(data, partial=True, trusted=trusted)
    SCHEMA.refuse_changes({"organization": project.organization.key, "key": project.key}, values)
    changed = _write(project, values)
    if changed:
        record("project.changed", actor=actor, name=str(project), changes=sorted(changed))
    return project


@transaction.atomic
def delete(project: Project, *, actor: str) -> None:
    """Remove a project; its people stay."""
    record("project.deleted", actor=actor, name=str(project))
    project.delete()


def find(key: str) -> Project | None:
    """A project by `<organization>/<project>`."""
    organization, _, project = key.partition("/")
    return Project.objects.select_related("organization").filter(organization__key=organization, key=project).first()


def read(project: Project) -> dict[str, Any]:
    """The project in the names of the schema."""
    return {
        "organization": project.organization.key,
        "key": project.key,
        "name": project.name,
        "audience": project.audience,
        "members": sorted(user.username for user in project.members.all()),
    }


def _write(project: Project, values: dict[str, Any]) -> list[str]:
    errors = Errors()
    members = None
    if "members" in values:
        with errors.of("members"):
            members = by_names(values["members"])
    errors.raise_any()
    known = project.pk is not None
    changed = assign(project, {name: values[name] for name in ("name", "audience") if name in values})
    check(project)
    if changed or not known:
        save(project)
    if members is not None and {user.pk for user in members} != set(project.members.values_list("pk", flat=True)):
        project.members.set(members)
        changed.append("members")
    return changed
