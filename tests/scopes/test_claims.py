"""The claims seam: what is merged, what is left out, who said it."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scopes import claims, evaluator
from scopes.context import ClaimsContext, MappingView
from scopes.evaluator.program import RESERVED_CLAIMS

MakeContext = Callable[..., ClaimsContext]
MakeMapping = Callable[..., MappingView]

STANDARD = ("openid", "profile", "email", "address", "phone", "groups", "offline_access")
SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3), max_leaves=12
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


def test_standard_scopes_give_their_claims(context: MakeContext, mapping: MakeMapping) -> None:
    mappings = [mapping("builtin", scope=name) for name in STANDARD]
    assert claims.evaluate(context(*STANDARD), mappings).values == {
        "preferred_username": "alice",
        "name": "Alice Liddell",
        "given_name": "Alice",
        "family_name": "Liddell",
        "updated_at": 1_700_000_000,
        "email": "alice@example.org",
        "email_verified": True,
        "address": {"country": "GB"},
        "phone_number": "+44 20 7946 0000",
        "phone_number_verified": False,
        "groups": ["engineering", "staff"],
    }


def test_scopes_that_were_not_granted_give_nothing(context: MakeContext, mapping: MakeMapping) -> None:
    assert claims.evaluate(context("openid"), [mapping("builtin", scope=name) for name in STANDARD]).values == {}


def test_path_scope_brings_the_mappings_of_its_name(context: MakeContext, mapping: MakeMapping) -> None:
    told = claims.evaluate(context("wlcg.groups:/a"), [mapping("constant", '{"a": 1}', scope="wlcg.groups")])
    assert told.values == {"a": 1}


@pytest.mark.row("230")
@pytest.mark.parametrize("kind", ["template", "constant", "attribute"])
def test_reserved_claims_stay_with_the_server_even_from_stored_sources(kind: str, context: MakeContext, mapping: MakeMapping) -> None:
    for name in RESERVED_CLAIMS:
        told = claims.evaluate(context("s"), [mapping(kind, f'{{"{name}": "username"}}')])
        assert told.values == {}
        assert "not allowed" in told.errors[0][1]


@pytest.mark.row("230")
def test_reserved_claims_are_removed_from_what_a_kind_returns(context: MakeContext, monkeypatch: pytest.MonkeyPatch) -> None:
    made = dict.fromkeys(RESERVED_CLAIMS, "forged") | {"fine": 1}
    monkeypatch.setattr(evaluator, "evaluate", lambda *_: evaluator.Result(made))
    assert claims.evaluate(context("s"), [MappingView("m", "s", "any", "")]).values == {"fine": 1}


@pytest.mark.case("authentik-github-iam C 60")
def test_two_mappings_of_a_scope_have_their_lists_joined(context: MakeContext, mapping: MakeMapping) -> None:
    mappings = [
        mapping("constant", '{"roles": ["b", "c"], "x": {"two": 2}}', name="second"),
        mapping("constant", '{"roles": ["a", "b"], "x": {"one": 1}}', name="first"),
    ]
    told = claims.evaluate(context("s"), mappings)
    assert told.values == {"roles": ["a", "b", "c"], "x": {"one": 1, "two": 2}}
    assert told.provenance == {"roles": ("first", "second"), "x": ("first", "second")}


@pytest.mark.case("authentik-github-iam C 59")
def test_mapping_that_fails_loses_only_its_own_claims(context: MakeContext, mapping: MakeMapping) -> None:
    mappings = [
        mapping("constant", '{"kept": 1}', name="a good one"),
        mapping("constant", '{"lost": ', name="the bad one"),
        mapping("builtin", "email", name="z another"),
    ]
    told = claims.evaluate(context("s"), mappings)
    assert told.values == {"kept": 1, "email": "alice@example.org", "email_verified": True}
    assert [name for name, _ in told.errors] == ["the bad one"]


def test_later_scalar_wins_and_is_the_one_named(context: MakeContext, mapping: MakeMapping) -> None:
    mappings = [mapping("constant", '{"a": 1}', name="1"), mapping("constant", '{"a": 2}', name="2")]
    told = claims.evaluate(context("s"), mappings)
    assert (told.values, told.provenance) == ({"a": 2}, {"a": ("2",)})


def test_order_is_that_of_scope_then_name_whatever_comes_in(context: MakeContext, mapping: MakeMapping) -> None:
    mappings = [
        mapping("constant", '{"a": ["b1"]}', scope="b", name="1"),
        mapping("constant", '{"a": ["a2"]}', scope="a", name="2"),
        mapping("constant", '{"a": ["a1"]}', scope="a", name="1x"),
    ]
    assert claims.evaluate(context("b", "a"), mappings).values == {"a": ["a1", "a2", "b1"]}


def test_true_and_one_are_different_items(context: MakeContext, mapping: MakeMapping) -> None:
    mappings = [mapping("constant", '{"a": [1]}', name="1"), mapping("constant", '{"a": [true, 1, {"b": 1}, {"b": 1}]}', name="2")]
    assert claims.evaluate(context("s"), mappings).values["a"] == [1, True, {"b": 1}]
    assert claims.evaluate(context("s"), mappings).values["a"][1] is True


def test_evaluation_leaves_the_compiled_mapping_alone(context: MakeContext, mapping: MakeMapping) -> None:
    mappings = [mapping("constant", '{"a": {"b": [{"c": 1}]}}')]
    claims.evaluate(context("s"), mappings).values["a"]["b"][0]["c"] = 2
    assert claims.evaluate(context("s"), mappings).values == {"a": {"b": [{"c": 1}]}}


def test_claims_parameter_releases_only_what_a_scope_covers(context: MakeContext, mapping: MakeMapping) -> None:
    told = claims.evaluate(context("email"), [mapping("builtin", scope="email"), mapping("builtin", scope="profile")])
    section = {"email": {"value": "mallory@example.org"}, "name": {"essential": True}, "admin": {"value": True}, "groups": None}
    asked = claims.requested(told, section)
    assert asked.values == {"email": "alice@example.org"}
    assert asked.provenance == {"email": ("email",)}


@given(OBJECTS)
def test_merging_onto_nothing_only_drops_null_members(value: dict[str, Any]) -> None:
    assert claims.merge(None, value) == _without_nulls(value)


@given(OBJECTS, OBJECTS)
def test_merging_keeps_every_name_and_changes_no_input(one: dict[str, Any], other: dict[str, Any]) -> None:
    before = repr((one, other))
    first = claims.merge(None, one)
    merged = claims.merge(first, other)
    assert set(merged) == set(first) | {name for name, value in other.items() if value is not None}
    assert repr((one, other)) == before


@given(st.lists(VALUES, max_size=4), st.lists(VALUES, max_size=4))
def test_joined_lists_hold_each_item_once(one: list[Any], other: list[Any]) -> None:
    joined = [repr(item) for item in claims.merge(claims.merge(None, one), other)]
    texts = {claims._identity(item) for item in [claims._copy(item) for item in [*one, *other]]}
    assert len(joined) == len(texts)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(member) for name, member in value.items() if member is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value
