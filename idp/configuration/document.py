"""Reading a configuration file: YAML or JSON, plain data only, every member with its line.

Tags, duplicate keys and recursive anchors are refused; what aliases expand to is bounded. Scalars follow YAML 1.2: `yes`
is a text, `1990-02-28` is a text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

SIZE_LIMIT = 32 * 1024 * 1024
NODE_LIMIT = 1_000_000
DEPTH_LIMIT = 40
INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z")
_BOOLEAN = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
_NULL = re.compile(r"(?:~|null|Null|NULL|)\Z")
_PREFIX = "tag:yaml.org,2002:"
_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


class ConfigurationError(Exception):
    """What is wrong with a file, and on which line."""

    def __init__(self, message: str, line: int = 0) -> None:
        self.message, self.line = message, line
        super().__init__(f"line {line}: {message}" if line else message)


@dataclass(frozen=True)
class Item:
    """One entry of a section. `lines` are those of its fields."""

    data: dict[str, Any]
    line: int
    lines: Mapping[str, int] = field(default_factory=dict)

    def line_of(self, name: str) -> int:
        """The line of a field, or of the item when it is not there."""
        return self.lines.get(name, self.line)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader, for its parser and the rules below."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for _name, _pattern, _first in (
    ("null", _NULL, ["~", "n", "N", ""]),
    ("bool", _BOOLEAN, list("tTfF")),
    ("int", INTEGER, list("-0123456789")),
    ("float", FLOAT, list("-0123456789")),
):
    _Loader.add_implicit_resolver(_PREFIX + _name, _pattern, _first)


def read(text: str, names: tuple[str, ...]) -> dict[str, list[Item]]:
    """The sections of a file; raises `ConfigurationError`."""
    root = _compose(text)
    if root is None:
        return {}
    reader = _Reader()
    if not isinstance(root, yaml.MappingNode):
        raise ConfigurationError("a file holds sections such as `clients:`", _line(root))
    sections: dict[str, list[Item]] = {}
    for name, key, value in reader.members(root):
        if name not in names:
            raise ConfigurationError(f"there is no section “{name}”; known: {', '.join(names)}", _line(key))
        sections[name] = _items(reader, name, value)
    return sections


def _compose(text: str) -> yaml.Node | None:
    if len(text) > SIZE_LIMIT:
        raise ConfigurationError(f"the file is larger than {SIZE_LIMIT // 1024 // 1024} MiB")
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        # JSON may be indented with tabs; at the beginning of a line they cannot be part of a text.
        text = _PAIR.sub(_character, _INDENTATION.sub(lambda match: " " * len(match[0]), text))
    try:
        root: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigurationError(error.problem or "not YAML", mark.line + 1 if mark else 0) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigurationError("this is neither YAML nor JSON") from error
    return None if isinstance(root, yaml.ScalarNode) and root.tag == f"{_PREFIX}null" else root


def _items(reader: "_Reader", name: str, node: yaml.Node) -> list[Item]:
    if isinstance(node, yaml.ScalarNode) and node.tag == f"{_PREFIX}null":
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise ConfigurationError(f"“{name}” is a list", _line(node))
    items = []
    for entry in node.value:
        if not isinstance(entry, yaml.MappingNode):
            raise ConfigurationError(f"an entry of “{name}” is a mapping", _line(entry))
        data, lines = {}, {}
        for member, key, value in reader.members(entry):
            data[member], lines[member] = reader.value(value), _line(key)
        items.append(Item(data, _line(entry), lines))
    return items


class _Reader:
    """Turns nodes into plain data and counts them, so that nested aliases end early."""

    def __init__(self) -> None:
        self._left = NODE_LIMIT

    def members(self, node: yaml.MappingNode) -> list[tuple[str, yaml.Node, yaml.Node]]:
        """Name, key and value of each member; raises `ConfigurationError` for one that comes twice."""
        if node.tag != f"{_PREFIX}map":
            raise ConfigurationError(f"the tag {node.tag} is not read", _line(node))
        seen: set[str] = set()
        members = []
        for key, value in node.value:
            name = self.value(key)
            if not isinstance(name, str):
                raise ConfigurationError("a name is a text", _line(key))
            if name in seen:
                raise ConfigurationError(f"“{name}” stands here twice", _line(key))
            seen.add(name)
            members.append((name, key, value))
        return members

    def value(self, node: yaml.Node, depth: int = 0) -> Any:
        """The plain value of a node; raises `ConfigurationError`."""
        self._left -= 1
        if self._left < 0 or depth > DEPTH_LIMIT:
            raise ConfigurationError("too much, or nested too deeply", _line(node))
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if node.tag == f"{_PREFIX}seq":
            return [self.value(entry, depth + 1) for entry in node.value]
        if isinstance(node, yaml.MappingNode):
            return {name: self.value(value, depth + 1) for name, _, value in self.members(node)}
        raise ConfigurationError(f"the tag {node.tag} is not read", _line(node))


def _scalar(node: yaml.ScalarNode) -> Any:
    match node.tag.removeprefix(_PREFIX):
        case "str":
            return str(node.value)
        case "null":
            return None
        case "bool":
            return node.value.lower() == "true"
        case "int" if len(node.value) <= 20 and INTEGER.match(node.value):
            return int(node.value)
        case "float" if FLOAT.match(node.value) and abs(float(node.value)) != float("inf"):
            return float(node.value)
    raise ConfigurationError(f"“{node.value[:50]}” cannot be read as {node.tag.removeprefix(_PREFIX)}", _line(node))


def _character(match: re.Match[str]) -> str:
    """JSON writes a character beyond the first plane as two escapes (RFC 8259 §7), which YAML does not know."""
    return match[1] + bytes.fromhex(match[2] + match[3]).decode("utf-16-be")


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
