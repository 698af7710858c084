"""The login forms, with the element ids that the operations contract fixes."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm as BaseChangePasswordForm
from allauth.account.forms import LoginForm as BaseLoginForm
from allauth.account.forms import ReauthenticateForm as BaseReauthenticateForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm as BaseCodeForm
from allauth.mfa.base.forms import ReauthenticateForm as BaseCodeAgainForm
from django.core.validators import MaxLengthValidator

from accounts import hooks
from accounts.passwords import MAXIMUM_LENGTH

LOGIN_HINT_LIMIT = 254


class LoginForm(BaseLoginForm):
    """User name (or e-mail address) and password on one page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "User name or e-mail address"
        self.fields["login"].widget.attrs |= {
            "autocomplete": "username webauthn",
            "autocapitalize": "none",
            "spellcheck": "false",
            "placeholder": "",
        }
        self.fields["password"].max_length = MAXIMUM_LENGTH
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs |= {"placeholder": "", "maxlength": str(MAXIMUM_LENGTH)}
        self.fields.pop("remember", None)
        if self.request is not None and not self.is_bound:
            # `login_hint` of an authorization request (OpenID Connect Core 1.0 §3.1.2.1): a suggestion, nothing else.
            self.initial.setdefault("login", self.request.GET.get("login_hint", "")[:LOGIN_HINT_LIMIT])

    def clean_password(self) -> str:
        """Refuse what is too long before it is hashed (catalogue row 193)."""
        password: str = self.cleaned_data["password"]
        if len(password) > MAXIMUM_LENGTH:
            self.add_error("password", f"Use at most {MAXIMUM_LENGTH} characters.")
        return password


class ReauthenticateForm(BaseReauthenticateForm):
    """The password alone, of the person who is signed in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].widget.attrs |= {"placeholder": "", "maxlength": str(MAXIMUM_LENGTH)}


class ChangePasswordForm(BaseChangePasswordForm):
    """The old password and a new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What is too long is not hashed, here neither (catalogue row 193).
        self.fields["oldpassword"].validators.append(MaxLengthValidator(MAXIMUM_LENGTH))


class _Counted:
    """Guesses at a second factor are counted in the shared limits, before the code is looked at (catalogue row 198)."""

    def clean_code(self) -> str:
        """The code, if it is right; raises `ValidationError`."""
        user = self.user  # type: ignore[attr-defined]
        if hooks.attempt("mfa", f"account:{user.pk}", f"ip:{context.request.META['REMOTE_ADDR']}"):
            raise get_adapter().validation_error("too_many_login_attempts")
        code: str = super().clean_code()  # type: ignore[misc]
        return code


class CodeForm(_Counted, BaseCodeForm):
    """A code of the authenticator app, or a recovery code, at the login."""


class CodeAgainForm(_Counted, BaseCodeAgainForm):
    """The same, of somebody who is signed in."""
