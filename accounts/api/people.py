"""Resources: users, groups, organizations, projects."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from rest_framework import serializers

from accounts import privileges
from accounts.api.filters import UserFilter
from accounts.api.resources import Resource
from accounts.api.serializers import serializer
from accounts.models import Group, Organization, Project, User
from accounts.services import groups, organizations, projects, users


def _instants() -> dict[str, Any]:
    return {"created_at": serializers.DateTimeField(read_only=True), "updated_at": serializers.DateTimeField(read_only=True)}


class UserViewSet(Resource):
    """People."""

    service = users
    permission_model = User
    queryset = User.objects.all()
    prefetch = users.PREFETCH
    filterset_class = UserFilter
    serializer_class = serializer(
        users.SCHEMA,
        users.read,
        sub=serializers.CharField(read_only=True, help_text="The public subject identifier."),
        last_login=serializers.DateTimeField(read_only=True, allow_null=True),
        **_instants(),
    )

    def guard(self, item: User | None, data: Mapping[str, Any]) -> None:
        """Nobody changes a person who may do more than they themselves."""
        privileges.may_change_user(self.caller, item, data)


class GroupViewSet(Resource):
    """Groups of people."""

    service = groups
    permission_model = Group
    queryset = Group.objects.all()
    select = groups.SELECT
    filterset_fields = ("name",)
    serializer_class = serializer(groups.SCHEMA, groups.read, **_instants())

    def guard(self, item: Group | None, data: Mapping[str, Any]) -> None:
        """Nobody fills a group that may do more than they themselves."""
        if item is not None and ("members" in data or not data):
            privileges.may_fill_groups(self.caller, [item])


class OrganizationViewSet(Resource):
    """Organizations, with their projects inside."""

    service = organizations
    permission_model = Organization
    queryset = Organization.objects.all()
    prefetch = organizations.PREFETCH
    filterset_fields = ("key",)
    serializer_class = serializer(organizations.SCHEMA, organizations.read, **_instants())

    def guard(self, item: Organization | None, data: Mapping[str, Any]) -> None:
        """Projects that come along need the permission for projects."""
        if data.get("projects") and not self.caller.has_perms(("accounts.add_project", "accounts.change_project")):
            raise PermissionDenied("You may not make or change projects.")


class ProjectViewSet(Resource):
    """Projects of organizations."""

    service = projects
    permission_model = Project
    queryset: QuerySet[Project] = Project.objects.all()
    select = projects.SELECT
    prefetch = projects.PREFETCH
    filterset_fields = ("key", "organization__key")
    serializer_class = serializer(projects.SCHEMA, projects.read, **_instants())
