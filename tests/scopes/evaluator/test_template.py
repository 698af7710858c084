"""Vault's template language: every directive, its refusals, and that no value changes the structure."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from scopes import evaluator
from scopes.context import ClaimsContext, GroupView, MappingView, PersonView
from scopes.evaluator.directives import parse_duration
from scopes.evaluator.template import DIRECTIVE_LIMIT

MakeContext = Callable[..., ClaimsContext]

NOW = 1_700_000_000
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
HOSTILE = st.sampled_from(
    ['","admin":true,"x":"', "{{identity.entity.id}}", "{% x %}", "\n", '"', "\\", "}}", "{{", "\u2028", "a+b*c", "</script>"]
)


def fill(source: str, context: ClaimsContext) -> Any:
    """The claims of a template; an error fails the test."""
    result = evaluator.evaluate(MappingView("m", "s", "template", source), context)
    assert not result.error
    return result.claims


def refusal(source: str) -> ValidationError:
    """The error that saving a template gives."""
    with pytest.raises(ValidationError) as caught:
        evaluator.validate("template", source)
    return caught.value


@pytest.mark.parametrize(
    ("directive", "expected"),
    [
        ("identity.entity.id", "0b7c2f64-9a55-4a3e-8a9b-6a3f0f6c8d11"),
        ("  identity.entity.name  ", "alice"),
        ("identity.entity.metadata", {"phone": "1234", "tags": ["a", "b"], "desk": {"floor": 3}, "a.b": "dotted"}),
        ("identity.entity.metadata.phone", "1234"),
        ("identity.entity.metadata.tags", ["a", "b"]),
        ("identity.entity.metadata.a.b", "dotted"),
        ("identity.entity.metadata.missing", ""),
        ("identity.entity.groups.names", ["engineering", "staff"]),
        ("identity.entity.groups.ids", ["g-1", "g-2"]),
        ("identity.entity.aliases.auth_userpass_1.id", ""),
        ("identity.entity.aliases.auth_userpass_1.name", ""),
        ("identity.entity.aliases.auth_userpass_1.metadata", {}),
        ("identity.entity.aliases.auth_userpass_1.metadata.k", ""),
        ("identity.entity.aliases.auth_userpass_1.custom_metadata", {}),
        ("identity.entity.aliases.auth_userpass_1.custom_metadata.k", ""),
        ("time.now", NOW),
        ("time.now.plus.1h30m", NOW + 5400),
        ("time.now.plus.1.5h", NOW + 5400),
        ("time.now.minus.2d", NOW - 172_800),
        ("time.now.plus.500ms", NOW),
        ("time.now.plus.90", NOW + 90),
        ("time.now.plus.", NOW),
    ],
)
def test_directive_gives_its_value(directive: str, expected: Any, context: MakeContext) -> None:
    with time_machine.travel(NOW, tick=False):
        assert fill(f'{{"a": [{{{{{directive}}}}}, 1] }}', context("s")) == {"a": [expected, 1]}


def test_person_in_no_group_has_null(context: MakeContext) -> None:
    alice = context("s")
    alice = replace(alice, person=replace(alice.person, groups=()))
    assert fill('{"a": {{identity.entity.groups.names}}, "b": {{identity.entity.groups.ids}} }', alice) == {"a": None, "b": None}


@pytest.mark.case("vault 19")
@pytest.mark.parametrize("source", ["", "  \n", "{}"])
def test_empty_template_has_no_claims(source: str, context: MakeContext) -> None:
    evaluator.validate("template", source)
    assert fill(source, context("s")) == {}


@pytest.mark.case("vault 22")
@pytest.mark.parametrize(
    ("source", "code", "message", "column"),
    [
        ('{"a": {{identity.entity.nope}} }', "template", "no value could be found for one of the template directives", 9),
        ('{"a": {{nope}} }', "template", "no value could be found for one of the template directives", 9),
        ('{"a": {{identity.entity.aliases.x.nope}} }', "template", "no value could be found for one of the template directives", 9),
        ('{"a": {{identity.entity.aliases.x}} }', "template", "invalid alias selector", 9),
        (
            '{"a": {{identity.groups.names.g.id}} }',
            "template",
            "string contains groups template directives but no groups were provided",
            9,
        ),
        ('{"a": {{time.later}} }', "template", 'invalid time selector "later"', 9),
        ('{"a": {{time.now.plus}} }', "template", "missing time operand", 9),
        ('{"a": {{time.now.times.1h}} }', "template", 'invalid time operator "times"', 9),
        ('{"a": {{time.now.plus.soon}} }', "template", 'invalid duration: time: invalid duration "soon"', 9),
        ('{"a": {{time.now.plus.-1h}} }', "template", "invalid duration: cannot provide negative value '-1h'", 9),
        ('{"a": {{identity.entity.id}', "template", "unbalanced templating characters", 7),
        ('{"a": {{identity.entity.id}}}}', "template", "unbalanced templating characters", 29),
        ('{"a": {"b": 1}}', "template", "unbalanced templating characters", 14),
        ("[1]", "json", "a template is a JSON object", 1),
        ("not json", "json", "Expecting value", 1),
        ('{"a": {{identity.entity.id}} x}', "json", "Expecting ',' delimiter", 30),
        ('{"a": 1{{time.now}} }', "json", "Expecting ',' delimiter", 10),
        ("{ {{identity.entity.name}}: 1}", "json", "Expecting property name enclosed in double quotes", 5),
        ('{ "{{time.now}}": 1}', "json", "Expecting property name enclosed in double quotes", 3),
        ('{"a": NaN, "b": {{time.now}} }', "json", "NaN is not JSON", 7),
        ('{"a": -Infinity}', "json", "Infinity is not JSON", 8),
        ('{"a": "{{time.now}}', "json", "a string is not closed", 7),
        ('{"a": "\\{{time.now}}"}', "json", "Unterminated string starting at", 7),
        ('{"a": "\\ud800{{time.now}}"}', "json", "the result is not JSON", 1),
    ],
)
def test_template_that_cannot_be_filled_is_refused(source: str, code: str, message: str, column: int) -> None:
    error = refusal(source)
    assert error.params is not None
    assert (error.code, error.params["message"], error.params["column"]) == (code, message, column)


@pytest.mark.case("vault 21")
def test_reserved_claim_is_refused_at_the_top_and_fine_below() -> None:
    for name in ("iat", "aud", "exp", "iss", "sub", "nonce", "auth_time", "at_hash", "c_hash"):
        assert refusal(f'{{"{name}": 1}}').code == "reserved"
        evaluator.validate("template", f'{{"a": {{"{name}": 1}} }}')


def test_directives_without_end_are_refused() -> None:
    assert refusal('{"a": [' + ",".join(["{{time.now}}"] * (DIRECTIVE_LIMIT + 1)) + "]}").code == "template"


def test_number_inside_quotes_becomes_part_of_the_text(context: MakeContext) -> None:
    with time_machine.travel(NOW, tick=False):
        assert fill('{"a": "at \\"{{time.now}}\\u00e9"}', context("s")) == {"a": f'at "{NOW}é'}


def test_text_inside_quotes_is_refused_as_it_brings_its_own() -> None:
    assert refusal('{"a": "{{identity.entity.name}}"}').code == "json"


@pytest.mark.case("vault 61")
def test_list_inside_quotes_passes_and_fails_for_people_with_groups(context: MakeContext) -> None:
    source = '{"a": "{{identity.entity.groups.names}}"}'
    evaluator.validate("template", source)
    result = evaluator.evaluate(MappingView("m", "s", "template", source), context("s"))
    assert result.claims == {}
    assert "quotes" in result.error


@pytest.mark.row("231")
@given(value=HOSTILE | st.text() | JSON, name=HOSTILE | st.text(), group=HOSTILE | st.text())
def test_no_value_changes_the_structure(value: Any, name: str, group: str) -> None:
    person = PersonView(
        id=1, uuid="u", sub="s", username=name, attributes={"k": value}, groups=(GroupView(id=1, uuid=group, name=group, path="/"),)
    )
    source = (
        '{"name": {{identity.entity.name}}, "deep": {"k": {{identity.entity.metadata.k}}, "fixed": "{{time.now}}"},'
        ' "list": [true, {{identity.entity.groups.names}}], "all": {{identity.entity.metadata}}, "admin": false}'
    )
    with time_machine.travel(NOW, tick=False):
        told = fill(source, ClaimsContext(person=person, scopes=("s",)))
    assert told == {
        "name": name,
        "deep": {"k": value, "fixed": str(NOW)},
        "list": [True, [group]],
        "all": {"k": value},
        "admin": False,
    }
    assert list(json.loads(json.dumps(told))) == ["name", "deep", "list", "all", "admin"]


@pytest.mark.row("231")
def test_directive_in_a_value_stays_text(context: MakeContext) -> None:
    alice = context("s")
    alice = replace(alice, person=replace(alice.person, username="{{identity.entity.metadata}}"))
    assert fill('{"a": {{identity.entity.name}} }', alice) == {"a": "{{identity.entity.metadata}}"}


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_json_without_braces_in_pairs_is_a_template_of_itself(value: dict[str, Any]) -> None:
    source = json.dumps(value, indent=1)
    if "{{" in source or "}}" in source or evaluator.program.RESERVED_CLAIMS & value.keys():
        return
    try:
        evaluator.validate("template", source)
    except ValidationError as error:
        assert error.code in ("json", "length")  # a lone surrogate, or too much
        return
    assert fill(source, ClaimsContext(person=PersonView(id=1, uuid="", sub="", username=""), scopes=())) == value


@given(st.text(alphabet='{}"ab:,[]\\ 1.' + "tru") | st.text())
def test_any_text_compiles_or_is_refused(source: str) -> None:
    try:
        evaluator.validate("template", source)
    except ValidationError as error:
        assert error.params is not None
        assert error.params["line"] >= 1
        assert error.params["column"] >= 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 0),
        ("0", 0),
        ("15", 15),
        ("3d", 259_200),
        ("1h30m", 5400),
        ("90s", 90),
        ("1.5h", 5400),
        ("999ms", 0),
        (".5m", 30),
        ("1h.5s", 3600),
    ],
)
def test_duration_is_read_as_vault_does(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["abc", "-5s", "-1", "1.5", "1d2h", "1 h", "h", "9" * 30, "9999999999h", "١s"])
def test_duration_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|negative"):
        parse_duration(text)
