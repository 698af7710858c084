"""The login forms, with the element ids that the operations contract fixes."""

from typing import Any

from allauth.account.forms import LoginForm as BaseLoginForm
from allauth.account.forms import ReauthenticateForm as BaseReauthenticateForm

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
