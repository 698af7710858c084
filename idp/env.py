"""Typed readers of the environment. Every `IDP_*` value may also come from a file (`IDP_*_FILE`).

A bad or unknown value raises `BadEnvironment` with one clear line; the entry points turn it into exit code 78 (EX_CONFIG).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

EX_CONFIG = 78
T = TypeVar("T")


class BadEnvironment(Exception):
    """A value that we refuse to start with; the message names the variable."""


@dataclass
class Environment:
    """Reads and remembers which names are known, for `refuse_unknown` and the generated documentation."""

    values: Mapping[str, str]
    known: dict[str, str] = field(default_factory=dict)

    def raw(self, name: str, default: str | None = None, about: str = "") -> str | None:
        """The text of a variable or of the file it names, without the final newline."""
        self.known[name] = about
        value, path = self.values.get(name), self.values.get(f"{name}_FILE")
        if value is not None and path is not None:
            raise BadEnvironment(f"{name} and {name}_FILE are both set; set one of them.")
        if path is not None:
            try:
                return Path(path).read_text(encoding="utf-8").rstrip("\n")
            except (OSError, UnicodeDecodeError) as error:
                raise BadEnvironment(f"{name}_FILE: cannot read {path}: {type(error).__name__}.") from error
        return default if value is None else value

    def read(self, name: str, parse: Callable[[str], T], default: T, about: str = "") -> T:
        """Parse a variable; `parse` raises `ValueError` with what is expected."""
        text = self.raw(name, None, about)
        if text is None:
            return default
        try:
            return parse(text)
        except ValueError as error:
            raise BadEnvironment(f"{name}: {error}") from error

    def refuse_unknown(self, prefix: str = "IDP_") -> None:
        """Raise `BadEnvironment` for a name that nobody read: most often a typing error."""
        accepted = {*self.known, *(f"{name}_FILE" for name in self.known)}
        unknown = sorted(name for name in self.values if name.startswith(prefix) and name not in accepted)
        if unknown:
            raise BadEnvironment(f"{unknown[0]}: there is no such setting; see docs/configuration.md.")


def switch(text: str) -> bool:
    """`1`/`0`, `on`/`off`, `true`/`false`, `yes`/`no`."""
    value = {"1": True, "on": True, "true": True, "yes": True, "0": False, "off": False, "false": False, "no": False}.get(text.lower())
    if value is None:
        raise ValueError(f"“{text}” is neither on (1) nor off (0).")
    return value


def one_of(*choices: str) -> Callable[[str], str]:
    """A parser that accepts just these words."""

    def parse(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError(f"“{text}” is none of {', '.join(choices)}.")
        return text.lower()

    return parse


def number(low: int, high: int) -> Callable[[str], int]:
    """A parser of whole numbers within bounds, both included."""

    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(f"“{text}” is not a whole number from {low} to {high}.")
        return int(text)

    return parse


def words(text: str) -> tuple[str, ...]:
    """Values separated by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def origin(text: str) -> str:
    """An http(s) origin without a path; a final slash is dropped."""
    parts = urlsplit(text.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.fragment or parts.username:
        raise ValueError(f"“{text}” is not an origin such as https://login.example.org.")
    _ = parts.port  # raises ValueError when out of range
    return text.rstrip("/")


def address(text: str) -> str:
    """`host:port` to listen on."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"“{text}” is not an address such as 127.0.0.1:8000.")
    return text
