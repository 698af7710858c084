"""CEL expressions: what they see, what they cannot reach, and what they may cost."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from scopes import evaluator
from scopes.context import ClaimsContext, GroupView, MappingView, PersonView
from scopes.errors import EvaluationError, SourceError
from scopes.evaluator.cel import cost, syntax
from scopes.evaluator.cel.expression import Expression

MakeContext = Callable[..., ClaimsContext]


def result(source: str, context: ClaimsContext) -> evaluator.Result:
    """What an expression gives for a context."""
    return evaluator.evaluate(MappingView("m", "s", "expression", source), context)


def refusal(source: str) -> ValidationError:
    """The error that saving an expression gives."""
    with pytest.raises(ValidationError) as caught:
        evaluator.validate("expression", source)
    return caught.value


@pytest.fixture
def crowd() -> Callable[[int], ClaimsContext]:
    """Makes the context of a person in so many groups."""

    def make(count: int) -> ClaimsContext:
        groups = tuple(GroupView(id=n, uuid=f"{n:036}", name=f"group-{n}", path=f"/group-{n}") for n in range(count))
        return ClaimsContext(person=PersonView(id=1, uuid="u", sub="s", username="bob", groups=groups), scopes=("s",))

    return make


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{"mail": user.email, "name": user.name}', {"mail": "alice@example.org", "name": "Alice Liddell"}),
        ('{"roles": user.groups.filter(g, g.startsWith("eng"))}', {"roles": ["engineering"]}),
        ('{"roles": user.groups.map(g, "role:" + g)}', {"roles": ["role:engineering", "role:staff"]}),
        ('{"roles": user.groups.map(g, g != "staff", g.upperAscii())}', {"roles": ["ENGINEERING"]}),
        ('{"ids": groups.map(g, g.id), "paths": groups.map(g, g.path)}', {"ids": ["g-1", "g-2"], "paths": ["/engineering", "/staff"]}),
        ('"staff" in user.groups ? {"admin": true} : null', {"admin": True}),
        ('"other" in user.groups ? {"admin": true} : null', {}),
        ('{"floor": user.attributes.desk.floor + 1}', {"floor": 4}),
        ('{"floor": user.attributes["desk"]["floor"] - 1}', {"floor": 2}),
        ('has(user.attributes.nope) ? {"a": 1} : {"a": 2}', {"a": 2}),
        ('{"all": user.groups.all(g, size(g) > 2), "one": user.groups.exists_one(g, g == "staff")}', {"all": True, "one": True}),
        ('{"client": client.client_id, "scopes": request.scopes}', {"client": "demo", "scopes": ["s"]}),
        ('{"issuer": request.issuer, "n": -2, "not": !false, "h": 0x10u}', {"issuer": "https://id.test/", "n": -2, "not": True, "h": 16}),
        ('{"m": user.groups.filter(g, g.matches("^[a-f]"))}', {"m": ["engineering"]}),
        ('{"t": "b,a,b".split(",").distinct().sort().join("-")}', {"t": "a-b"}),
        ('{"t": "x y".replace(" ", "_").trim().lowerAscii().substring(1)}', {"t": "_y"}),
        ('{"t": "abc".substring(1, 2), "i": "abc".indexOf("c"), "l": "ab".split("")}', {"t": "b", "i": 2, "l": ["a", "b"]}),
        ('{"t": [[1], [2], 3].flatten(), "s": string(1) + string(true) + string(false)}', {"t": [1, 2, 3], "s": "1truefalse"}),
        ("{'raw': r'\\d', 'single': 'it\\'s'}  // a remark", {"raw": "\\d", "single": "it's"}),
        ('{"nested": user.groups.filter(g, user.groups.exists(h, h == g + ""))}', {"nested": ["engineering", "staff"]}),
        ("user.attributes.desk", {"floor": 3}),
        ('{"a": size(user) > 0 ? user.email : ""}', {"a": "alice@example.org"}),
        ("{}", {}),
        ('{"a": [], "b": [1, 2,],}', {"a": [], "b": [1, 2]}),
    ],
)
def test_expression_makes_claims(source: str, expected: dict[str, Any], context: MakeContext) -> None:
    evaluator.validate("expression", source)
    assert result(source, context("s")) == evaluator.Result(expected)


def test_whole_variable_has_every_field(context: MakeContext) -> None:
    told = result("user", context("s")).claims
    assert (told["username"], told["groups"], told["attributes"]["phone"]) == ("alice", ["engineering", "staff"], "1234")
    assert "id" not in told


@pytest.mark.parametrize(
    "source", ["1", '"a"', "[1]", "{1: 2}", "user.nope", "1 / 0", "string([1])", '{"a": 1.0 / 0.0}', '{"a": user.email + 1}']
)
def test_expression_without_claims_is_an_error(source: str, context: MakeContext) -> None:
    evaluator.validate("expression", source)
    told = result(source, context("s"))
    assert told.claims == {}
    assert told.error


@pytest.mark.parametrize(
    ("source", "message", "line", "column"),
    [
        ("", "the expression is not complete", 1, 1),
        ("1 +", "the expression is not complete", 1, 4),
        ('{"a": 1', "the expression is not complete", 1, 8),
        ('{"a": \n 1 1}', "unexpected '1'", 2, 4),
        ("{'a': #}", "unexpected '#'", 1, 7),
        ("nobody.email", "unknown name 'nobody'; known: client, groups, request, user", 1, 1),
        ("user.groups.map(user, 1)", "the name 'user' is taken", 1, 17),
        ("user.groups.map(g, [1].map(g, 1))", "the name 'g' is taken", 1, 28),
        ("user.groups.map(true, 1)", "the name 'true' is taken", 1, 17),
        ("user.groups.filter(g, true, true)", "filter has the wrong number of arguments", 1, 13),
        ("user.groups.filter(g,)", "filter has the wrong number of arguments", 1, 13),
        ('{"a": user.email)', "unexpected ')'", 1, 17),
        ('"\\q"', "Syntax error: token recognition error", 1, 1),
    ],
)
def test_mistake_is_told_with_its_place(source: str, message: str, line: int, column: int) -> None:
    params = refusal(source).params
    assert params is not None
    assert params["message"].lower().startswith(message.lower()[:14])
    assert (params["line"], params["column"]) == (line, column)


@pytest.mark.row("227")
@pytest.mark.parametrize(
    "source",
    [
        "__import__('os')",
        "open('/etc/passwd')",
        "user.__class__()",
        "'{0.__class__}'.format(user)",
        "eval('1')",
        "exit()",
        "user.groups.append('admin')",
        "lists.range(1000000000)",
        "(x for x in user)",
        "lambda: 1",
    ],
)
def test_nothing_of_python_can_be_called(source: str) -> None:
    assert refusal(source).code == "expression"


@pytest.mark.row("227")
def test_members_of_python_objects_are_missing_keys(context: MakeContext) -> None:
    for source in ("user.__class__", "user.attributes.__class__", 'user["__dict__"]', "user.groups.__len__"):
        assert result(source, context("s")).claims == {}
        assert result(source, context("s")).error


@pytest.mark.parametrize(
    "source",
    [
        "(" * 40 + "1" + ")" * 40,
        "[" * 5000,
        "1" + "+1" * 300,
        "{'a': " + "true ? 1 : " * 40 + "1}",
        "user" + ".a" * 300,
        "[" + "1," * 3000 + "]",
        "['a'].map(a, ['b'].map(b, ['c'].map(c, c)))",
    ],
)
def test_expression_that_is_too_large_a_tree_is_refused(source: str) -> None:
    assert refusal(source).code == "expression"


@pytest.mark.parametrize(
    "source",
    [
        '{"x": ["a"]' + ".map(i, i + i)" * 40 + "}",
        '{"x": ["' + "a" * 2000 + '"].map(i, [' + "i," * 400 + "]).map(j, [" + "j," * 400 + "])}",
        '{"x": [' + "1," * 900 + "].map(i, [" + "1," * 900 + "].map(j, i + j))}",
        '{"x": user.groups.filter(g, g.matches("((a{50}){50}){50}"))}',
        '{"x": user.groups.filter(g, g.matches("(\\\\w{100}){5}"))}',
    ],
)
def test_expression_that_would_take_too_long_for_anyone_is_refused(source: str) -> None:
    started = time.process_time()
    assert refusal(source).code == "cost"
    assert time.process_time() - started < 2


@pytest.mark.row("246")
@pytest.mark.parametrize("pattern", ["user.email", '"a" + "b"', '"' + "a" * 300 + '"', '"a", "b"'])
def test_pattern_is_a_short_text_in_the_source(pattern: str) -> None:
    assert refusal(f'{{"a": "x".matches({pattern})}}').code == "expression"


@pytest.mark.row("246")
def test_pattern_that_backtracks_elsewhere_runs_at_once(context: MakeContext) -> None:
    started = time.process_time()
    assert result('{"a": "' + "a" * 50 + '!".matches("^(a+)+$")}', context("s")).claims == {"a": False}
    assert time.process_time() - started < 1


def test_cost_follows_the_data_of_the_person(crowd: Callable[[int], ClaimsContext]) -> None:
    source = '{"n": groups.map(g, groups.map(h, g.name + h.name))}'
    evaluator.validate("expression", source)
    assert not result(source, crowd(5)).error
    started = time.process_time()
    assert "too long for this much data" in result(source, crowd(400)).error
    assert time.process_time() - started < 1


def test_ordinary_filters_work_for_somebody_in_very_many_groups(crowd: Callable[[int], ClaimsContext]) -> None:
    assert result('{"n": user.groups.filter(g, g == "group-7")}', crowd(1000)).claims == {"n": ["group-7"]}


def test_data_without_end_is_not_handed_over(crowd: Callable[[int], ClaimsContext]) -> None:
    assert "too much data" in result('{"n": size(groups)}', crowd(3000)).error


@pytest.mark.parametrize(
    "source", ['{"a": "' + "a" * 100 + '".replace("", "' + "b" * 100 + '")}', '{"a": ["a", "b"].join("' + "x" * 5000 + '")}']
)
def test_text_that_grows_without_end_is_an_error(source: str, context: MakeContext) -> None:
    assert "characters" in result(source, context("s")).error


def test_sizes_that_were_affordable_are_remembered_and_bounded() -> None:
    expression = Expression('{"a": user.map(x, x)}', {"user": {"": lambda subject: subject}}, ("user",))
    for count in range(70):
        assert expression.run(["x"] * count)["a"] == ["x"] * count
    for length in range(3, 13):
        for count in range(17):
            expression.run(["x" * 2**length] * count)
    assert len(expression._affordable) == 64


@given(
    st.recursive(
        st.sampled_from(["1", '"text"', "user.a", "user.b", "x"]),
        lambda inner: st.one_of(
            st.builds("[{}, {}]".format, inner, inner),
            st.builds("[{}].map(x, {})".format, inner, inner),
            st.builds("[{}].filter(x, {} == x)".format, inner, inner),
            st.builds("({} + {})".format, inner, inner),
        ),
        max_leaves=6,
    ),
    st.lists(st.text(max_size=40), max_size=5),
)
def test_weight_of_a_result_never_exceeds_its_bound(source: str, items: list[str]) -> None:
    members = {"a": lambda _: items, "b": lambda _: "some text"}
    try:
        expression = Expression(f"[{source}]", {"user": members, "x": {"": lambda _: "x"}})
        value = expression.run(None)
    except (SourceError, EvaluationError, LookupError, RuntimeError, TypeError, ValueError):
        return
    sizes = {"user": cost.opaque(cost.weigh({"a": items, "b": "some text"})), "x": cost.opaque(cost.weigh("x"))}
    assert cost.weigh(value) <= cost.bound(syntax.parse(f"[{source}]", ["user", "x"]).root, sizes).size.weight


@given(st.text(alphabet='user.groupsmap(g,)[]{}"1+?:! \n') | st.text())
def test_any_text_compiles_or_is_refused(source: str) -> None:
    try:
        evaluator.validate("expression", source)
    except ValidationError as error:
        assert error.params is not None
        assert error.params["column"] >= 1


def test_weight_counts_values_and_characters() -> None:
    assert cost.weigh({"a": [1, None, "x" * 64]}) == 1 + (1 + 1 / 32) + (1 + 1 + 1 + 3)


def test_views_of_a_person_may_be_replaced(context: MakeContext) -> None:
    alice = context("s")
    assert result('{"e": user.email}', replace(alice, person=replace(alice.person, email="x@y"))).claims == {"e": "x@y"}
