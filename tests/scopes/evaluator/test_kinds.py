"""What all mapping kinds share, and the plain ones: builtin, attribute, constant, groups."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from scopes import evaluator
from scopes.context import ClaimsContext, GroupView, MappingView
from scopes.evaluator.program import DEPTH_LIMIT, OUTPUT_LIMIT, SOURCE_LIMIT
from scopes.models import ScopeMapping

MakeContext = Callable[..., ClaimsContext]
MakeMapping = Callable[..., MappingView]


@pytest.fixture
def claims(context: MakeContext, mapping: MakeMapping) -> Callable[[str, str], Any]:
    """Evaluates a source for Alice; an error fails the test."""

    def evaluate(kind: str, source: str) -> Any:
        result = evaluator.evaluate(mapping(kind, source), context("s"))
        assert not result.error
        return result.claims

    return evaluate


def refusal(kind: str, source: str, scope_name: str = "") -> dict[str, Any]:
    """The code and params of the error that saving a source gives."""
    with pytest.raises(ValidationError) as caught:
        evaluator.validate(kind, source, scope_name)
    assert caught.value.messages
    return {"code": caught.value.code, **(caught.value.params or {})}


def test_every_kind_of_the_model_can_be_evaluated() -> None:
    assert set(evaluator.KINDS) == set(ScopeMapping.Kind.values)


def test_unknown_kind_is_refused() -> None:
    assert refusal("python", "1")["code"] == "kind"


def test_mistake_is_told_with_its_line_and_column() -> None:
    told = refusal("constant", '{"a": 1,\n "b": x}')
    assert (told["line"], told["column"], told["message"]) == (2, 7, "Expecting value")


@pytest.mark.parametrize("kind", ["template", "attribute", "constant", "groups", "expression", "builtin"])
def test_source_without_end_is_refused(kind: str) -> None:
    assert refusal(kind, " " * (SOURCE_LIMIT + 1))["code"] == "length"


@pytest.mark.parametrize("kind", ["template", "attribute", "constant", "groups"])
def test_source_nested_too_deeply_is_refused(kind: str) -> None:
    assert refusal(kind, '{"a":' * (DEPTH_LIMIT + 1))["code"] == "nesting"
    assert refusal(kind, '{"a":' + "[" * 10_000)["code"] == "nesting"


def test_brackets_inside_strings_are_no_nesting() -> None:
    evaluator.validate("constant", '{"a": "' + '[\\"' * 100 + '"}')


@pytest.mark.parametrize(
    "source", ["[1]", "1", "null", '{"a": NaN}', '{"a": -Infinity}', '{"a": 1e999}', '{"a": "\\ud800"}', '{"a": ' + "9" * 5000 + "}"]
)
def test_constant_is_a_json_object(source: str) -> None:
    assert refusal("constant", source)["code"] == "json"


def test_output_without_end_is_an_error(context: MakeContext, mapping: MakeMapping) -> None:
    alice = context("s")
    alice = replace(alice, person=replace(alice.person, attributes={"big": "x" * OUTPUT_LIMIT}))
    for kind, source in (
        ("template", '{"a": {{identity.entity.metadata.big}} }'),
        ("attribute", "big"),
        ("expression", '{"a": user.attributes.big}'),
    ):
        result = evaluator.evaluate(mapping(kind, source), alice)
        assert result.claims == {}
        assert "characters of claims" in result.error


def test_output_nested_too_deeply_is_an_error(context: MakeContext, mapping: MakeMapping) -> None:
    for depth in (DEPTH_LIMIT + 1, 5000):
        deep: Any = "x"
        for _ in range(depth):
            deep = [deep]
        alice = context("s")
        alice = replace(alice, person=replace(alice.person, attributes={"deep": deep}))
        assert evaluator.evaluate(mapping("attribute", "deep"), alice).error


def test_data_of_an_unexpected_shape_is_an_error_not_a_crash(context: MakeContext, mapping: MakeMapping) -> None:
    alice = context("s")
    alice = replace(alice, person=replace(alice.person, attributes=["not", "an", "object"]))  # type: ignore[arg-type]
    assert evaluator.evaluate(mapping("template", '{"a": {{identity.entity.metadata.x}} }'), alice).error.startswith("AttributeError")


def test_error_text_is_bounded(context: MakeContext, mapping: MakeMapping) -> None:
    assert len(evaluator.evaluate(mapping("x" * 10_000), context("s")).error) == evaluator.ERROR_LIMIT


def test_builtin_source_names_the_scope_unless_it_is_empty(claims: Callable[[str, str], Any]) -> None:
    assert claims("builtin", "email") == {"email": "alice@example.org", "email_verified": True}
    assert refusal("builtin", "nope")["code"] == refusal("builtin", "", "nope")["code"] == "builtin"
    evaluator.validate("builtin", "")


def test_builtin_leaves_out_what_is_empty(context: MakeContext, mapping: MakeMapping) -> None:
    alice = context("s")
    bare = replace(alice, person=type(alice.person)(id=1, uuid="u", sub="s", username="bob"))
    made = {name: evaluator.evaluate(mapping("builtin", name), bare).claims for name in ("profile", "email", "address", "phone", "groups")}
    assert made == {"profile": {"preferred_username": "bob"}, "email": {}, "address": {}, "phone": {}, "groups": {}}


def test_builtin_name_is_the_one_entered(context: MakeContext, mapping: MakeMapping) -> None:
    alice = context("s")
    alice = replace(alice, person=replace(alice.person, name="Dr Alice", preferred_username="al"))
    told = evaluator.evaluate(mapping("builtin", "profile"), alice).claims
    assert (told["name"], told["preferred_username"]) == ("Dr Alice", "al")


def test_group_of_two_ways_is_named_once(context: MakeContext, mapping: MakeMapping) -> None:
    alice = context("s")
    alice = replace(alice, person=replace(alice.person, groups=(*alice.person.groups, *alice.person.groups)))
    assert evaluator.evaluate(mapping("builtin", "groups"), alice).claims == {"groups": ["engineering", "staff"]}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("email", {"email": "alice@example.org"}),
        ("attributes.phone", {"phone": "1234"}),
        ("phone", {"phone": "1234"}),
        ("desk.floor", {"floor": 3}),
        ("address.country", {"country": "GB"}),
        ("email_verified", {"email_verified": True}),
        ("id", {}),
        ("nowhere", {}),
        ("phone.deeper.still", {}),
        ("nickname", {}),
        ('{"department": "attributes.tags", "tel": "phone_number"}', {"department": ["a", "b"], "tel": "+44 20 7946 0000"}),
    ],
)
def test_attribute_copies_from_a_path(source: str, expected: dict[str, Any], claims: Callable[[str, str], Any]) -> None:
    assert claims("attribute", source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "",
        ".",
        "a..b",
        "a.",
        ".a",
        "a" + ".a" * 16,
        '{"": "a"}',
        '{"a": 1}',
        "{" + ",".join(f'"c{number}": "a"' for number in range(65)) + "}",
    ],
)
def test_attribute_that_is_no_path_is_refused(source: str) -> None:
    assert refusal("attribute", source)["code"] == "attribute"


@pytest.mark.row("227")
def test_attribute_never_leaves_the_data_of_the_person(claims: Callable[[str, str], Any]) -> None:
    assert claims("attribute", '{"a": "__class__.__init__.__globals__", "b": "email.__class__", "c": "attributes.items"}') == {}


def test_groups_are_listed_as_the_options_say(claims: Callable[[str, str], Any]) -> None:
    assert claims("groups", "") == {"groups": ["engineering", "staff"]}
    assert claims("groups", '{"claim": "teams", "by": "id"}') == {"teams": ["g-1", "g-2"]}
    assert claims("groups", '{"by": "path", "prefix": "/eng"}') == {"groups": ["/engineering"]}
    assert claims("groups", '{"prefix": "nothing"}') == {}


@pytest.mark.parametrize("source", ['{"by": "size"}', '{"filter": "x"}', '{"prefix": 1}', '{"claim": ""}'])
def test_groups_option_that_does_not_exist_is_refused(source: str) -> None:
    assert refusal("groups", source)["code"] == "groups"


def test_groups_cannot_name_a_reserved_claim() -> None:
    assert refusal("groups", '{"claim": "aud"}')["code"] == "reserved"


def test_compiled_programs_are_kept_by_content_and_bounded(context: MakeContext, mapping: MakeMapping) -> None:
    first = evaluator._program("constant", '{"kept": 1}', "s")
    assert evaluator._program("constant", '{"kept": 1}', "s") is first
    for number in range(evaluator.CACHE_SIZE + 1):
        evaluator.validate("constant", f'{{"a": {number}}}')
    assert evaluator._program.cache_info().currsize == evaluator.CACHE_SIZE


def test_group_views_are_enough(context: MakeContext, mapping: MakeMapping) -> None:
    alice = context("s")
    alice = replace(alice, person=replace(alice.person, groups=(GroupView(id=9, uuid="u", name="x", path="/x"),)))
    assert evaluator.evaluate(mapping("groups"), alice).claims == {"groups": ["x"]}
