"""Admin pages: groups, organizations, projects."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts import privileges
from accounts.admin.people import staff
from accounts.models import Group, Organization, Project
from accounts.services import groups, organizations, projects
from audit.admin.managed import ListField, ServiceAdmin, ServiceForm
from audit.admin.records import moment
from audit.record import record

PERMISSION_APPS = ("accounts", "scopes", "providers", "audit", "usersessions")


@admin.register(Group)
class GroupAdmin(ServiceAdmin):
    """Groups of people. Permissions of a group are a matter for administrators."""

    service = groups
    list_display = ("name", "parent", "member_count", "changed")
    search_fields = ("name",)
    autocomplete_fields = ("parent",)
    list_select_related = ("parent",)
    fieldsets = (
        ("What is it?", {"fields": ("name", "parent", "metadata")}),
        (
            "What may its members do here?",
            {"fields": ("permissions",), "description": "Permissions for this administration and the management API."},
        ),
    )
    changed = moment("updated_at", "changed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        """With the number of members."""
        found: QuerySet[Group] = super().get_queryset(request).annotate(members=Count("users", distinct=True))
        return found

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Only administrators see permissions."""
        return self.fieldsets if request.user.is_superuser else self.fieldsets[:1]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The permissions that mean something here."""
        own = Permission.objects.filter(content_type__app_label__in=PERMISSION_APPS).select_related("content_type")
        return super().formfield_for_manytomany(db_field, request, queryset=own, widget=UnfoldAdminCheckboxSelectMultipleWidget, **kwargs)

    def guard(self, request: HttpRequest, item: Any, data: dict[str, Any]) -> None:
        """Removing a group of administrators takes one."""
        if item is not None and not data:
            privileges.may_fill_groups(staff(request), [item])

    def save_model(self, request: HttpRequest, obj: Any, form: ServiceForm, change: bool) -> None:
        """Permissions are no part of the write schema: they are set here alone."""
        permissions = form.cleaned_data.pop("permissions", None)
        super().save_model(request, obj, form, change)
        if permissions is not None and request.user.is_superuser and set(permissions) != set(obj.permissions.all()):
            obj.permissions.set(permissions)
            record("group.changed", actor=request.user.get_username(), name=obj.name, changes=["permissions"])

    @display(description="members", ordering="members")
    def member_count(self, group: Any) -> int:
        """How many people are in it directly."""
        return int(group.members)


@admin.register(Organization)
class OrganizationAdmin(ServiceAdmin):
    """Organizations."""

    service = organizations
    list_display = ("key", "name", "changed")
    search_fields = ("key", "name")
    autocomplete_fields = ("members",)
    fields = ("key", "name", "members")
    changed = moment("updated_at", "changed")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """The key stands in URLs."""
        return ("key",) if obj else ()


class ProjectForm(ServiceForm):
    """A project."""

    audience = ListField(help_text="What its tokens are for, one a line.")


@admin.register(Project)
class ProjectAdmin(ServiceAdmin):
    """Projects."""

    service = projects
    form = ProjectForm
    list_display = ("key", "organization", "name", "changed")
    list_filter = ("organization",)
    list_select_related = ("organization",)
    search_fields = ("key", "name", "organization__key")
    autocomplete_fields = ("organization", "members")
    fields = ("organization", "key", "name", "audience", "members")
    changed = moment("updated_at", "changed")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Organization and key stand in URLs."""
        return ("organization", "key") if obj else ()
