"""A throw-away PostgreSQL cluster on a free loopback port, run as another user when we are root."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SERVER_OPTIONS = "-c fsync=on -c synchronous_commit=on -c shared_buffers=256MB -c max_connections=100"


def free_port() -> int:
    """Return a loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def binaries() -> Path:
    """Return the newest directory with `initdb`; raises `FileNotFoundError` when PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent  # a symlink may stand alone
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not installed:
        raise FileNotFoundError("PostgreSQL is not installed: no initdb")
    return installed[-1].parent


@dataclass(frozen=True)
class Cluster:
    """A running server; the superuser is `postgres` and loopback is trusted."""

    bin: Path
    data: Path
    port: int
    prefix: tuple[str, ...]

    def run(self, *command: str) -> str:
        """Run one of PostgreSQL's programs as the cluster's owner and return what it wrote."""
        program, *arguments = command
        full = [*self.prefix, str(self.bin / program), *arguments]
        # pg_ctl's child keeps an inherited pipe open, so output goes to a file and never to a pipe.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(full, stdout=output, stderr=subprocess.STDOUT, check=False, cwd="/")
            output.seek(0)
            text = output.read()
        if done.returncode:
            raise RuntimeError(f"{program} failed: {text.strip()}")
        return text

    def database(self, name: str) -> str:
        """Make an empty database and return its URL."""
        self.run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", name)
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    def version(self) -> str:
        """Return the server's version text."""
        return self.run("postgres", "--version").strip()


@contextmanager
def throwaway(cpu: str) -> Iterator[Cluster]:
    """Start a cluster pinned to `cpu`; stop it and remove its files at the end."""
    base = Path(tempfile.mkdtemp(prefix="bench-pg-"))
    prefix: tuple[str, ...] = ("taskset", "-c", cpu)
    if os.geteuid() == 0:
        owner = pwd.getpwnam(os.environ.get("BENCH_PG_USER", "postgres"))
        os.chown(base, owner.pw_uid, owner.pw_gid)
        prefix = ("runuser", "-u", owner.pw_name, "--", *prefix)
    cluster = Cluster(binaries(), base / "data", free_port(), prefix)
    data = str(cluster.data)
    options = f"-p {cluster.port} -h 127.0.0.1 -k {base} {SERVER_OPTIONS}"
    try:
        cluster.run("initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync")
        cluster.run("pg_ctl", "-D", data, "-w", "-l", str(base / "log"), "-o", options, "start")
        try:
            yield cluster
        finally:
            cluster.run("pg_ctl", "-D", data, "-w", "-m", "fast", "stop")
    finally:
        shutil.rmtree(base, ignore_errors=True)
