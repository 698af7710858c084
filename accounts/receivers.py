"""The only signal receivers: third-party signals in, events and hooks out."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts import hooks
from accounts.authentication import from_browser
from accounts.models import User, canonical_username
from audit.metrics import LOGINS
from audit.record import record


@receiver(user_logged_in)
def signed_in(sender: object, request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Remember the login."""
    authentication = from_browser(request)
    LOGINS.labels("success").inc()
    record("login", actor=user.username, subject=user.username, amr=list(authentication.amr) if authentication else [])


@receiver(user_login_failed)
def sign_in_failed(sender: object, credentials: dict[str, Any], **_kwargs: Any) -> None:
    """Remember the attempt, without anything that was typed but the name."""
    name = canonical_username(str(credentials.get("username") or credentials.get("email") or ""))
    LOGINS.labels("failure").inc()
    record("login.failed", subject=name[:150], reason="wrong credentials")


@receiver(user_logged_out)
def signed_out(sender: object, request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    """A logout ends what the session was good for."""
    if user is not None and request.session.session_key:
        record("logout", actor=user.username, subject=user.username)
        hooks.session_ended(request.session.session_key, logout=True)


@receiver([password_changed, password_set, password_reset])
def password_was_set(sender: object, request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """A new password ends every other session and all tokens."""
    User.objects.filter(pk=user.pk).update(password_changed_at=timezone.now())
    record("password.changed", actor=user.username, subject=user.username)
    hooks.credentials_changed(user, keep_session=request.session.session_key)


@receiver([authenticator_added, authenticator_removed])
def authenticator_changed(sender: object, user: User, authenticator: Any, signal: Any, **_kwargs: Any) -> None:
    """Remember a change of second factors."""
    action = "added" if signal is authenticator_added else "removed"
    record(f"authenticator.{action}", actor=user.username, subject=user.username, method=str(authenticator.type))
