"""Files: how long, what they are called, where they stand."""

import ast
import re

from tests.architecture.tree import APPS, files, modules, source, syntax

LONGEST = 400
DRAWERS = re.compile(r"(^|/)(utils?|helpers?|common|misc|managers?)(\.py|/)")
TOP_LEVEL = {
    "manage.py", "pyproject.toml", "uv.lock", "Makefile", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE",
    ".ci", ".editorconfig", ".gitignore", ".dockerignore", ".pre-commit-config.yaml",
    *APPS, "templates", "static", "tests", "docs", "bench", "docker",
}  # fmt: skip


def test_no_module_is_longer_than_the_budget():
    lengths = {path.as_posix(): len(source(path).splitlines()) for path in modules()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_no_module_is_a_drawer():
    assert [path.as_posix() for path in files() if DRAWERS.search(path.as_posix())] == []


def test_the_top_level_holds_nothing_new():
    assert {path.parts[0] for path in files()} - TOP_LEVEL == set()


def test_every_module_says_in_one_sentence_what_it_is():
    silent = []
    for path in modules(*APPS):
        first = (ast.get_docstring(syntax(path)) or "").partition("\n")[0]
        if not first.endswith((".", "?", ":", "…")) or not first[:1].isprintable():
            silent.append(path.as_posix())
    assert silent == []


def test_every_app_has_its_tests():
    tested = {path.parts[1] for path in files() if path.parts[0] == "tests" and path.name.startswith("test_") and len(path.parts) > 2}
    assert set(APPS) - tested == set()
