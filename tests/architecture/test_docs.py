"""The documentation says what the code does."""

import re
import runpy
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, files, source

GENERATED = runpy.run_path(str(ROOT / "docs" / "generate.py"))["pages"]()
WRITTEN = [path for path in files() if path.suffix == ".md"]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("page", GENERATED, ids=lambda path: path.name)
def test_generated_pages_are_current(page):
    assert page.read_text(encoding="utf-8") == GENERATED[page], "run `make docs`"


def test_links_between_pages_lead_somewhere():
    broken = [
        f"{path}: {target}" for path in WRITTEN for target in LINK.findall(source(path)) if not (ROOT / path.parent / target).exists()
    ]
    assert broken == []


def test_every_command_that_the_readme_names_exists():
    targets = set(re.findall(r"^([a-z0-9-]+):", source(Path("Makefile")), re.MULTILINE))
    named = {word for path in WRITTEN for word in re.findall(r"`make ([a-z0-9-]+)", source(path))}
    assert named - targets == set()
