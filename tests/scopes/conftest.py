"""People, mappings and contexts to evaluate."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

from scopes.context import ClaimsContext, GroupView, MappingView, PersonView

# On a busy machine the first example of a test may be slow; that says nothing about the code.
settings.register_profile("scopes", deadline=None)
settings.load_profile("scopes")

GROUPS = (
    GroupView(id=1, uuid="g-1", name="engineering", path="/engineering"),
    GroupView(id=2, uuid="g-2", name="staff", path="/staff"),
)


@pytest.fixture
def person() -> PersonView:
    """Alice, with something in most claims."""
    return PersonView(
        id=7,
        uuid="0b7c2f64-9a55-4a3e-8a9b-6a3f0f6c8d11",
        sub="opaque",
        username="alice",
        given_name="Alice",
        family_name="Liddell",
        email="alice@example.org",
        email_verified=True,
        phone_number="+44 20 7946 0000",
        address={"country": "GB", "region": ""},
        attributes={"phone": "1234", "tags": ["a", "b"], "desk": {"floor": 3}, "a.b": "dotted"},
        updated_at=1_700_000_000,
        groups=GROUPS,
    )


@pytest.fixture
def context(person: PersonView) -> Callable[..., ClaimsContext]:
    """Makes a context for Alice with the given scopes granted."""

    def make(*scopes: str, **fields: Any) -> ClaimsContext:
        return ClaimsContext(person=person, scopes=scopes, client_id="demo", client_name="Demo", issuer="https://id.test/", **fields)

    return make


@pytest.fixture
def mapping() -> Callable[..., MappingView]:
    """Makes a mapping; its name is its scope's unless given."""

    def make(kind: str, source: str = "", *, scope: str = "s", name: str = "") -> MappingView:
        return MappingView(name=name or scope, scope_name=scope, kind=kind, source=source)

    return make
