"""Admin pages: clients, applications, providers."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from audit.admin.managed import ServiceAdmin, ServiceForm
from audit.admin.records import RecordAdmin, moment
from providers.models import Application, Client, ClientSecret, Provider
from providers.services import clients, providers
from providers.services.client_metadata import CODE_CHALLENGE_METHODS, GRANT_TYPES, RESPONSE_TYPES

OVERLAP = 86400
GRANT_PREFIX = "urn:ietf:params:oauth:grant-type:"


def several(choices: tuple[str, ...], label: str) -> forms.MultipleChoiceField:
    """Tick what applies."""
    shown = [(choice, choice.removeprefix(GRANT_PREFIX)) for choice in choices]
    return forms.MultipleChoiceField(choices=shown, required=False, label=label, widget=UnfoldAdminCheckboxSelectMultipleWidget)


class ClientForm(ServiceForm):
    """A client. What is not a column of its own stands here under its name in the write schema."""

    provider = forms.CharField(required=False, widget=UnfoldAdminTextInputWidget)
    issuer_mode = forms.ChoiceField(choices=Application.IssuerMode, widget=UnfoldAdminSelectWidget)
    grant_types = several(GRANT_TYPES, "Grant types")
    response_types = several(RESPONSE_TYPES, "Response types")
    code_challenge_methods = several(CODE_CHALLENGE_METHODS, "Code challenge methods")
    scope = forms.CharField(required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2, "spellcheck": "false"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        client = kwargs.get("instance")
        own: dict[str, Any] = {"issuer_mode": Application.IssuerMode.APPLICATION, "scope": "openid profile email"}
        if client is not None and client.pk:
            own = {"issuer_mode": clients.read(client)["issuer_mode"]}
        kwargs["initial"] = {**own, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        for name in ("client_id", "client_name"):
            if name in self.fields:
                self.fields[name].required = False

    def wire(self) -> dict[str, Any]:
        """Keys go by their name."""
        data = super().wire()
        if "key" in data:
            data["key"] = self.cleaned_data["key"].name if self.cleaned_data["key"] else None
        return data


class SecretInline(TabularInline):
    """When the secrets of a client were made and end; never what they are."""

    model = ClientSecret
    fields = readonly_fields = ("created_at", "expires_at")
    extra = max_num = 0
    can_delete = False
    hide_title = True
    tab = True
    verbose_name_plural = "Secrets"

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever sees the client."""
        return True

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only shown."""
        return False


TABS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    (
        "Client",
        (
            *(
                ("client_name", "slug"),
                ("client_id", "provider"),
                "disabled",
                "redirect_uris",
                "post_logout_redirect_uris",
                "allowed_origins",
            ),
            *(("client_uri", "logo_uri"), ("policy_uri", "tos_uri"), "contacts", ("application_type", "initiate_login_uri")),
        ),
    ),
    (
        "How does it sign in?",
        (
            *(
                "token_endpoint_auth_method",
                ("grant_types", "response_types"),
                "security_profile",
                ("require_pkce", "code_challenge_methods"),
            ),
            *("redirect_uri_matching", "jwks_uri", "jwks", "token_endpoint_auth_signing_alg", "allowed_resources"),
        ),
    ),
    (
        "What may it learn?",
        (
            "scope",
            ("sub_mode", "sector_identifier_uri"),
            ("claim_profile", "include_claims_in_id_token"),
            "require_auth_time",
            "default_max_age",
        ),
    ),
    ("Who may use it?", ("assignments", ("consent", "consent_lifetime"), "force_consent_on_offline_access")),
    (
        "Tokens",
        (
            *(("issuer_mode", "key"), ("id_token_signed_response_alg", "userinfo_signed_response_alg"), "access_token_format"),
            *(("access_token_lifetime", "id_token_lifetime"), ("refresh_token_lifetime", "refresh_token_rotation")),
            "authorization_code_lifetime",
        ),
    ),
    (
        "Sign-out",
        (
            *("backchannel_logout_uri", "backchannel_logout_session_required"),
            *("frontchannel_logout_uri", "frontchannel_logout_session_required"),
        ),
    ),
)
FIXED = ("slug", "client_id", "provider")


class ClientAdmin(ServiceAdmin):
    """Clients. A new secret is shown on the page that answers, and never again."""

    service = clients
    form = ClientForm
    list_display = ("client_name", "slug", "client_id", "type", "issuer", "state", "changed")
    list_display_links = ("client_name", "slug")
    list_filter = ("disabled", "client_type", "security_profile", "consent", "registration_source")
    list_select_related = ("application",)
    search_fields = ("client_name", "slug", "client_id", "redirect_uris")
    search_help_text = "Name, slug, client_id or address."
    fieldsets = tuple((title, {"classes": ["tab"], "fields": fields}) for title, fields in TABS)
    autocomplete_fields = ("assignments",)
    inlines = (SecretInline,)
    actions = ("rotate_secret", "disable", "enable")
    changed = moment("updated", "changed")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What may be chosen once; names stand in addresses and in the configuration of applications."""
        return ("slug", "client_id", "provider_name") if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The provider is shown, not entered, once the client exists."""
        if obj is None:
            return self.fieldsets
        first, *others = self.fieldsets
        fields = tuple(("client_id", "provider_name") if row == ("client_id", "provider") else row for row in first[1]["fields"])
        return ((first[0], {**first[1], "fields": fields}), *others)

    def get_inlines(self, request: HttpRequest, obj: Any) -> tuple[type[Any], ...]:
        """A client that does not exist yet has no secret."""
        return self.inlines if obj is not None else ()

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Show the secret in this very answer, so that it is stored nowhere in clear."""
        secret = getattr(obj, "minted_secret", "")
        if not secret:
            response: HttpResponse = super().response_add(request, obj, post_url_continue)
            return response
        return self._secrets_page(request, "The client is there", {obj: secret})

    def _secrets_page(self, request: HttpRequest, title: str, secrets: Mapping[Client, str]) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": title, "secrets": secrets.items(), "opts": self.opts}
        response = TemplateResponse(request, "admin/client_secret.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response

    @display(description="provider")
    def provider_name(self, client: Client) -> str:
        """Where it belongs, for clients of a dialect."""
        return str(clients.read(client)["provider"] or "–")

    @display(description="type", label={"public": "info", "confidential": "success"})
    def type(self, client: Client) -> str:
        """Whether it can keep a secret."""
        return "public" if client.is_public else "confidential"

    @display(description="issuer")
    def issuer(self, client: Client) -> str:
        """Whose name its tokens bear."""
        if client.application is None:
            return client.namespace
        return "root" if client.application.issuer_mode == Application.IssuerMode.ROOT else client.application.slug

    @display(description="state", ordering="disabled", label={"active": "success", "disabled": "danger"})
    def state(self, client: Client) -> str:
        """Whether it may do anything."""
        return "disabled" if client.disabled else "active"

    @action(description="Rotate secret (the old one works for another day)", permissions=["change"])
    def rotate_secret(self, request: HttpRequest, queryset: QuerySet[Client]) -> HttpResponse | None:
        """New secrets, shown on the page that answers."""
        made: dict[Client, str] = {}
        for client in queryset.filter(managed=False):
            try:
                made[client] = clients.rotate_secret(client, overlap=OVERLAP, actor=request.user.get_username())
            except ValidationError as refusal:
                self.message_user(request, f"{client}: {' '.join(refusal.messages)}", messages.ERROR)
        return self._secrets_page(request, "New secrets", made) if made else None

    @action(description="Disable", permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[Client]) -> None:
        """Stop everything of the chosen clients."""
        self._each(request, queryset, disabled=True)

    @action(description="Enable", permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[Client]) -> None:
        """Let the chosen clients work again."""
        self._each(request, queryset, disabled=False)

    def _each(self, request: HttpRequest, queryset: QuerySet[Client], *, disabled: bool) -> None:
        for client in queryset.filter(managed=False):
            clients.update(client, {"disabled": disabled}, actor=request.user.get_username())
        self.message_user(request, "Disabled." if disabled else "Enabled.", messages.SUCCESS)


@admin.register(Application)
class ApplicationAdmin(RecordAdmin):
    """Applications: they come and go with their clients, whose pages change them."""

    list_display = ("name", "slug", "issuer_mode", "client_names", "made")
    list_filter = ("issuer_mode",)
    search_fields = ("name", "slug")
    fields = ("name", "slug", "issuer_mode", "client_names", "created_at")
    readonly_fields = fields
    made = moment("created_at", "made")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        """With clients."""
        found: QuerySet[Application] = super().get_queryset(request).prefetch_related("clients")
        return found

    @display(description="clients")
    def client_names(self, application: Application) -> str:
        """Who belongs to it."""
        return ", ".join(client.slug for client in application.clients.all()) or "–"


@admin.register(Provider)
class ProviderAdmin(ServiceAdmin):
    """Named providers."""

    service = providers
    list_display = ("name", "issuer", "changed")
    search_fields = ("name",)
    fields = ("name", "issuer", "allowed_client_ids", "scopes_supported")
    changed = moment("updated_at", "changed")
