"""Admin page: users, with their addresses and second factors."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminPasswordWidget, UnfoldBooleanSwitchWidget

from accounts import hooks, privileges
from accounts.models import User
from accounts.services import users
from audit.admin.managed import ServiceAdmin, ServiceForm
from audit.admin.records import moment
from audit.record import record

STATES = {"active": "success", "disabled": "danger", "verified": "success", "unverified": "warning"}


def switch(label: str, help_text: str) -> forms.BooleanField:
    """A yes-or-no field that is not a column."""
    return forms.BooleanField(label=label, help_text=help_text, required=False, widget=UnfoldBooleanSwitchWidget)


class UserForm(ServiceForm):
    """A person. What is not a column of its own stands here under its name in the write schema."""

    renamed = {"mail": "email"}
    mail = forms.EmailField(label="E-mail address", required=False, widget=UnfoldAdminEmailInputWidget)
    email_verified = switch("Address is verified", "Somebody made sure that it is theirs.")
    password = forms.CharField(
        label="New password",
        required=False,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="Empty: as it is. A new one signs the person out everywhere.",
    )
    disabled = switch("Disabled", "Stops everything this person holds, at once.")
    staff = switch("Staff", "May enter this administration, as far as permissions go.")
    superuser = switch("Administrator", "May do everything.")

    class Meta:
        model = User
        fields = ("username", *(field.name for field in users.CLAIMS), "attributes", "groups")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        person = kwargs.get("instance")
        if person is not None and person.pk:
            shown = users.read(person)
            own = {"mail": shown["email"], **{name: shown[name] for name in ("email_verified", "disabled", "staff", "superuser")}}
            kwargs["initial"] = {**own, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def wire(self) -> dict[str, Any]:
        """An empty password is none."""
        data = super().wire()
        return {name: value for name, value in data.items() if name != "password" or value}


class EmailAddressInline(TabularInline):
    """The addresses of a person, to look at."""

    model = EmailAddress
    fields = readonly_fields = ("email", "verified", "primary")
    extra = max_num = 0
    can_delete = False
    hide_title = True
    tab = True

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever sees the person sees the addresses."""
        return True

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only shown."""
        return False


class AuthenticatorInline(EmailAddressInline):
    """The second factors of a person, without what makes them work."""

    model = Authenticator
    fields = readonly_fields = ("type", "created_at", "last_used_at")
    verbose_name_plural = "Second factors"


@admin.register(User)
class UserAdmin(ServiceAdmin):
    """People."""

    service = users
    form = UserForm
    list_display = ("username", "full_name", "email", "group_names", "state", "last_seen")
    list_display_links = ("username", "full_name")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    search_fields = ("username_key", "name", "given_name", "family_name", "email")
    search_help_text = "User name, name or e-mail address."
    autocomplete_fields = ("groups",)
    readonly_fields = ("sub", "created_at", "last_login", "password_changed_at")
    inlines = (EmailAddressInline, AuthenticatorInline)
    actions = ("disable", "enable", "sign_out", "remove_second_factors")
    last_seen = moment("last_login", "last login")
    add_fieldsets = (
        ("Who is it?", {"fields": ("username", ("given_name", "family_name"), ("mail", "email_verified"), "groups")}),
        ("How do they sign in?", {"fields": ("password",)}),
    )
    fieldsets = (
        (
            "Person",
            {
                "classes": ["tab"],
                "fields": (
                    "username",
                    "name",
                    ("given_name", "family_name"),
                    "middle_name",
                    ("mail", "email_verified"),
                    "groups",
                    "disabled",
                ),
            },
        ),
        (
            "Sign-in",
            {
                "classes": ["tab"],
                "fields": ("password", ("staff", "superuser"), "sub", ("created_at", "last_login"), "password_changed_at"),
            },
        ),
        (
            "Claims",
            {
                "classes": ["tab"],
                "description": "What applications may learn, field by field (OpenID Connect Core 1.0 §5.1).",
                "fields": (
                    *(
                        ("nickname", "preferred_username"),
                        "profile",
                        ("picture", "website"),
                        ("gender", "birthdate"),
                        ("zoneinfo", "locale"),
                    ),
                    *(("phone_number", "phone_number_verified"), "address", "attributes"),
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With groups and addresses."""
        people: QuerySet[User] = super().get_queryset(request).prefetch_related(*users.PREFETCH)
        return people

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> tuple[type[Any], ...]:
        """A person who does not exist yet has nothing."""
        return self.inlines if obj is not None else ()

    def guard(self, request: HttpRequest, item: Any, data: dict[str, Any]) -> None:
        """Nobody changes a person who may do more than they themselves."""
        privileges.may_change_user(staff(request), item, data)

    @display(description="name")
    def full_name(self, user: User) -> str:
        """As pages call the person."""
        return user.get_full_name() or "–"

    @display(description="groups")
    def group_names(self, user: User) -> str:
        """The first few."""
        names = sorted(group.name for group in user.groups.all())
        return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")

    @display(description="state", ordering="is_active", label=STATES)
    def state(self, user: User) -> str:
        """Whether they may do anything."""
        return "active" if user.is_active else "disabled"

    def _each(self, request: HttpRequest, people: QuerySet[User], change: Any, done: str) -> None:
        """Do something to every chosen person whom the caller may change, and say what was done."""
        count = 0
        for person in people:
            try:
                self.guard(request, person, {})
                change(person)
                count += 1
            except (PermissionDenied, ValidationError) as error:
                self.message_user(request, f"{person}: {' '.join(getattr(error, 'messages', [str(error)]))}", messages.ERROR)
        if count:
            self.message_user(request, done.format(count), messages.SUCCESS)

    @action(description="Disable", permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Stop everything the chosen people hold."""
        actor = request.user.get_username()
        self._each(
            request,
            queryset.exclude(pk=staff(request).pk),
            lambda person: users.update(person, {"disabled": True}, actor=actor),
            "{} disabled.",
        )

    @action(description="Enable", permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Let the chosen people in again."""
        actor = request.user.get_username()
        self._each(request, queryset, lambda person: users.update(person, {"disabled": False}, actor=actor), "{} enabled.")

    @action(description="Sign out everywhere", permissions=["change"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """End all sessions and tokens of the chosen people."""

        def end(person: User) -> None:
            hooks.credentials_changed(person, keep_session=None)
            record("sessions.ended", actor=request.user.get_username(), subject=person.username)

        self._each(request, queryset, end, "{} signed out.")

    @action(description="Remove second factors", permissions=["change"])
    def remove_second_factors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """For people who lost theirs: the password alone lets them in until they add another."""

        def remove(person: User) -> None:
            Authenticator.objects.filter(user=person).delete()
            record("authenticator.removed", actor=request.user.get_username(), subject=person.username)

        self._each(request, queryset, remove, "{} without second factors now.")


def staff(request: HttpRequest) -> User:
    """Who is at work; the admin lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user
