"""A throw-away PostgreSQL cluster on a free loopback port."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from tests.services.process import Process, free_port

# Nothing here has to survive a power cut.
OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB", "jit=off")


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a cluster; yields the URL of an empty database in it."""
    programs = _programs()
    user = _unprivileged_user()
    # A short path that the other user can reach, whatever TMPDIR says.
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-postgresql-", dir="/tmp"))
    process = None
    try:
        if user:
            shutil.chown(folder, user, user)
        initdb = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "gatehouse", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(
            [*initdb, "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd=folder,
        )
        port = free_port()
        command = [str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port), "-k", str(folder), "-h", "127.0.0.1"]
        command += [word for option in OPTIONS for word in ("-c", option)]
        process = Process(command, folder / "log", cwd=folder, user=user, ends_by=signal.SIGINT)
        url = f"postgres://gatehouse@127.0.0.1:{port}/postgres"
        process.wait_until(lambda: _answers(url))
        yield create_database(url, "gatehouse")
    finally:
        if process:
            process.stop()
        shutil.rmtree(folder, ignore_errors=True)


def create_database(url: str, name: str) -> str:
    """Make a database in the cluster of `url`; returns its URL."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{url.rpartition('/')[0]}/{name}"


def drop_database(url: str) -> None:
    """Remove the database of `url`, whoever is still connected."""
    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if not on_path:
        raise RuntimeError("PostgreSQL is missing; tests/setup installs it.")
    return Path(on_path).parent


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root; the Debian package brings a user for it."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam("postgres").pw_name


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
