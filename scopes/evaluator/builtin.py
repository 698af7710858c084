"""The standard scopes (OpenID Connect Core 1.0 §5.4) and the ones every server has beside them.

Empty values are left out (§5.3.2). `sub` belongs to the server, so `openid` says nothing here.
"""

from collections.abc import Mapping
from typing import Any

from scopes.context import ClaimsContext, PersonView
from scopes.errors import SourceError
from scopes.evaluator.program import Program, no_claims

_PROFILE = (
    "family_name", "given_name", "middle_name", "nickname", "profile", "picture", "website", "gender", "birthdate", "zoneinfo",
    "locale", "updated_at",
)  # fmt: skip


def compile_source(source: str, scope_name: str) -> Program:
    """The source names one of the standard scopes; empty, the mapping's own scope does."""
    name = source.strip() or scope_name
    if name and name not in _CLAIMS:
        raise SourceError(f"there are no standard claims for {name!r}; known: {', '.join(_CLAIMS)}", code="builtin")
    return _CLAIMS.get(name, no_claims)


def full_name(person: PersonView) -> str:
    """The `name` claim: as entered, else composed from its parts, else empty."""
    return person.name or " ".join(filter(None, (person.given_name, person.middle_name, person.family_name)))


def _profile(context: ClaimsContext) -> Mapping[str, Any]:
    person = context.person
    claims: dict[str, Any] = {"preferred_username": person.preferred_username or person.username}
    name = full_name(person)
    if name:
        claims["name"] = name
    for claim in _PROFILE:
        value = getattr(person, claim)
        if value:
            claims[claim] = value
    return claims


def _email(context: ClaimsContext) -> Mapping[str, Any]:
    person = context.person
    return {"email": person.email, "email_verified": person.email_verified} if person.email else {}


def _address(context: ClaimsContext) -> Mapping[str, Any]:
    address = {member: value for member, value in context.person.address.items() if value and isinstance(value, str)}
    return {"address": address} if address else {}


def _phone(context: ClaimsContext) -> Mapping[str, Any]:
    person = context.person
    return {"phone_number": person.phone_number, "phone_number_verified": person.phone_number_verified} if person.phone_number else {}


def _groups(context: ClaimsContext) -> Mapping[str, Any]:
    names = list(dict.fromkeys(group.name for group in context.person.groups))
    return {"groups": names} if names else {}


_CLAIMS: Mapping[str, Program] = {
    "openid": no_claims,
    "profile": _profile,
    "email": _email,
    "address": _address,
    "phone": _phone,
    "groups": _groups,
    "offline_access": no_claims,
}
