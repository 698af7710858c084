"""What is in the repository, as the tests of its shape read it."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("idp", "providers", "scopes", "accounts", "audit")
GENERATED = {"uv.lock", "tests/interop/package-lock.json"}


IGNORED = {line.strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split()} | {".git"}


@cache
def files() -> tuple[Path, ...]:
    """Every file that is or will be in the repository, relative to its root; what .gitignore names is left out."""
    return tuple(sorted(_walk(Path())))


def _walk(folder: Path) -> Iterator[Path]:
    for entry in (ROOT / folder).iterdir():
        path = folder / entry.name
        if any(fnmatch(entry.name, name) or path.as_posix() == name for name in IGNORED):
            continue
        if entry.is_dir():
            yield from _walk(path)
        elif entry.is_file():
            yield path


def modules(*folders: str) -> list[Path]:
    """Python files below these folders (all of them when none is named), without migrations."""
    places = tuple(f"{folder.rstrip('/')}/" if "." not in folder else folder for folder in folders)
    found = [path for path in files() if path.suffix == ".py" and "migrations" not in path.parts]
    return [path for path in found if not places or path.as_posix().startswith(places)]


@cache
def source(path: Path) -> str:
    """The text of a file."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def syntax(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(source(path))


def imports(path: Path) -> Iterator[str]:
    """Dotted names that a module imports, wherever the import stands."""
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
