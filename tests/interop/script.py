"""A relying party in Node: it prints where the person has to go, reads where they came back to, and prints what it found."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def run(name: str, settings: dict[str, Any], visit: Callable[[str], str]) -> dict[str, Any]:
    """Run a script; `visit` takes a person to an address and returns the one they were sent back to."""
    node = shutil.which("node")
    assert node, "Node is missing; tests/setup installs it"
    command = [node, str(HERE / name), json.dumps(settings)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=HERE) as process:
        assert process.stdin and process.stdout and process.stderr
        for line in process.stdout:
            said: dict[str, Any] = json.loads(line)
            if "go" not in said:
                return said
            process.stdin.write(visit(said["go"]) + "\n")
            process.stdin.flush()
        raise AssertionError(f"{name} failed: {process.stderr.read()[-3000:]}")
