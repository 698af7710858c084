"""What must not stand in any file."""

import re

from tests.architecture.tree import GENERATED, ROOT, files

# Composed, so that this file does not match itself.
MACHINE_PATH = re.compile(r"(?<![\w.:/}])/" + r"(work|root|home|Users|workspace)/[\w.]")
REGISTRY = re.compile("|".join(re.escape(".".join(words)) for words in (("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs"))))
CONFLICT = re.compile(r"^(<{7}|>{7}|={7})( |$)", re.MULTILINE)
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
TEXT = {".py", ".md", ".toml", ".html", ".css", ".js", ".mjs", ".sh", ".yml", ".yaml", ".json", ".txt", ".conf", ".lua", ""}


def offenders(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in files():
        if path.suffix in TEXT and path.as_posix() not in GENERATED:
            text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
            found += [f"{path.as_posix()}: {match[0]}" for match in pattern.finditer(text)]
    return found


def test_no_path_of_a_machine_stands_in_a_file():
    assert offenders(MACHINE_PATH) == []


def test_no_package_registry_is_named():
    assert offenders(REGISTRY) == []


def test_no_conflict_marker_was_left():
    assert offenders(CONFLICT) == []


def test_nothing_is_marked_as_unfinished():
    assert offenders(UNFINISHED) == []
