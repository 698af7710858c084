"""Runs wrk on one core with `ops.lua` and reads its one line of result."""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("ops.lua")


@dataclass(frozen=True)
class Load:
    """How hard: connections, seconds of one run, the core that wrk gets."""

    connections: int
    seconds: int
    cpu: str


@dataclass(frozen=True)
class Sample:
    """One run of one operation. Latencies are milliseconds."""

    requests: int
    seconds: float
    status_errors: int
    socket_errors: int
    faults: int
    p50_ms: float
    p99_ms: float
    server_seconds: float = 0.0

    @property
    def per_core(self) -> float:
        """Requests per second of the server's CPU time: what one core of its own would do, however busy the machine is."""
        return self.requests / self.server_seconds if self.server_seconds else 0.0

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds

    @property
    def bad(self) -> int:
        """Answers that were not what they should be; a run with any is not a result."""
        return self.status_errors + self.socket_errors + self.faults


def _escape(byte: int) -> str:
    char = chr(byte)
    return char if char.isascii() and char.isprintable() and char not in '"\\' else f"\\{byte:03d}"


def lua(value: object) -> str:
    """Write a value as a Lua literal; raises `TypeError` for what a plan never holds."""
    match value:
        case dict():
            return "{" + ",".join(f"[{lua(key)}]={lua(item)}" for key, item in value.items()) + "}"
        case list():
            return "{" + ",".join(lua(item) for item in value) + "}"
        case str():
            return '"' + "".join(_escape(byte) for byte in value.encode()) + '"'
        case int():
            return str(value)
    raise TypeError(type(value).__name__)


def cpu_seconds(group: int) -> float:
    """CPU time so far of all processes of a process group (proc(5), fields 5, 14 and 15 of stat)."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(port: int, plan: dict[str, object], load: Load, group: int) -> Sample:
    """Load a server, whose processes are `group`, for a while; raises `RuntimeError` with wrk's words when it fails."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write("return " + lua(plan))
        file.flush()
        command = ["taskset", "-c", load.cpu, "wrk", "-t1", f"-c{load.connections}", f"-d{load.seconds}s", "--timeout", "15s"]
        command += ["-s", str(SCRIPT), f"http://127.0.0.1:{port}", "--", file.name]
        before = cpu_seconds(group)
        done = subprocess.run(command, capture_output=True, text=True, timeout=load.seconds + 60, check=False)
        used = cpu_seconds(group) - before
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            return Sample(**json.loads(line.removeprefix("RESULT ")), server_seconds=used)
    raise RuntimeError(f"wrk: {done.stdout[-300:]} {done.stderr[-300:]}")
