"""The primary e-mail address of a person: a row that knows whether it is verified, mirrored in `User.email`."""

from collections.abc import Iterable, Mapping
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.models import User

_RELATION = "emailaddress_set"


def primary(user: User) -> EmailAddress | None:
    """The primary address; uses what was prefetched."""
    rows: Iterable[EmailAddress] = getattr(user, _RELATION).all() if user.email else ()
    return next((row for row in rows if row.email == user.email), None)


def check(user: User, values: Mapping[str, Any]) -> None:
    """Raise `ValidationError` for an address that is malformed or somebody else's."""
    address = str(values.get("email") or "").strip().lower()
    if not address:
        return
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValidationError({"email": error.messages}) from error
    if EmailAddress.objects.exclude(user_id=user.pk or 0).filter(email=address).exists():
        raise ValidationError({"email": ["Another user has this address."]})


def write(user: User, values: Mapping[str, Any]) -> list[str]:
    """Bring the primary address to what is given; returns the names that changed. A new address is unverified unless said."""
    current = primary(user)
    address = str(values["email"]).strip().lower() if "email" in values else user.email
    if address != user.email:
        if current is not None:
            current.delete()
        EmailAddress.objects.filter(user=user, primary=True).update(primary=False)
        if address:
            EmailAddress.objects.update_or_create(
                user=user, email=address, defaults={"primary": True, "verified": bool(values.get("email_verified", False))}
            )
        User.objects.filter(pk=user.pk).update(email=address)
        user.email = address
        _forget(user)
        return ["email"]
    if current is not None and "email_verified" in values and current.verified != values["email_verified"]:
        current.verified = values["email_verified"]
        current.save(update_fields=["verified"])
        _forget(user)
        return ["email_verified"]
    return []


def _forget(user: User) -> None:
    """Drop prefetched addresses: they are old now."""
    getattr(user, "_prefetched_objects_cache", {}).pop(_RELATION, None)
