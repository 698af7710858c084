"""What is known about how a person authenticated: made by each door, read from nowhere else.

`amr` values are those of RFC 8176; `acr` is one of the REFEDS profiles.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from accounts.models import User

ACR_SINGLE_FACTOR = "https://refeds.org/profile/sfa"
ACR_MULTI_FACTOR = "https://refeds.org/profile/mfa"
ACR_VALUES = (ACR_SINGLE_FACTOR, ACR_MULTI_FACTOR)


@dataclass(frozen=True)
class Authentication:
    """A person who proved who they are, when and how. `session_key` is empty where no browser session exists."""

    user: User
    auth_time: datetime
    amr: tuple[str, ...] = ()
    acr: str = ""
    ip: str | None = None
    session_key: str = ""
    user_agent: str = ""


def from_browser(request: HttpRequest) -> Authentication | None:
    """The authentication behind a browser session, or `None` when nobody is signed in."""
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    records = get_authentication_records(request, user)
    latest = max((float(record["at"]) for record in records), default=None)
    amr = methods(records)
    return Authentication(
        user=user,
        auth_time=datetime.fromtimestamp(latest, UTC) if latest is not None else (user.last_login or user.created_at),
        amr=amr,
        acr=acr_for(amr),
        ip=request.META.get("REMOTE_ADDR"),
        session_key=request.session.session_key or "",
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:200],
    )


def methods(records: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The `amr` values for allauth's authentication records."""
    found: set[str] = set()
    for record in records:
        match record.get("method"), record.get("type"):
            case "password", _:
                found.add("pwd")
            case ("code" | "password_reset"), _:
                found.add("otp")
            case "mfa", "webauthn":
                found |= {"hwk", "user"} if record.get("passwordless") else {"hwk"}
            case "mfa", _:
                found.add("otp")
            case "socialaccount", _:
                found.add("fed")
    if "user" in found or ("pwd" in found and found & {"otp", "hwk"}):
        found.add("mfa")
    return tuple(sorted(found))


def acr_for(amr: Iterable[str]) -> str:
    """The authentication context class that a set of methods amounts to."""
    return ACR_MULTI_FACTOR if "mfa" in amr else ACR_SINGLE_FACTOR
