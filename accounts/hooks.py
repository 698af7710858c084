"""What the layers above want to be told. `settings.ACCOUNT_HOOKS` names one callable for each; there are no others."""

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import User


class Attempt(Protocol):
    """Counts an attempt before it is verified; returns the seconds to wait, 0 when it may go on."""

    def __call__(self, kind: str, *subjects: str) -> int:
        """`kind` names a published budget, `subjects` what is counted (account, address)."""


@cache
def _hook(name: str) -> Callable[..., Any]:
    return import_string(settings.ACCOUNT_HOOKS[name])  # type: ignore[no-any-return]


def session_ended(session_key: str, *, logout: bool) -> None:
    """A browser session ended: by its owner signing out (`logout`), or taken away."""
    _hook("session_ended")(session_key, logout=logout)


def user_disabled(user: User) -> None:
    """A user may no longer do anything."""
    _hook("user_disabled")(user)


def credentials_changed(user: User, *, keep_session: str | None) -> None:
    """A password was set or reset: everything but the session in hand ends."""
    _hook("credentials_changed")(user, keep_session=keep_session)


def registry_changed() -> None:
    """Groups, scope mappings or the like changed: what processes keep of them in memory is old. In the caller's transaction."""
    _hook("registry_changed")()


def attempt(kind: str, *subjects: str) -> int:
    """Count an attempt; see `Attempt`."""
    return int(_hook("attempt")(kind, *subjects))
