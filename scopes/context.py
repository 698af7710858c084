"""The values that evaluation sees: plain copies, never models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class GroupView:
    """A group as mappings see it."""

    id: int
    uuid: str
    name: str
    path: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PersonView:
    """A user as mappings see it. `groups` are all effective ones: direct memberships first, then the groups around them."""

    id: int
    uuid: str
    sub: str
    username: str
    name: str = ""
    given_name: str = ""
    family_name: str = ""
    middle_name: str = ""
    nickname: str = ""
    preferred_username: str = ""
    profile: str = ""
    picture: str = ""
    website: str = ""
    gender: str = ""
    birthdate: str = ""
    zoneinfo: str = ""
    locale: str = ""
    phone_number: str = ""
    phone_number_verified: bool = False
    address: Mapping[str, Any] = field(default_factory=dict)
    email: str = ""
    email_verified: bool = False
    attributes: Mapping[str, Any] = field(default_factory=dict)
    updated_at: int = 0
    created_at: int = 0
    groups: tuple[GroupView, ...] = ()


@dataclass(frozen=True)
class ClaimsContext:
    """Everything that may influence claims. `scopes` are the granted ones."""

    person: PersonView
    scopes: tuple[str, ...]
    client_id: str = ""
    client_name: str = ""
    issuer: str = ""
    claims_request: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MappingView:
    """A scope mapping as kept in memory: what `scopes.models.ScopeMapping` holds."""

    name: str
    scope_name: str
    kind: str
    source: str
    description: str = ""
    restricted: bool = False
    mandatory: bool = False
    managed: bool = False
