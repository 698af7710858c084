"""`make test`: runs all there is, one step after the other, and says at the end what ran. A failed step does not stop the rest."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.services.postgresql import postgresql
from tests.services.redis_server import redis_server

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CLOSING = re.compile(r"^=* ?((?:\d+ \w+(?:, )?)+) in [\d.]+s")
ELSEWHERE = ["tests/e2e", "tests/interop", "tests/faults"]


@dataclass
class Step:
    """A command with the environment it needs beside ours."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    passed: bool = False
    seconds: float = 0
    counts: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        """Run it, pass its output on and keep pytest's closing figures."""
        sys.stdout.write(f"\n--- {self.name}\n")
        sys.stdout.flush()
        started = time.monotonic()
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("IDP_", "TEST_", "MAKE", "MFLAGS"))}
        with subprocess.Popen(self.command, cwd=ROOT, env={**environment, **self.environment}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, errors="replace") as process:  # fmt: skip
            for line in process.stdout or ():
                sys.stdout.write(line)
                sys.stdout.flush()
                if found := CLOSING.match(line):
                    self.counts = Counter({word: int(number) for number, word in re.findall(r"(\d+) (\w+)", found[1])})
        self.passed, self.seconds = process.returncode == 0, time.monotonic() - started


def pytest_step(name: str, *words: str, **environment: str) -> Step:
    """A run of pytest in which a skip is a failure."""
    return Step(name, [str(BIN / "pytest"), "--no-skips", "-q", *words], environment)


def steps(database_url: str, redis_url: str) -> list[Step]:
    """All steps, cheap ones first."""
    servers = {"TEST_DATABASE_URL": database_url, "TEST_REDIS_URL": redis_url}
    suite = ["-n", "auto", "--dist", "loadscope", *(f"--ignore={folder}" for folder in ELSEWHERE), "tests"]
    planned = [
        Step(name, ["make", "--silent", "--no-print-directory", name]) for name in ("lint", "types", "imports", "migrations", "deploy")
    ]
    planned += [pytest_step("suite on SQLite", *suite), pytest_step("suite on PostgreSQL with Redis", *suite, **servers)]
    for name, folder, environment in (
        ("browser", "tests/e2e", {}),
        ("real relying parties", "tests/interop", servers),
        ("faults", "tests/faults", servers),
    ):
        if any((ROOT / folder).glob("test_*.py")):
            planned.append(pytest_step(f"{name} ({folder})", folder, **environment))
    return planned


def main() -> int:
    """Run everything; returns 0 when all steps passed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    started = time.monotonic()
    with postgresql() as database_url, redis_server() as redis_url:
        planned = steps(database_url, redis_url)
        for step in planned:
            step.run()
    return summary(planned, time.monotonic() - started)


def summary(done: list[Step], seconds: float) -> int:
    """Print what ran, closing with a line in pytest's form that adds up all its runs."""
    width = max(len(step.name) for step in done)
    sys.stdout.write("\nWhat ran:\n")
    total: Counter[str] = Counter()
    for step in done:
        total += step.counts
        figures = ", ".join(f"{number} {word}" for word, number in step.counts.items())
        sys.stdout.write(
            f"  {'ok    ' if step.passed else 'FAILED'}  {step.name:<{width}}  {step.seconds:6.1f} s  {figures}".rstrip() + "\n"
        )
    failed_steps = sum(not step.passed for step in done)
    total["failed"] = max(total["failed"], failed_steps)
    words = ", ".join(f"{total[word]} {word}" for word in ("failed", "passed", "skipped", "deselected", "errors", "error") if total[word])
    line = f" {words} in {seconds:.2f}s "
    sys.stdout.write(f"{line:=^{min(shutil.get_terminal_size((100, 24)).columns, 100)}}\n")
    return 1 if failed_steps else 0


if __name__ == "__main__":
    sys.exit(main())
