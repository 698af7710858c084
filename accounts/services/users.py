"""People: making, changing and removing them. Every write is one transaction with its event."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import hooks
from accounts.models import Group, User, canonical_username
from accounts.passwords import MAXIMUM_LENGTH
from accounts.services import addresses
from accounts.services.saving import assign, check, save
from accounts.services.schema import Errors, Field, Kind, Schema, refuse_unknown
from audit.record import record

CLAIMS = (
    Field("name", help="Full name; composed from its parts when empty.", default=""),
    Field("given_name", default=""),
    Field("family_name", default=""),
    Field("middle_name", default=""),
    Field("nickname", default=""),
    Field("preferred_username", help="How applications may call the person; the user name when empty.", default=""),
    Field("profile", help="Address of a page about the person.", default=""),
    Field("picture", help="Address of a picture.", default=""),
    Field("website", default=""),
    Field("gender", default=""),
    Field("birthdate", help="YYYY-MM-DD, 0000-MM-DD or YYYY.", default=""),
    Field("zoneinfo", help="A time zone such as Europe/Paris.", default=""),
    Field("locale", help="A language tag such as en-GB.", default=""),
    Field("phone_number", help="Best in E.164 form.", default=""),
    Field("phone_number_verified", Kind.BOOLEAN, default=False),
    Field("address", Kind.OBJECT, help="OpenID Connect Core 1.0 §5.1.1.", default={}),
)
SCHEMA = Schema(
    name="user",
    section="users",
    key="username",
    fields=(
        Field("username", required=True, help="What the person signs in as; letter case does not matter."),
        Field("password", secret=True, help="Write only. Without one the person cannot sign in with a password."),
        Field("password_hash", trusted=True, help="A password as `idp export --with-secrets` writes it."),
        Field("sub", trusted=True, help="The public subject identifier; made when absent."),
        Field("email", default="", help="The primary address."),
        Field("email_verified", Kind.BOOLEAN, default=False),
        *CLAIMS,
        Field("groups", Kind.LIST, default=[], help="Names of the groups that the person is a member of."),
        Field("attributes", Kind.OBJECT, default={}, help="Free attributes for templates and expressions."),
        Field("disabled", Kind.BOOLEAN, default=False, help="Stops everything at once."),
        Field("staff", Kind.BOOLEAN, default=False, help="May enter the administration, as far as permissions go."),
        Field("superuser", Kind.BOOLEAN, default=False, help="May do everything."),
    ),
)
PREFETCH = ("groups", "emailaddress_set")
_COLUMNS = ("username", *(field.name for field in CLAIMS), "attributes")
_FLAGS = {"staff": "is_staff", "superuser": "is_superuser"}
_NAMES = {"username_key": "username", "is_active": "disabled", "is_staff": "staff", "is_superuser": "superuser"}


@transaction.atomic
def create(data: Mapping[str, Any], *, actor: str, trusted: bool = False) -> User:
    """Make a user; raises `ValidationError`. `trusted` data is that of a configuration file."""
    values = SCHEMA.clean(data, trusted=trusted)
    user = User(username=User.normalize_username(values["username"]).strip())
    user.set_unusable_password()
    _write(user, values, trusted=trusted)
    record("user.created", actor=actor, subject=user.username)
    return user


@transaction.atomic
def update(user: User, data: Mapping[str, Any], *, actor: str, trusted: bool = False) -> User:
    """Change what is given; raises `ValidationError`. Disabling and a new password end what the person holds."""
    values = SCHEMA.clean(data, partial=True, trusted=trusted)
    if "username" in values:
        values["username"] = User.normalize_username(values["username"]).strip()
    was_active = user.is_active
    changed = _write(user, values, trusted=trusted)
    if changed:
        record("user.changed", actor=actor, subject=user.username, changes=sorted(changed))
    if {"password", "password_hash"} & set(changed):
        hooks.credentials_changed(user, keep_session=None)
    if was_active and not user.is_active:
        hooks.user_disabled(user)
    return user


@transaction.atomic
def delete(user: User, *, actor: str) -> None:
    """Remove a user with everything they hold."""
    hooks.user_disabled(user)
    record("user.deleted", actor=actor, subject=user.username)
    user.delete()


def find(key: str) -> User | None:
    """A user by any spelling of their name."""
    return User.objects.filter(username_key=canonical_username(key)).first()


def read(user: User, *, secrets: bool = False) -> dict[str, Any]:
    """The user in the names of the schema; with `secrets` what a fresh instance needs beside it."""
    primary = addresses.primary(user)
    shown = {
        **{name: getattr(user, name) for name in _COLUMNS},
        "email": user.email,
        "email_verified": primary is not None and primary.verified,
        "groups": sorted(group.name for group in user.groups.all()),
        "disabled": not user.is_active,
        **{name: getattr(user, column) for name, column in _FLAGS.items()},
    }
    if secrets:
        shown |= {"password_hash": user.password if user.has_usable_password() else "", "sub": user.sub}
    return {field.name: shown[field.name] for field in SCHEMA.fields if field.name in shown}


def hashed(password: str) -> str:
    """A password as it is stored; raises `ValidationError` when empty or too long to be hashed. Takes a while on purpose."""
    if not 0 < len(password) <= MAXIMUM_LENGTH:
        raise ValidationError({"password": [f"Use 1 to {MAXIMUM_LENGTH} characters."]})
    return make_password(password)


def _write(user: User, values: dict[str, Any], *, trusted: bool) -> list[str]:
    """Bring a user to the given values; returns the names that changed."""
    known = user.pk is not None
    wanted = {name: values[name] for name in _COLUMNS if name in values}
    wanted |= {column: values[name] for name, column in _FLAGS.items() if name in values}
    if values.get("sub"):
        wanted["sub"] = values["sub"]
    if "disabled" in values:
        wanted["is_active"] = not values["disabled"]
    changed = [_NAMES.get(name, name) for name in assign(user, wanted)]
    errors = Errors()
    with errors.of("groups"):
        groups = _groups(values.get("groups"))
    with errors.all():
        _check(user)
    with errors.all():
        changed += _set_password(user, values, trusted=trusted)
    with errors.all():
        addresses.check(user, values)
    errors.raise_any()
    if changed or not known:
        save(user)
    changed += addresses.write(user, values)
    if groups is not None and {group.pk for group in groups} != {group.pk for group in user.groups.all()}:
        user.groups.set(groups)
        changed.append("groups")
    return changed


def _check(user: User) -> None:
    user.username_key = canonical_username(user.username)
    check(user, exclude=("password", "email", "groups"), names=_NAMES)


def _groups(names: list[str] | None) -> list[Group] | None:
    if names is None:
        return None
    groups = list(Group.objects.filter(name__in=names))
    refuse_unknown(names, (group.name for group in groups), "group")
    return groups


def _set_password(user: User, values: Mapping[str, Any], *, trusted: bool) -> list[str]:
    """Set what was given; a file of the operator's may hold any password, everybody else follows the rules."""
    if values.get("password"):
        if not trusted:
            try:
                validate_password(values["password"], user)
            except ValidationError as error:
                raise ValidationError({"password": error.messages}) from error
        user.password = hashed(values["password"])
    elif values.get("password_hash") and values["password_hash"] != user.password:
        try:
            identify_hasher(values["password_hash"])
        except ValueError:
            raise ValidationError({"password_hash": ["This is no password hash that we know."]}) from None
        user.password = values["password_hash"]
    else:
        return []
    user.password_changed_at = timezone.now()
    return ["password"]
