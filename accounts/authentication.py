"""What is known about how a person authenticated: made by each door, read from nowhere else.

`amr` values are those of RFC 8176; `acr` is one of the REFEDS profiles.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.models import User

ACR_SINGLE_FACTOR = "https://refeds.org/profile/sfa"
ACR_MULTI_FACTOR = "https://refeds.org/profile/mfa"
SID_KEY = "sid"  # where the pages keep the `sid` of the session row
ACR_VALUES = (ACR_SINGLE_FACTOR, ACR_MULTI_FACTOR)


@dataclass(frozen=True)
class Authentication:
    """A person who proved who they are, when and how. `session_key` is empty where no browser session exists."""

    user_id: int
    auth_time: datetime
    amr: tuple[str, ...] = ()
    acr: str = ""
    ip: str | None = None
    session_key: str = ""
    user_agent: str = ""


@dataclass(frozen=True)
class Here:
    """Where a session is used from."""

    ip: str | None
    session_key: str
    user_agent: str


def from_browser(request: HttpRequest) -> Authentication | None:
    """The authentication behind a browser session, or `None` when nobody is signed in."""
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    here = Here(request.META.get("REMOTE_ADDR"), request.session.session_key or "", request.META.get("HTTP_USER_AGENT", "")[:200])
    authentication = of_records(user.pk, get_authentication_records(request, user), here)
    # A session made without allauth says nothing about how its owner signed in.
    return authentication or Authentication(user.pk, user.last_login or user.created_at, (), ACR_SINGLE_FACTOR, *astuple(here))


def of_records(user_id: int, records: Sequence[Mapping[str, Any]], here: Here) -> Authentication | None:
    """The authentication that allauth's records tell of, or `None` when there are none."""
    latest = max((float(record["at"]) for record in records), default=None)
    if latest is None:
        return None
    amr = methods(records)
    return Authentication(user_id, datetime.fromtimestamp(latest, UTC), amr, acr_for(amr), *astuple(here))


@dataclass(frozen=True)
class BrowserSession:
    """The content of a browser session that the signature vouches for."""

    user_id: int
    sid: str
    auth_hash: str
    records: Sequence[Mapping[str, Any]]

    def authentication(self, password: str, here: Here) -> Authentication | None:
        """What it proves about a person with this password hash, or `None` when the session was made before it was set."""
        expected = User(password=password).get_session_auth_hash()
        if not constant_time_compare(self.auth_hash, expected):
            return None
        return of_records(self.user_id, self.records, here)


def read_session(data: str) -> BrowserSession | None:
    """Read the signed content of a session of somebody who signed in through allauth; `None` for any other."""
    content = SessionStore().decode(data)
    user_id, records = content.get(SESSION_KEY), content.get(AUTHENTICATION_METHODS_SESSION_KEY)
    owner = content.get(f"{AUTHENTICATION_METHODS_SESSION_KEY}_user")
    known_backend = content.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
    if not known_backend or not isinstance(user_id, str) or not user_id.isdigit() or owner != user_id or not isinstance(records, list):
        return None
    return BrowserSession(int(user_id), str(content.get(SID_KEY, "")), str(content.get(HASH_SESSION_KEY, "")), records)


def methods(records: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The `amr` values for allauth's authentication records."""
    found: set[str] = set()
    for record in records:
        match record.get("method"), record.get("type"):
            case "password", _:
                found.add("pwd")
            case (("code" | "password_reset"), _):
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
