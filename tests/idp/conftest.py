"""Running `idp` as an operator does."""

import os
import subprocess
from collections.abc import Callable

import pytest

from tests.services.server import IDP, ROOT


@pytest.fixture
def run_idp(tmp_path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Run a command in a fresh data directory with these settings."""

    def run(*words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("IDP_", "TEST_", "DJANGO_"))}
        environment = {**kept, "IDP_DATA_DIR": str(tmp_path / "var"), **settings}
        return subprocess.run([str(IDP), *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)

    return run
