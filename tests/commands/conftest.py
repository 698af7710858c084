"""Commands as an operator runs them, in this process and on the test database."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError


@dataclass(frozen=True)
class Outcome:
    """What a command printed, and what it complained about."""

    out: str
    error: str = ""
    code: int = 0


@pytest.fixture
def idp(instance: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Run `idp <words>`; `given` is standard input."""

    def run(*words: str, given: str = "", **options: Any) -> Outcome:
        out = io.StringIO()
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        try:
            call_command(*words, stdout=out, stderr=io.StringIO(), **options)
        except CommandError as error:
            return Outcome(out.getvalue(), str(error), error.returncode)
        except SystemExit as error:
            return Outcome(out.getvalue(), "", int(error.code or 0))
        return Outcome(out.getvalue())

    return run
