"""How django-allauth behaves here: shared atomic limits, canonical names, encrypted TOTP secrets, hooks on session end."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from accounts import hooks
from accounts.models import User, canonical_username
from accounts.secrets import open_text, seal_text

USERNAME_VALIDATORS = User._meta.get_field("username").validators


class AccountAdapter(DefaultAccountAdapter):
    """Password login and everything around it."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that `idp.middleware.RequestOrigin` settled."""
        return str(request.META["REMOTE_ADDR"])

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are made by administrators; self-service sign-up is off."""
        return False

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Refuse a name that differs from a taken one only in case or Unicode form."""
        cleaned: str = super().clean_username(username, shallow=True)
        if not shallow and User.objects.filter(username_key=canonical_username(cleaned)).exists():
            raise self.validation_error("username_taken")
        return cleaned

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt against the account and the address before the password is looked at."""
        account = canonical_username(str(credentials.get("username") or credentials.get("email") or ""))
        if hooks.attempt("login", f"account:{_account_key(account)}", f"ip:{self.get_client_ip(request)}"):
            raise ValidationError("Too many attempts. Wait a few minutes, or reset your password.", code="too_many_login_attempts")

    def reauthenticate(self, user: User, password: str) -> bool:
        """Whether it is the password of the person who is signed in; counted like a login."""
        if hooks.attempt("login", f"account:{user.pk}", f"ip:{self.get_client_ip(self.request)}"):
            return False
        return bool(super().reauthenticate(user, password))

    def _rollback_login_failed_rl_usage(self) -> None:
        """The shared counters age by themselves."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """To the portal when nothing else was asked for."""
        return reverse("portal:applications")

    def is_safe_url(self, url: str) -> bool:
        """Only paths of this origin, spelled without tricks (catalogue row 21)."""
        return _is_local_path(url) or (url.startswith(f"{settings.BASE_URL}/") and _is_local_path(url[len(settings.BASE_URL) :]))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Built from the configured origin, never from the Host header."""
        path: str = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.BASE_URL + path.replace("UID-KEY", key)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Built from the configured origin, never from the Host header."""
        return f"{settings.BASE_URL}{reverse('account_confirm_email', args=[emailconfirmation.key])}"


def _is_local_path(url: str) -> bool:
    plain = all(32 < ord(char) < 127 for char in url) and "\\" not in url
    return plain and url.startswith("/") and not url.startswith("//")


def _account_key(canonical: str) -> str:
    """One counter for a person, by whichever of their names they try (catalogue row 190)."""
    found = User.objects.filter(username_key=canonical).values_list("pk", flat=True).first()
    if found is None and "@" in canonical:
        found = User.objects.filter(emailaddress__email__iexact=canonical).values_list("pk", flat=True).first()
    return str(found) if found is not None else f"unknown:{canonical}"


class MFAAdapter(DefaultMFAAdapter):
    """Second factors: secrets are encrypted at rest."""

    def encrypt(self, text: str) -> str:
        """AES-GCM under the instance's encryption keys."""
        return seal_text(text, "mfa")

    def decrypt(self, encrypted_text: str) -> str:
        """The opposite; raises `BadCiphertext` when the key is gone."""
        return open_text(encrypted_text, "mfa")


class UserSessionsAdapter(DefaultUserSessionsAdapter):
    """The list of browser sessions."""

    def end_sessions(self, sessions: list[UserSession]) -> None:
        """Ending a session here takes its tokens with it."""
        keys = [session.session_key for session in sessions]
        super().end_sessions(sessions)
        for key in keys:
            hooks.session_ended(key, logout=False)
