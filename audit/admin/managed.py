"""Admin pages of things that are changed through `services`, so that the admin, the API and `idp apply` never differ."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

ACRONYMS = {
    "uri": "URI",
    "uris": "URIs",
    "id": "ID",
    "ids": "IDs",
    "tos": "terms-of-service",
    "jwks": "JWKS",
    "pkce": "PKCE",
    "alg": "algorithm",
}


class ListField(forms.CharField):
    """A list of texts without spaces, one a line."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        super().__init__(widget=UnfoldAdminTextareaWidget(attrs={"rows": rows, "spellcheck": "false"}), required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Lists come from the database, texts from a form that is shown again."""
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else "\n".join(str(value or "").split())

    def to_python(self, value: Any) -> Any:
        """The words."""
        return str(value or "").split()

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare words, not spacing."""
        return bool(self.prepare_value(initial).split() != self.to_python(data))


class ServiceForm(ModelForm):  # type: ignore[type-arg]
    """A form whose values go to a service. `refusal` is what the service said about them the first time.

    `entries` are the fields of the write schema: their help and choices are shown. `renamed` maps form fields to them where
    a name is taken.
    """

    refusal: ValidationError | None = None
    entries: Mapping[str, Any] = {}
    renamed: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in list(self.fields.items()):
            if entry := self.entries.get(self.renamed.get(name, name)):
                self.fields[name] = _fitted(field, entry)

    def clean(self) -> dict[str, Any] | None:
        """Put the service's messages at the fields they are about."""
        cleaned = super().clean()
        if self.refusal is not None:
            places = {wire_name: name for name, wire_name in self.renamed.items()}
            for wire_name, errors in _by_field(self.refusal).items():
                name = places.get(wire_name or "", wire_name)
                self.add_error(name if name in self.fields else None, errors)
        return cleaned

    def _post_clean(self) -> None:
        """The service validates; the row in hand stays as it is in the database."""

    def wire(self) -> dict[str, Any]:
        """The changed values as the write schema names and shapes them."""
        names = self.cleaned_data if self.instance.pk is None else self.changed_data
        return {self.renamed.get(name, name): _plain(self.cleaned_data[name]) for name in names if name in self.cleaned_data}


class ServiceAdmin(ModelAdmin):
    """A thing that people manage. Saving and deleting go through the services that the API uses."""

    form = ServiceForm
    service: Any = None  # a module of an app's services
    list_fullwidth = True
    warn_unsaved_form = True

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """What the product made for itself is shown and stays as it is."""
        return not getattr(obj, "managed", False) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """What the product made for itself stays."""
        return not getattr(obj, "managed", False) and bool(super().has_delete_permission(request, obj))

    def guard(self, request: HttpRequest, item: models.Model | None, data: dict[str, Any]) -> None:
        """Raise `PermissionDenied` for what this person may not do to this thing, beyond Django's permissions."""

    def get_form(self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        """The form, told what the service refused."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"refusal": getattr(request, "refusal", None), "entries": self.service.SCHEMA.by_name})

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Save; what the service refuses is shown at the fields, and nothing has been written."""
        try:
            response: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
            response = super().changeform_view(request, object_id, form_url, extra_context)
        return response

    def save_model(self, request: HttpRequest, obj: models.Model, form: ServiceForm, change: bool) -> None:
        """Hand the values to the service; many-to-many values are among them."""
        data, actor = form.wire(), request.user.get_username()
        self.guard(request, obj if change else None, data)
        saved = self.service.update(obj, data, actor=actor) if change else self.service.create(data, actor=actor)
        obj.__dict__.update(saved.__dict__)

    def save_related(self, request: HttpRequest, form: ServiceForm, formsets: Iterable[Any], change: bool) -> None:
        """The service saved them; inlines on these pages show, they do not edit."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Names of fields; inlines were not saved and have nothing to say."""
        return super().construct_change_message(request, form, (), add)

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        """Delete through the service."""
        self.guard(request, obj, {})
        self.service.delete(obj, actor=request.user.get_username())

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """Delete one by one, each with its event; a refusal leaves the others alone."""
        for item in queryset:
            try:
                self.delete_model(request, item)
            except ValidationError as refusal:
                self.message_user(request, f"{item}: {' '.join(refusal.messages)}", messages.ERROR)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Delete; a refusal of the service becomes a message."""
        try:
            response: HttpResponse = super().delete_view(request, object_id, extra_context)
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            response = HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id]))
        return response


def _by_field(error: ValidationError) -> dict[str | None, list[str]]:
    if hasattr(error, "error_dict"):
        return {None if name == "__all__" else name: texts for name, texts in error.message_dict.items()}
    return {None: error.messages}


def _fitted(field: forms.Field, entry: Any) -> forms.Field:
    """The field as the write schema has it: choices become a select, lists of texts a list; default, help, name in the API."""
    if field.initial is None:
        field.initial = entry.default
    text = (entry.help or field.help_text).replace("`", "")
    if entry.kind == "list" and isinstance(field, forms.CharField | forms.JSONField):
        field = ListField(initial=field.initial)
        text = f"{entry.help} One a line.".replace("`", "").strip()
    elif entry.choices and type(field) is forms.CharField:
        choices = [(choice, choice or "as usual") for choice in entry.choices]
        field = forms.ChoiceField(choices=choices, required=False, widget=UnfoldAdminSelectWidget, initial=field.initial)
    elif entry.kind == "object":
        field.widget.attrs["rows"] = 4
    field.label = " ".join(ACRONYMS.get(word, word) for word in entry.name.split("_"))
    field.label = field.label[0].upper() + field.label[1:]
    field.help_text = format_html('{} <code class="opacity-75">{}</code>', text, entry.name)
    return field


def _plain(value: Any) -> Any:
    """Rows become the natural keys that write schemas use, which is also what they are called on pages."""
    if isinstance(value, models.QuerySet):
        return [str(item) for item in value]
    return str(value) if isinstance(value, models.Model) else value
