"""Admin pages: scopes and assignments."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from audit.admin.managed import ServiceAdmin, ServiceForm
from audit.admin.records import moment
from scopes.models import Assignment, ScopeMapping
from scopes.services import assignments, mappings


class ScopeForm(ServiceForm):
    """The kind and its source are one field of the write schema."""

    class Meta:
        model = ScopeMapping
        fields = ("name", "scope_name", "description", "kind", "source", "restricted", "mandatory")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            self.fields["kind"].choices = [choice for choice in ScopeMapping.Kind.choices if choice[0] in mappings.SOURCES]  # type: ignore[attr-defined]
            self.fields["scope_name"].required = False
            self.fields["source"].required = True
            self.fields["source"].widget.attrs |= {
                "rows": 8,
                "spellcheck": "false",
                "class": f"{self.fields['source'].widget.attrs.get('class', '')} font-mono",
            }

    def clean(self) -> dict[str, Any] | None:
        """What the service says about the source stands at the source."""
        if self.refusal is not None and hasattr(self.refusal, "error_dict"):
            for kind in mappings.SOURCES:
                self.refusal.error_dict.setdefault("source", []).extend(self.refusal.error_dict.pop(kind, []))
            if not self.refusal.error_dict["source"]:
                del self.refusal.error_dict["source"]
        return super().clean()

    def wire(self) -> dict[str, Any]:
        """`{"template": …}` in place of kind and source."""
        data = super().wire()
        if "kind" in data or "source" in data:
            data[self.cleaned_data["kind"]] = self.cleaned_data["source"]
        if not data.get("scope_name", True):
            del data["scope_name"]
        return {name: value for name, value in data.items() if name not in {"kind", "source"}}


@admin.register(ScopeMapping)
class ScopeMappingAdmin(ServiceAdmin):
    """What scopes tell. The built-in ones are shown and stay as they are."""

    service = mappings
    form = ScopeForm
    list_display = ("name", "scope_name", "description", "kind_label", "restricted", "mandatory", "origin")
    list_filter = ("kind", "restricted", "managed")
    search_fields = ("name", "scope_name", "description")
    fieldsets = (
        ("What is it?", {"fields": (("name", "scope_name"), "description")}),
        ("What does it tell?", {"fields": ("kind", "source")}),
        ("Who may ask for it?", {"fields": (("restricted", "mandatory"),)}),
    )

    @display(description="kind", ordering="kind", label=True)
    def kind_label(self, mapping: ScopeMapping) -> str:
        """How the claims come about."""
        return mapping.get_kind_display()

    @display(description="origin", ordering="managed")
    def origin(self, mapping: ScopeMapping) -> str:
        """Who made it."""
        return "built in" if mapping.managed else "yours"


@admin.register(Assignment)
class AssignmentAdmin(ServiceAdmin):
    """Sets of people and groups."""

    service = assignments
    list_display = ("name", "people", "group_count", "client_count", "changed")
    search_fields = ("name", "users__username_key", "groups__name")
    autocomplete_fields = ("users", "groups")
    fields = ("name", "users", "groups")
    changed = moment("updated_at", "changed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assignment]:
        """With counts."""
        counts = {name: Count(name, distinct=True) for name in ("users", "groups", "clients")}
        found: QuerySet[Assignment] = super().get_queryset(request).annotate(**{f"{name}_count": count for name, count in counts.items()})
        return found

    @display(description="people", ordering="users_count")
    def people(self, assignment: Any) -> str:
        """How many are named one by one."""
        return "everyone" if assignment.managed else str(assignment.users_count)

    @display(description="groups", ordering="groups_count")
    def group_count(self, assignment: Any) -> int:
        """How many groups."""
        return int(assignment.groups_count)

    @display(description="clients", ordering="clients_count")
    def client_count(self, assignment: Any) -> int:
        """How many clients it guards."""
        return int(assignment.clients_count)
