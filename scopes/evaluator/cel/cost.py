"""An upper bound for the cost of a run, from the tree and the sizes of the inputs.

A weight is the number of values in a value plus one for every 32 characters; a cost unit is about the copying of one
weight. Bounds only grow with the sizes, so that sizes may be rounded up.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scopes.errors import SourceError
from scopes.evaluator.cel.syntax import Node

STEP = 5.0
CHARACTERS = 32
TEXT_LIMIT = 4096  # what a function of ours may make of a text
PATTERN_LIMIT = 200

_REPETITION = re.compile(r"\{(\d*),?(\d*)\}")
_WIDE = re.compile(r"\\[wWdDsSpPbB]|\.|\[|\(\?")


@dataclass(frozen=True, slots=True)
class Size:
    """Bounds of a value: its whole weight, how many items it has, the weight of one item."""

    weight: float
    count: float
    item: float


@dataclass(frozen=True, slots=True)
class Bound:
    """Bounds of a part of an expression: the size of its value, and what computing it costs."""

    size: Size
    cost: float


Sizes = Mapping[str, Size]

_ONE = Size(1.0, 1.0, 1.0)


def weigh(value: Any) -> float:
    """The weight of a plain value."""
    kind = type(value)
    if kind is str:
        return 1.0 + len(value) / CHARACTERS
    if kind is list or kind is tuple:
        return 1.0 + sum(map(weigh, value))
    if isinstance(value, Mapping):
        return 1.0 + sum(map(weigh, value)) + sum(map(weigh, value.values()))
    return 1.0


def opaque(weight: float) -> Size:
    """The size of a value of which only the weight is known."""
    return Size(weight, weight, weight)


def bound(node: Node, sizes: Sizes) -> Bound:
    """The bounds of a tree. `sizes` holds the variables, and as `variable.member` members whose size is known better."""
    return _BOUNDS[node.kind](node, sizes)


def check_patterns(node: Node) -> None:
    """Refuse patterns that are not written out in the expression, or cost too much to build; raises `SourceError`."""
    if node.kind == "call" and node.value == "matches":
        pattern = node.children[-1]
        if len(node.children) != 2 or pattern.kind != "literal" or len(pattern.value) > PATTERN_LIMIT:
            raise SourceError(f"a pattern is a text of at most {PATTERN_LIMIT} characters, written where it is used", code="expression")
    for child in node.children:
        check_patterns(child)


def _literal(node: Node, _sizes: Sizes) -> Bound:
    weight = weigh(node.value)
    return Bound(opaque(weight), weight)


def _variable(node: Node, sizes: Sizes) -> Bound:
    size = sizes[node.value]
    return Bound(size, 1.0 + size.weight)


def _select(node: Node, sizes: Sizes) -> Bound:
    of = node.children[0]
    known = sizes.get(f"{of.value}.{node.value}") if of.kind == "variable" else None
    inner = bound(of, sizes)
    return Bound(known or opaque(inner.size.weight), inner.cost + STEP)


def _index(node: Node, sizes: Sizes) -> Bound:
    of, at = (bound(child, sizes) for child in node.children)
    return Bound(opaque(of.size.item), of.cost + at.cost + of.size.weight + STEP)


def _operator(node: Node, sizes: Sizes) -> Bound:
    parts = [bound(child, sizes) for child in node.children]
    weight = sum(part.size.weight for part in parts)
    count = sum(part.size.count for part in parts)
    item = max(part.size.item for part in parts)
    size = Size(weight, count, item) if node.value in ("+", "?") else _ONE
    return Bound(size, sum(part.cost for part in parts) + weight + STEP)


def _list(node: Node, sizes: Sizes) -> Bound:
    parts = [bound(child, sizes) for child in node.children]
    weight = 1.0 + sum(part.size.weight for part in parts)
    # The engine adds item after item to a copy of the list so far.
    cost = sum(part.cost for part in parts) + weight * max(len(parts), 1) + STEP
    return Bound(Size(weight, len(parts), max((part.size.weight for part in parts), default=0.0)), cost)


def _call(node: Node, sizes: Sizes) -> Bound:
    parts = [bound(child, sizes) for child in node.children]
    weight = 1.0 + sum(part.size.weight for part in parts)
    cost = sum(part.cost for part in parts) + 10 * weight + 10 * STEP
    if node.value == "matches":
        return Bound(_ONE, cost + _pattern_cost(node.children[-1].value))
    if node.value in ("replace", "join"):
        weight += TEXT_LIMIT / CHARACTERS
    if node.value == "split":
        weight = weight * (CHARACTERS + 1)
    return Bound(opaque(weight), cost + weight)


def _macro(node: Node, sizes: Sizes) -> Bound:
    over = bound(node.children[0], sizes)
    count = over.size.count
    inside = {**sizes, node.bound: opaque(over.size.item)}
    bodies = [bound(body, inside) for body in node.children[1:]]
    # The engine copies the list so far for each item that it adds: half of the whole, on average.
    cost = over.cost + count * (2 * STEP + sum(body.cost for body in bodies))
    if node.value == "filter":
        return Bound(over.size, cost + count * over.size.weight / 2)
    if node.value == "map":
        item = bodies[-1].size.weight
        weight = 1.0 + count * item
        return Bound(Size(weight, count, item), cost + count * weight / 2)
    return Bound(_ONE, cost)


def _pattern_cost(pattern: str) -> float:
    # Patterns are built anew at each use; classes of characters become large automata, and repetitions multiply them.
    repetitions = 1.0
    for lower, upper in _REPETITION.findall(pattern):
        repetitions *= max(float(upper or lower or 1), 1.0)
    return 1000.0 + repetitions * (2000.0 * len(_WIDE.findall(pattern)) + 20.0 * len(pattern))


_BOUNDS = {
    "literal": _literal,
    "variable": _variable,
    "select": _select,
    "index": _index,
    "operator": _operator,
    "list": _list,
    "call": _call,
    "macro": _macro,
}
