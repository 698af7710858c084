"""Expressions as trees: tokens, then operator precedence (Common Expression Language specification, "Syntax")."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from scopes.errors import SourceError

DEPTH_LIMIT = 32
HEIGHT_LIMIT = 100
NODE_LIMIT = 2000
MACRO_NESTING_LIMIT = 2

MACROS = {"all": 1, "exists": 1, "exists_one": 1, "filter": 1, "map": 2}
FUNCTIONS = frozenset({
    "contains", "distinct", "double", "endsWith", "flatten", "indexOf", "int", "join", "lowerAscii", "matches", "replace", "size",
    "sort", "split", "startsWith", "string", "substring", "trim", "type", "upperAscii",
})  # fmt: skip

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<text>[rR](?:"[^"\n]*"|'[^'\n]*')|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<number>0[xX][0-9a-fA-F]+|\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+)[uU]?
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()\[\]{}])""",
    re.VERBOSE,
)
_BINARY = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "in": 3, "+": 4, "-": 4, "*": 5, "/": 5, "%": 5,
}  # fmt: skip
_WORDS = frozenset({"true", "false", "null"})
_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its kind is `text`, `number`, `name`, `sign` or `end`."""

    kind: str
    text: str
    offset: int


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression. `kind` is `literal`, `variable`, `select`, `index`, `operator`, `list`, `call` or `macro`.

    `value` is the name or sign; a macro's first child is what it runs over and `bound` the name it binds.
    """

    kind: str
    value: str = ""
    children: tuple["Node", ...] = ()
    bound: str = ""
    height: int = 0


@dataclass(slots=True)
class Tree:
    """A parsed expression, and what it reads: for each variable the members, `None` when it is read as a whole."""

    root: Node
    reads: dict[str, set[str] | None] = field(default_factory=dict)


def parse(source: str, variables: Collection[str]) -> Tree:
    """Parse an expression over these variables; raises `SourceError` at the first thing outside the vocabulary or the bounds."""
    parser = _Parser(source, variables)
    root = parser.expression()
    parser.expect("end", "")
    return Tree(root, parser.reads)


def calls(node: Node) -> set[str]:
    """The names of all functions that a tree calls."""
    return {node.value if node.kind == "call" else ""}.union(*map(calls, node.children)) - {""}


def _tokens(source: str) -> Iterator[Token]:
    offset = 0
    while offset < len(source):
        matched = _TOKEN.match(source, offset)
        if matched is None:
            raise SourceError(f"unexpected {source[offset]!r}", offset, "expression")
        if matched.lastgroup != "space":
            yield Token(str(matched.lastgroup), matched.group(), offset)
        offset = matched.end()
    yield Token("end", "", len(source))


class _Parser:
    def __init__(self, source: str, variables: Collection[str]) -> None:
        self.tokens = list(_tokens(source))
        self.position = 0
        self.variables = variables
        self.bound: list[str] = []
        self.reads: dict[str, set[str] | None] = {}
        self.depth = 0
        self.nodes = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def fail(self, reason: str, token: Token | None = None) -> SourceError:
        return SourceError(reason, (token or self.token).offset, "expression")

    def accept(self, *signs: str) -> Token | None:
        token = self.token
        if token.text in signs and token.kind in ("sign", "name"):
            self.position += 1
            return token
        return None

    def expect(self, kind: str, text: str | None = None) -> Token:
        token = self.token
        if token.kind != kind or (text is not None and token.text != text):
            raise self.fail(f"unexpected {token.text!r}" if token.text else "the expression is not complete")
        self.position += 1
        return token

    def node(self, kind: str, value: str = "", children: tuple[Node, ...] = (), bound: str = "") -> Node:
        self.nodes += 1
        if self.nodes > NODE_LIMIT:
            raise self.fail(f"more than {NODE_LIMIT} parts")
        height = max((child.height for child in children), default=0) + 1
        if height > HEIGHT_LIMIT:
            raise self.fail(f"chained more than {HEIGHT_LIMIT} times")
        return Node(kind, value, children, bound, height)

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise self.fail(f"nested more than {DEPTH_LIMIT} levels deep")
        condition = self.binary(1)
        if self.accept("?"):
            yes = self.binary(1)
            self.expect("sign", ":")
            condition = self.node("operator", "?", (condition, yes, self.expression()))
        self.depth -= 1
        return condition

    def binary(self, lowest: int) -> Node:
        left = self.unary()
        while (rank := _BINARY.get(self.token.text, 0)) >= lowest:
            sign = self.token.text
            self.position += 1
            left = self.node("operator", sign, (left, self.binary(rank + 1)))
        return left

    def unary(self) -> Node:
        signs = 0
        while self.accept("!", "-"):
            signs += 1
        node = self.member()
        return self.node("operator", "!", (node,)) if signs else node

    def member(self) -> Node:
        node = self.primary()
        while True:
            if self.accept("."):
                name = self.expect("name")
                node = self.call(name, node) if self.token.text == "(" else self.node("select", name.text, (node,))
            elif self.accept("["):
                node = self.node("index", "", (node, self.expression()))
                self.expect("sign", "]")
            else:
                return node

    def primary(self) -> Node:
        token = self.token
        if token.kind in ("text", "number") or (token.kind == "name" and token.text in _WORDS):
            self.position += 1
            return self.node("literal", token.text)
        if token.kind == "name":
            self.position += 1
            return self.call(token, None) if self.token.text == "(" else self.variable(token)
        if self.accept("("):
            inside = self.expression()
            self.expect("sign", ")")
            return inside
        if self.accept("[", "{"):
            return self.node("list", "", self.items(_CLOSING[token.text]))
        raise self.fail(f"unexpected {token.text!r}" if token.text else "the expression is not complete")

    def variable(self, token: Token) -> Node:
        name = token.text
        if name in self.bound:
            return self.node("variable", name)
        if name not in self.variables:
            raise self.fail(f"unknown name {name!r}; known: {', '.join(sorted(self.variables))}", token)
        known = self.reads.setdefault(name, set())
        after = self.tokens[self.position + 1] if self.token.text == "." else None
        if after is None or after.kind != "name" or self.tokens[self.position + 2].text == "(":
            self.reads[name] = None
        elif known is not None:
            known.add(after.text)
        return self.node("variable", name)

    def items(self, close: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while not self.accept(close):
            items.append(self.expression())
            if close == "}":
                self.expect("sign", ":")
                items.append(self.expression())
            if not self.accept(","):
                self.expect("sign", close)
                break
        return tuple(items)

    def call(self, name: Token, target: Node | None) -> Node:
        self.expect("sign", "(")
        if name.text == "has" and target is None:
            return self.node("call", "has", self.items(")"))
        if name.text in MACROS and target is not None:
            return self.macro(name, target)
        if name.text not in FUNCTIONS:
            raise self.fail(f"unknown function {name.text!r}; known: {', '.join(sorted(FUNCTIONS | set(MACROS)))}", name)
        arguments = self.items(")")
        return self.node("call", name.text, arguments if target is None else (target, *arguments))

    def macro(self, name: Token, target: Node) -> Node:
        if len(self.bound) >= MACRO_NESTING_LIMIT:
            raise self.fail(f"macros nested more than {MACRO_NESTING_LIMIT} deep", name)
        variable = self.expect("name")
        if variable.text in self.variables or variable.text in self.bound or variable.text in _WORDS:
            raise self.fail(f"the name {variable.text!r} is taken", variable)
        self.expect("sign", ",")
        self.bound.append(variable.text)
        bodies = self.items(")")
        self.bound.pop()
        if not 1 <= len(bodies) <= MACROS[name.text]:
            raise self.fail(f"{name.text} has the wrong number of arguments", name)
        return self.node("macro", name.text, (target, *bodies), variable.text)
