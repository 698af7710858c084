"""JSON, read strictly (RFC 8259, RFC 7493): what two readers could understand differently is refused."""

import json
import re
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

BODY_LIMIT = 2 * 1024 * 1024
DEPTH_LIMIT = 32
INTEGER_DIGITS = 19
INTEGER_LIMIT = 2**63
NUMBER_LIMIT = 64
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_ESCAPES = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")


class TooLarge(APIException):
    """RFC 9110 §15.5.14."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."
    default_code = "too_large"


class StrictJSONParser(BaseParser):
    """`application/json` only: anything else is 415, so that no plain form of another site is ever read."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The value in the body; raises `ParseError` or `TooLarge`."""
        body = stream.read(BODY_LIMIT + 1)
        if len(body) > BODY_LIMIT:
            raise TooLarge
        return loads(body)


def loads(body: bytes) -> Any:
    """Parse; raises `ParseError` naming what is wrong, never quoting the body."""
    _bound_depth(body)
    try:
        text = body.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_object, parse_int=_integer, parse_float=_number, parse_constant=_constant)
    except UnicodeDecodeError:
        raise ParseError("The body is not UTF-8.") from None
    except ValueError:
        raise ParseError("The body is not JSON.") from None
    if _ESCAPES.search(text):
        _refuse_unstorable(value)
    return value


def _bound_depth(body: bytes) -> None:
    depth = 0
    for token in _TOKENS.finditer(body):
        first = token[0][:1]
        depth += (first in b"[{") - (first in b"]}")
        if depth > DEPTH_LIMIT:
            raise ParseError(f"The body is nested deeper than {DEPTH_LIMIT} levels.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ParseError("A member appears twice.")
    return value


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > INTEGER_DIGITS or not -INTEGER_LIMIT <= int(text) < INTEGER_LIMIT:
        raise ParseError("A number is too large.")
    return int(text)


def _number(text: str) -> float:
    value = float(text) if len(text) <= NUMBER_LIMIT else float("inf")
    if value in {float("inf"), float("-inf")}:
        raise ParseError("A number is too large.")
    return value


def _constant(_name: str) -> NoReturn:
    raise ParseError("NaN and Infinity are not JSON.")


def _refuse_unstorable(value: Any) -> None:
    """Lone surrogates and NUL cannot be stored everywhere (RFC 8259 §8.2); a pair of surrogates is one ordinary character."""
    text = json.dumps(value, ensure_ascii=False)
    if re.search(r"(?<!\\)(?:\\\\)*\\u0000", text):
        raise ParseError("A text holds a NUL character.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ParseError("A text holds half a character (a lone surrogate).") from None
