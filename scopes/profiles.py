"""Claim profiles: what a client's tokens carry beside its mappings' claims. `oidc` adds nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scopes.context import ClaimsContext


@dataclass(frozen=True)
class Profile:
    """A profile. `audience` is the default one of access tokens, empty for the issuer; `claims` are added after the mappings'."""

    name: str
    claims: Callable[[ClaimsContext], Mapping[str, Any]]
    audience: str = ""


def _nothing(_context: ClaimsContext) -> Mapping[str, Any]:
    return {}


PROFILES: Mapping[str, Profile] = {profile.name: profile for profile in (Profile("oidc", _nothing),)}
