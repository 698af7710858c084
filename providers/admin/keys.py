"""Admin page: signing keys. Private keys are never rendered."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget

from audit.admin.managed import ServiceAdmin, ServiceForm
from audit.admin.records import moment
from providers.models import Key, SigningKey
from providers.services import keys


class SigningKeyInline(TabularInline):
    """The pairs of a series: which signs, which waits, which only verifies."""

    model = SigningKey
    fields = readonly_fields = ("kid", "status", "signs_from", "retired_at", "expires_at")
    extra = max_num = 0
    can_delete = False
    hide_title = True
    verbose_name_plural = "Key pairs"

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever sees the series."""
        return True

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only shown."""
        return False


class KeyForm(ServiceForm):
    """A series."""

    algorithm = forms.ChoiceField(choices=[(name, name) for name in Key.Algorithm.values], widget=UnfoldAdminSelectWidget)


@admin.register(Key)
class KeyAdmin(ServiceAdmin):
    """Series of signing keys."""

    service = keys
    list_display = ("name", "jws_algorithm", "signing", "next_turn", "changed")
    list_filter = ("algorithm",)
    search_fields = ("name", "signing_keys__kid")
    form = KeyForm
    inlines = (SigningKeyInline,)
    actions = ("rotate",)
    changed = moment("updated_at", "changed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Key]:
        """With the pairs."""
        found: QuerySet[Key] = super().get_queryset(request).prefetch_related("signing_keys")
        return found

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """What may be chosen once."""
        return ("name", "jws_algorithm") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[Any, ...]:
        """Chosen once, shown afterwards."""
        return ("name", "jws_algorithm" if obj else "algorithm", ("rotation_period", "verification_ttl"), "allowed_client_ids")

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> tuple[type[Any], ...]:
        """A series that does not exist yet has no pairs."""
        return self.inlines if obj is not None else ()

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """The lifetimes of built-in series may be changed too."""
        return bool(request.user.has_perm("providers.change_key"))

    @display(description="algorithm", ordering="algorithm")
    def jws_algorithm(self, key: Key) -> str:
        """As RFC 7518 spells it."""
        return key.algorithm

    @display(description="signs now")
    def signing(self, key: Key) -> str:
        """The kid of the active pair."""
        return next((pair.kid for pair in key.signing_keys.all() if pair.status == SigningKey.Status.ACTIVE), "–")

    @display(description="next turn")
    def next_turn(self, key: Key) -> str:
        """When the waiting pair takes over."""
        waiting = [pair.signs_from for pair in key.signing_keys.all() if pair.status == SigningKey.Status.NEXT]
        return timezone.localtime(min(waiting)).strftime("%Y-%m-%d %H:%M") if waiting else "–"

    @action(description="Rotate", permissions=["change"])
    def rotate(self, request: HttpRequest, queryset: QuerySet[Key]) -> None:
        """Let the waiting pairs take over as soon as verifiers can know them."""
        for key in queryset:
            at = keys.rotate(key, actor=request.user.get_username())
            self.message_user(request, f"{key.name}: the next key signs from {timezone.localtime(at):%Y-%m-%d %H:%M} on.", messages.SUCCESS)
