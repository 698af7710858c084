"""JSON templates in the language of Vault's OIDC scopes: `{"groups": {{identity.entity.groups.names}}}`.

The source is parsed once, into a JSON tree with directives at some leaves; a person's values are put into that tree as
values, never into text that is parsed again. So no value can change the structure or be read as a directive.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from scopes.context import ClaimsContext, PersonView
from scopes.errors import EvaluationError, SourceError
from scopes.evaluator.directives import Directive, compile_directive
from scopes.evaluator.program import Program, bounded, check_depth, check_names, dump, no_claims, parse_json

DIRECTIVE_LIMIT = 256

_UNBALANCED = "unbalanced templating characters"
_STRING_PART = re.compile(r'(?:[^"\\]|\\.)*', re.DOTALL)
# JSON has no such word, but Python's parser reports each one it meets, in order: that is where the leaves go.
_HOLE = "NaN"
_FOREIGN = re.compile(r"NaN|Infinity")
_NOBODY = PersonView(id=0, uuid="", sub="", username="")

Fill = Callable[[PersonView], Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a template: text, or the inside of a directive; `offset` is where it starts in the source."""

    text: str
    offset: int
    is_directive: bool


class Leaf:
    """A place of the tree that a person fills."""

    def __init__(self, fill: Fill) -> None:
        self.fill = fill


def compile_source(source: str, _scope_name: str) -> Program:
    """Parse a template; an empty one has no claims. Raises `SourceError`, also for one that fails for a person without data."""
    if not source.strip():
        return no_claims
    tree = _Skeleton(source).tree()
    if not isinstance(tree, dict):
        raise SourceError("a template is a JSON object", code="json")
    check_names(tree)
    fill = _filler(tree)
    try:
        dump(fill(_NOBODY))
    except EvaluationError as error:
        raise SourceError(str(error), code="json") from error

    def program(context: ClaimsContext) -> dict[str, Any]:
        claims: dict[str, Any] = fill(context.person)
        bounded(claims)
        return claims

    return program


def split(source: str) -> Iterator[Piece]:
    """Cut a template at its braces, as Vault does: one `}}` after each `{{`, none elsewhere. Raises `SourceError`."""
    offset = 0
    for number, chunk in enumerate(source.split("{{")):
        text = chunk
        if number:
            inside, close, text = chunk.partition("}}")
            if not close:
                raise SourceError(_UNBALANCED, offset, "template")
            yield Piece(inside, offset + 2, True)
            offset += 2
        start = offset + len(chunk) - len(text)
        if "}}" in text:
            raise SourceError(_UNBALANCED, start + text.index("}}"), "template")
        yield Piece(text, start, False)
        offset += len(chunk)


class _Skeleton:
    """The template as ordinary JSON, with a hole for each directive and for each string that has directives in its quotes."""

    def __init__(self, source: str) -> None:
        self._text = ""
        self._origins: list[tuple[int, int]] = [(0, 0)]
        self._leaves: list[Leaf] = []
        self._string: list[Piece] | None = None
        directives = 0
        for piece in split(source):
            if piece.is_directive:
                directives += 1
                if directives > DIRECTIVE_LIMIT:
                    raise SourceError(f"more than {DIRECTIVE_LIMIT} directives", piece.offset, "template")
                self._add_directive(piece)
            else:
                self._add_text(piece)
        if self._string is not None:
            raise SourceError("a string is not closed", self._string[0].offset, "json")

    def tree(self) -> Any:
        """Parsed; each hole is its `Leaf`. Raises `SourceError`."""
        waiting = iter(self._leaves)
        try:
            check_depth(self._text)
            return parse_json(self._text, lambda _hole: next(waiting))
        except SourceError as error:
            start, origin = self._origins[bisect_right(self._origins, (error.offset, len(self._text) ** 2)) - 1]
            raise SourceError(error.reason, origin + error.offset - start, error.code) from error

    def _emit(self, text: str, offset: int) -> None:
        self._origins.append((len(self._text), offset))
        self._text += text

    def _add_directive(self, piece: Piece) -> None:
        if self._string is None:
            self._emit(_HOLE, piece.offset)
            self._leaves.append(Leaf(compile_directive(piece.text, piece.offset)))
        else:
            self._string.append(piece)

    def _add_text(self, piece: Piece) -> None:
        position = 0
        while position < len(piece.text):
            rest = Piece(piece.text[position:], piece.offset + position, False)
            position += self._add_json(rest) if self._string is None else self._add_characters(rest, self._string)

    def _add_json(self, rest: Piece) -> int:
        text, quote, _ = rest.text.partition('"')
        foreign = _FOREIGN.search(text)
        if foreign:
            raise SourceError(f"{foreign.group()} is not JSON", rest.offset + foreign.start(), "json")
        self._emit(text, rest.offset)
        if quote:
            self._string = [Piece("", rest.offset + len(text), False)]
        return len(text) + len(quote)

    def _add_characters(self, rest: Piece, string: list[Piece]) -> int:
        matched = _STRING_PART.match(rest.text)
        end = matched.end() if matched else 0
        if end < len(rest.text) and rest.text[end] == '"':
            string.append(Piece(rest.text[:end], rest.offset, False))
            self._close(string)
            return end + 1
        string.append(rest)
        return len(rest.text)

    def _close(self, string: list[Piece]) -> None:
        self._string = None
        if any(piece.is_directive for piece in string):
            self._emit(_HOLE, string[0].offset)
            self._leaves.append(Leaf(_quoted([_part(piece) for piece in string])))
        else:
            self._emit('"' + "".join(piece.text for piece in string) + '"', string[0].offset)


def _part(piece: Piece) -> str | Directive:
    if piece.is_directive:
        return compile_directive(piece.text, piece.offset)
    try:
        return str(json.loads(f'"{piece.text}"'))
    except json.JSONDecodeError as error:
        raise SourceError(error.msg, piece.offset + error.pos - 1, "json") from error


def _quoted(parts: list[str | Directive]) -> Fill:
    """A string around directives. Values bring their own quotes, as in Vault, so that only those without any fit in here."""

    def fill(person: PersonView) -> str:
        texts = []
        for part in parts:
            text = part if isinstance(part, str) else dump(part(person))
            if not isinstance(part, str) and '"' in text:
                raise EvaluationError("a directive inside quotes met a value that has quotes of its own")
            texts.append(text)
        return "".join(texts)

    return fill


def _filler(node: Any) -> Fill:
    if isinstance(node, Leaf):
        return node.fill
    if isinstance(node, dict):
        members = [(name, _filler(member)) for name, member in node.items()]
        return lambda person: {name: fill(person) for name, fill in members}
    if isinstance(node, list):
        items = [_filler(item) for item in node]
        return lambda person: [fill(person) for fill in items]
    return lambda _person: node
