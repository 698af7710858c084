"""Admin pages of records: of what happened, and of what the server keeps for itself."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display


def moment(field: str, description: str = "") -> Callable[[Any, models.Model], str]:
    """A column for an instant: how long ago, and the exact time on hover."""

    def column(_admin: Any, item: models.Model) -> str:
        value = getattr(item, field)
        return when(value) if value else "–"

    title = description or field.removesuffix("_at").replace("_", " ")
    shown: Callable[[Any, models.Model], str] = display(column, description=title, ordering=field)
    return shown


def when(value: Any) -> SafeString:
    """How long ago, with the exact time on hover."""
    exact = timezone.localtime(value).isoformat(sep=" ", timespec="seconds")
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, naturaltime(value))


def plain_json(value: Any) -> SafeString:
    """A structure as text that a person can read."""
    return format_html('<pre class="whitespace-pre-wrap break-all">{}</pre>', json.dumps(value, indent=2, ensure_ascii=False))


class RecordAdmin(ModelAdmin):
    """A list of what happened or of what the server keeps for itself: nothing is added or changed here.

    `fields` name what is shown; a column that is not listed is never rendered.
    """

    list_fullwidth = True
    actions_on_top = True
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Records come from what happens."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Records stay as they are."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Records are removed by `idp clean` only."""
        return False

    def holds(self, request: HttpRequest, verb: str) -> bool:
        """Whether the person has Django's own permission, which the methods above do not ask."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.{verb}_{self.opts.model_name}"))

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Who may delete a record through the API may end what it stands for here."""
        return self.holds(request, "delete")
