"""Pages of what the authorization server keeps: tokens, codes, authorizations, sessions, consents. Nothing secret, no hash."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import action, display

from audit.admin.records import RecordAdmin, moment
from providers.models import AccessToken, Authorization, AuthorizationRequest, Consent, DeviceCode, Limit, RefreshToken, Replay, Session
from providers.services import consents, sessions, tokens

LABELS = {
    "live": "success",
    "used": "info",
    "expired": "warning",
    "revoked": "danger",
    "ended": "danger",
    "waiting": "info",
    "answered": "success",
}


def state(item: Any, *, expires: str = "expires", over: str = "revoked_at", used: str = "") -> str:
    """One word for what a record is worth now."""
    if getattr(item, over, None):
        return "ended" if over == "ended_at" else "revoked"
    if used and getattr(item, used):
        return "used"
    limit = getattr(item, expires, None)
    return "expired" if limit and limit <= timezone.now() else "live"


class TokenAdmin(RecordAdmin):
    """Tokens: what they were made for, never what they are."""

    list_select_related = ("user", "application", "authorization")
    search_fields = ("user__username_key", "application__client_id", "application__client_name")
    search_help_text = "Person or client."
    actions = ("revoke",)

    def end(self, token: Any, actor: str) -> None:
        """What revoking means for this kind."""
        raise NotImplementedError

    @action(description="Revoke", permissions=["end"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """End the chosen tokens."""
        for token in queryset:
            self.end(token, request.user.get_username())
        self.message_user(request, "Revoked.", messages.SUCCESS)


class AccessTokenAdmin(TokenAdmin):
    """Access tokens."""

    list_display = ("application", "user", "scope", "grant_type", "issued", "expires_in", "status")
    list_filter = ("grant_type", ("created", admin.DateFieldListFilter))
    fields = ("application", "user", "scope", "resource", "issuer", "grant_type", "created", "expires", "revoked_at")
    readonly_fields = fields
    issued = moment("created", "issued")
    expires_in = moment("expires", "expires")

    def end(self, token: AccessToken, actor: str) -> None:
        """This token alone."""
        tokens.revoke_access_token(token, actor=actor)

    @display(description="status", label=LABELS)
    def status(self, token: AccessToken) -> str:
        """Whether it is good for anything."""
        return "revoked" if token.authorization and token.authorization.revoked_at else state(token)


class RefreshTokenAdmin(TokenAdmin):
    """Refresh tokens, each a link of a family."""

    list_display = ("application", "user", "scope", "issued", "expires_on", "status")
    list_filter = (("created", admin.DateFieldListFilter),)
    fields = ("application", "user", "scope", "created", "expires_at", "used_at", "last_used_at", "revoked")
    readonly_fields = fields
    issued = moment("created", "issued")
    expires_on = moment("expires_at", "expires")

    def end(self, token: RefreshToken, actor: str) -> None:
        """With the authorization behind it: its access tokens and its successors too."""
        tokens.revoke(token.authorization, actor=actor)

    @display(description="scope")
    def scope(self, token: RefreshToken) -> str:
        """What it may be exchanged for."""
        return token.authorization.scope

    @display(description="status", label=LABELS)
    def status(self, token: RefreshToken) -> str:
        """Whether it is good for anything."""
        if token.used_at and not token.authorization.revoked_at:
            return "used"
        return "revoked" if token.authorization.revoked_at else state(token, expires="expires_at", over="revoked")


class AuthorizationCodeAdmin(RecordAdmin):
    """Authorization codes, kept after use so that a second use is recognised."""

    list_display = ("application", "person", "redirect_uri", "issued", "status")
    list_select_related = ("application", "authorization__user")
    search_fields = ("authorization__user__username_key", "application__client_id")
    fields = ("application", "person", "redirect_uri", "code_challenge_method", "created", "expires", "consumed_at")
    readonly_fields = fields
    issued = moment("created", "issued")

    @display(description="user")
    def person(self, code: Any) -> str:
        """Who authorised it."""
        return str(code.authorization.user or "–")

    @display(description="status", label=LABELS)
    def status(self, code: Any) -> str:
        """Whether it may still be redeemed."""
        return state(code, used="consumed_at")


class IDTokenAdmin(RecordAdmin):
    """The library's table of ID tokens: never written, so its page is not offered."""

    fields = ("application", "user")
    readonly_fields = fields

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not offered."""
        return False


@admin.register(Authorization)
class AuthorizationAdmin(RecordAdmin):
    """One act of authorization each."""

    list_display = ("client", "user", "scope", "grant_type", "made", "status")
    list_filter = ("grant_type", "offline", ("created_at", admin.DateFieldListFilter))
    list_select_related = ("client", "user")
    search_fields = ("user__username_key", "client__client_id", "client__client_name")
    fields = (
        *("client", "user", "issuer", "grant_type", "scope", "requested_scope", "resource", "auth_time", "acr", "amr", "ip"),
        *("offline", "consent_required", "created_at", "revoked_at"),
    )
    readonly_fields = fields
    made = moment("created_at", "made")

    @display(description="status", label=LABELS)
    def status(self, authorization: Authorization) -> str:
        """Whether tokens may still be issued for it."""
        return state(authorization)


@admin.register(AuthorizationRequest)
class AuthorizationRequestAdmin(RecordAdmin):
    """Requests that wait for a person. Their ids stand in URLs, so they are not linked."""

    list_display = ("client", "issuer", "made", "expires_on", "status")
    list_display_links = None
    list_select_related = ("client",)
    search_fields = ("client__client_id", "client__client_name")
    fields = ("client", "issuer", "created_at", "expires_at", "answered_at")
    readonly_fields = fields
    made = moment("created_at", "made")
    expires_on = moment("expires_at", "expires")

    @display(description="status", label=LABELS)
    def status(self, request: AuthorizationRequest) -> str:
        """How far it has come."""
        return "answered" if request.answered_at else state(request, expires="expires_at", over="").replace("live", "waiting")


@admin.register(Session)
class SessionAdmin(RecordAdmin):
    """Logins as applications see them."""

    list_display = ("user", "ip", "user_agent", "signed_in", "last_seen", "status")
    list_filter = (("auth_time", admin.DateFieldListFilter), ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("user__username_key", "ip")
    search_help_text = "Person or address."
    fields = ("user", "auth_time", "acr", "amr", "ip", "user_agent", "created_at", "last_seen_at", "ended_at")
    readonly_fields = fields
    actions = ("end",)
    signed_in = moment("auth_time", "signed in")
    last_seen = moment("last_seen_at", "last seen")

    @display(description="status", label=LABELS)
    def status(self, session: Session) -> str:
        """Whether it goes on."""
        return state(session, over="ended_at")

    @action(description="End", permissions=["end"])
    def end(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        """Sign the chosen sessions out, tokens included."""
        for session in queryset:
            sessions.end_row(session, actor=request.user.get_username())
        self.message_user(request, "Ended, with the tokens that belonged to them.", messages.SUCCESS)


@admin.register(Consent)
class ConsentAdmin(RecordAdmin):
    """What people allowed."""

    list_display = ("user", "client", "scope", "given", "last_used", "status")
    list_select_related = ("user", "client")
    search_fields = ("user__username_key", "client__client_id", "client__client_name")
    search_help_text = "Person or client."
    fields = ("user", "client", "scope", "resource", "claims", "created_at", "updated_at", "last_used_at", "expires_at")
    readonly_fields = fields
    actions = ("revoke",)
    given = moment("updated_at", "given")
    last_used = moment("last_used_at", "last used")

    @display(description="status", label=LABELS)
    def status(self, consent: Consent) -> str:
        """Whether it still counts."""
        return state(consent, expires="expires_at")

    @action(description="Revoke", permissions=["end"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Consent]) -> None:
        """Take the chosen consents back, with the tokens that rest on them."""
        for consent in queryset:
            consents.revoke(consent, actor=request.user.get_username())
        self.message_user(request, "Taken back, with the tokens that rested on them.", messages.SUCCESS)


@admin.register(DeviceCode)
class DeviceCodeAdmin(RecordAdmin):
    """Device authorizations in progress."""

    list_display = ("client", "status", "ip", "made")
    list_select_related = ("client",)
    fields = ("client", "status", "scope", "ip", "user_agent", "created_at", "expires")
    readonly_fields = fields
    made = moment("created_at", "made")


@admin.register(Replay, Limit)
class CounterAdmin(RecordAdmin):
    """Tables whose keys are hashes: there is nothing to see but how many rows there are, so no row is linked."""

    list_display = ("expires_at",)
    list_display_links = None
    fields = ("expires_at",)
    readonly_fields = fields
    ordering = ("expires_at",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Reached by address only."""
        return bool(request.user.is_superuser)
