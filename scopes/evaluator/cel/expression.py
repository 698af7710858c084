"""A compiled expression: checked when it is made, bounded before each run."""

import re
from collections.abc import Callable, Mapping
from itertools import chain
from math import ceil
from typing import Any

import cel

from scopes.errors import EvaluationError, SourceError
from scopes.evaluator.cel import cost, syntax
from scopes.evaluator.cel.functions import HOST_FUNCTIONS

# What a run may cost: a tenth of a second, about.
COST_LIMIT = 1_000_000.0
WEIGHT_LIMIT = 16384.0
KNOWN_LIMIT = 64

_ENGINE_MESSAGE = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")

# Makes one member of a variable from whatever the caller evaluates against; "" makes the whole variable.
Members = Mapping[str, Callable[[Any], Any]]


class Expression:
    """An expression over named variables. `variables` says how each member of each is made, so that only those in use are.

    `lists` names the members, as `variable.member` or `variable`, that are lists: their items are counted, which makes the
    bound closer.
    """

    def __init__(self, source: str, variables: Mapping[str, Members], lists: tuple[str, ...] = ()) -> None:
        """Compile; raises `SourceError`."""
        self._tree = syntax.parse(source, variables)
        cost.check_patterns(self._tree.root)
        self._program = _compile(source)
        self._functions = {name: HOST_FUNCTIONS[name] for name in syntax.calls(self._tree.root) if name in HOST_FUNCTIONS}
        self._lists = [(name, *name.partition(".")[::2]) for name in lists if name.partition(".")[0] in self._tree.reads]
        self._makers = {name: _makers(variables[name], members) for name, members in self._tree.reads.items()}
        self._affordable: set[tuple[float, ...]] = set()
        if self.cost(dict.fromkeys(self._makers, 64.0), dict.fromkeys(lists, (8.0, 8.0))) > COST_LIMIT:
            raise SourceError("the expression would take too long", code="cost")

    def run(self, subject: Any) -> Any:
        """The value, as plain data; raises `EvaluationError`, or what the engine raises."""
        inputs = {name: make(subject) for name, make in self._makers.items()}
        self._afford(inputs)
        return self._program.execute(cel.Context(variables=inputs, functions=self._functions) if self._functions else inputs)

    def cost(self, weights: Mapping[str, float], lists: Mapping[str, tuple[float, float]]) -> float:
        """An upper bound of the cost of a run, for weights of the variables and, for lists, the count and weight of items."""
        sizes = {name: cost.opaque(weight) for name, weight in weights.items()}
        for name, (count, item) in lists.items():
            sizes[name] = cost.Size(1.0 + count * item, count, item)
        return cost.bound(self._tree.root, sizes).cost

    def _afford(self, inputs: Mapping[str, Any]) -> None:
        weights = {name: _ceiling(cost.weigh(value)) for name, value in inputs.items()}
        if sum(weights.values()) > WEIGHT_LIMIT:
            raise EvaluationError("there is too much data for an expression")
        lists: dict[str, tuple[float, float]] = {}
        for name, variable, member in self._lists:
            items = inputs[variable].get(member, ()) if member else inputs[variable]
            lists[name] = (_ceiling(len(items)), _ceiling(4 * max(map(cost.weigh, items), default=0.0)) / 4)
        key = (*weights.values(), *chain.from_iterable(lists.values()))
        if key in self._affordable:
            return
        if self.cost(weights, lists) > COST_LIMIT:
            raise EvaluationError("the expression would take too long for this much data")
        if len(self._affordable) < KNOWN_LIMIT:
            self._affordable.add(key)


def _ceiling(number: float) -> float:
    """Rounded up to one of a few numbers, so that few different sizes are ever looked at."""
    if number <= 16:
        return float(ceil(number))
    return float(1 << (ceil(number) - 1).bit_length())


def _makers(members: Members, read: set[str] | None) -> Callable[[Any], Any]:
    if "" in members:
        return members[""]
    used = [(name, make) for name, make in members.items() if read is None or name in read]
    return lambda subject: {name: make(subject) for name, make in used}


def _compile(source: str) -> cel.Program:
    try:
        return cel.compile(source)
    except ValueError as error:
        matched = _ENGINE_MESSAGE.search(str(error))
        line, column, message = matched.groups() if matched else ("1", "1", "the expression cannot be compiled")
        offset = sum(map(len, source.splitlines(keepends=True)[: int(line) - 1])) + int(column) - 1
        raise SourceError(message, offset, "expression") from error
