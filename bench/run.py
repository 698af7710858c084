"""Side-by-side benchmark: every contestant on the same core, wrk and PostgreSQL on another, rounds interleaved.

    python bench/run.py --only gatehouse,oidc-provider-pg --ops cc,refresh --rounds 3 --seconds 10

Prints a table and writes `bench/results/<date>.json`. See README.md for what a row means.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cluster import Cluster, free_port, throwaway
from contestants import CONTESTANTS, Contestant, Setting, Unavailable
from load import Load, Sample, measure
from plans import OPERATIONS, Target

RESULTS = Path(__file__).with_name("results")
WARM_SECONDS = 1


@dataclass
class Report:
    """Samples by contestant and operation, and what went wrong."""

    samples: dict[tuple[str, str], list[Sample]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def add(self, name: str, operation: str, sample: Sample) -> None:
        """Keep one run."""
        self.samples.setdefault((name, operation), []).append(sample)

    def fail(self, name: str, what: str, error: Exception) -> None:
        """Note a failure; the run goes on without it."""
        self.failures.append(f"{name} {what}: {error}"[:700])

    def rows(self) -> list["Row"]:
        """One row per contestant and operation, by operation."""
        found = sorted(self.samples.items(), key=lambda item: list(OPERATIONS).index(item[0][1]))
        return [Row.summarize(name, operation, samples) for (name, operation), samples in found]

    def table(self) -> str:
        """The rows as text."""
        figures = f"{'per core':>9} {'median/s':>9} {'lowest':>9} {'highest':>9} {'p50 ms':>8} {'p99 ms':>8}"
        head = f"{'operation':11} {'contestant':22} {figures}  bad"
        return "\n".join([head, *(row.line() for row in self.rows()), *(f"failed: {failure}" for failure in self.failures)])


@dataclass(frozen=True)
class Row:
    """Medians over the rounds, and every round's figures."""

    contestant: str
    operation: str
    per_core: float
    requests_per_second: float
    lowest: float
    highest: float
    p50_ms: float
    p99_ms: float
    bad: int
    rounds: list[Sample]

    @classmethod
    def summarize(cls, contestant: str, operation: str, samples: list[Sample]) -> "Row":
        """Make a row of the rounds of one operation."""
        rates = [round(sample.rate, 1) for sample in samples]
        return cls(
            contestant,
            operation,
            round(statistics.median(sample.per_core for sample in samples), 1),
            statistics.median(rates),
            min(rates),
            max(rates),
            statistics.median(sample.p50_ms for sample in samples),
            statistics.median(sample.p99_ms for sample in samples),
            sum(sample.bad for sample in samples),
            samples,
        )

    def line(self) -> str:
        """The row of the table."""
        rates = f"{self.requests_per_second:9.0f} {self.lowest:9.0f} {self.highest:9.0f}"
        return f"{self.operation:11} {self.contestant:22} {self.per_core:9.0f} {rates} {self.p50_ms:8.2f} {self.p99_ms:8.2f}  {self.bad}"


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [contestant.name for contestant in CONTESTANTS]
    parser.add_argument("--only", default=",".join(names), help="contestants, comma-separated")
    parser.add_argument("--ops", default=",".join(OPERATIONS), help="operations, comma-separated")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10, help="of one run of one operation")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--server-cpu", default="0")
    parser.add_argument("--load-cpu", default="1", help="wrk and PostgreSQL")
    parser.add_argument("--out", type=Path, help="result file instead of bench/results/<date>.json")
    options = parser.parse_args(argv)
    unknown = (set(options.only.split(",")) - set(names)) | (set(options.ops.split(",")) - set(OPERATIONS))
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return options


def prepare(chosen: list[Contestant], cluster: Cluster, directory: Path, report: Report) -> dict[str, Setting]:
    """Install and seed everybody; those who cannot take part are reported and left out."""
    settings = {}
    for contestant in chosen:
        own = directory / contestant.name
        own.mkdir()
        setting = Setting(cluster.database(contestant.name.replace("-", "_")), own, free_port())
        try:
            contestant.prepare(setting)
        except (Unavailable, OSError) as error:
            report.fail(contestant.name, "prepare", error)
        else:
            settings[contestant.name] = setting
    return settings


def compete(contestant: Contestant, target: Target, operations: list[str], load: Load, report: Report) -> None:
    """Measure one running contestant in all operations."""
    for operation in operations:
        if operation not in contestant.operations:
            continue
        try:
            plan = OPERATIONS[operation](target)
            if contestant.warm and plan["kind"] == "cycle":
                measure(target.port, plan, Load(load.connections, WARM_SECONDS, load.cpu), target.group)
            report.add(contestant.name, operation, measure(target.port, plan, load, target.group))
        except (RuntimeError, OSError, KeyError, ValueError) as error:
            report.fail(contestant.name, operation, error)


def measure_all(options: argparse.Namespace, cluster: Cluster, directory: Path) -> Report:
    """All rounds, interleaved: in each, every contestant is started once."""
    report = Report()
    chosen = [contestant for contestant in CONTESTANTS if contestant.name in options.only.split(",")]
    operations = [name for name in OPERATIONS if name in options.ops.split(",")]
    load = Load(options.connections, options.seconds, options.load_cpu)
    settings = prepare(chosen, cluster, directory, report)
    for _ in range(options.rounds):
        for contestant in chosen:
            if contestant.name not in settings:
                continue
            try:
                with contestant.running(settings[contestant.name], options.server_cpu, load.connections) as target:
                    compete(contestant, target, operations, load, report)
            except (RuntimeError, OSError, KeyError) as error:
                report.fail(contestant.name, "start", error)
    return report


def document(options: argparse.Namespace, report: Report, version: str, load_before: float) -> dict[str, object]:
    """The result file: what was run, on what kind of machine, and every figure."""
    return {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": {
            "rounds": options.rounds,
            "seconds": options.seconds,
            "connections": options.connections,
        },
        "machine": {
            "cores": os.cpu_count(),
            "architecture": platform.machine(),
            "python": platform.python_version(),
            "postgresql": version,
            "load_average_before": round(load_before, 2),
        },
        "rows": [asdict(row) for row in report.rows()],
        "failures": report.failures,
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit code is 1 when any row is missing or not a result."""
    options = arguments(argv)
    missing = [program for program in ("wrk", "taskset") if not shutil.which(program)]
    if missing:
        sys.stderr.write(f"missing: {', '.join(missing)}\n")
        return 2
    load_before = os.getloadavg()[0]
    with throwaway(options.load_cpu) as cluster, tempfile.TemporaryDirectory(prefix="bench-") as directory:
        report = measure_all(options, cluster, Path(directory))
        version = cluster.version()
    out = options.out or RESULTS / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(document(options, report, version, load_before), indent=1) + "\n")
    sys.stdout.write(f"{report.table()}\n{out}\n")
    return 1 if report.failures or any(sample.bad for samples in report.samples.values() for sample in samples) else 0


if __name__ == "__main__":
    sys.exit(main())
