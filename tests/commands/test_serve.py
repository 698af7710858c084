"""`idp serve` as an operator knows it: a process that starts, says where to go, and ends when told."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from idp.bootstrap import Result
from idp.management.commands.serve import greeting
from idp.supervisor import Supervisor
from tests.services.server import IDP, ROOT, Server

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running():
    """An instance of its own, on SQLite."""
    with Server(None, IDP_BOOTSTRAP_PASSWORD="") as server:
        yield server


def children(pid):
    listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False).stdout
    return {int(line.split(None, 1)[0]): line for line in listed.splitlines()}


def pid_of(server):
    return next(int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and _is_server(path, server))


def _is_server(path, server):
    try:
        environment = (path / "environ").read_bytes()
        command = (path / "cmdline").read_bytes()
        parent = (path / "stat").read_text().rsplit(")", 1)[1].split()[1]
        parents = (Path("/proc") / parent / "cmdline").read_bytes()
    except OSError:
        return False
    return f"IDP_BIND=127.0.0.1:{server.port}".encode() in environment and b"gunicorn" in command and b"gunicorn" not in parents


def test_it_says_where_to_go_and_the_password_once(running):
    log = running.log
    assert f"{running.base_url}/" in log
    assert f"{running.base_url}/playground/" in log
    assert log.count("shown this once") == 1
    running.restart()
    assert running.log.count("shown this once") == 1


def test_exactly_one_worker_runs_and_comes_back(running):
    server = pid_of(running)
    (worker,) = [pid for pid, line in children(server).items() if "idp.cli worker" in line]
    os.kill(worker, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        again = [pid for pid, line in children(server).items() if "idp.cli worker" in line and pid != worker]
        if again:
            break
        time.sleep(0.2)
    assert len(again) == 1


def test_everything_ends_with_it(running):
    server = pid_of(running)
    below = children(server)
    os.kill(server, signal.SIGTERM)
    started = time.monotonic()
    while any(_alive(pid) for pid in (server, *below)):
        assert time.monotonic() - started < 20
        time.sleep(0.1)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{running.base_url}/healthz", timeout=2)
    running.start()


def _alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_commands_work_beside_it(running):
    running.apply({"groups": [{"name": "engineering"}]})
    assert "nothing to change" in running.apply({"groups": [{"name": "engineering"}]})
    assert "engineering" in running.idp("export")
    assert "error" not in running.idp("doctor")


def test_a_bad_environment_ends_with_78_and_one_line(running):
    environment = running.environment | {"IDP_LOG_LEVEL": "loud"}
    done = subprocess.run([str(IDP), "doctor"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (78, "", 1)
    assert "IDP_LOG_LEVEL" in done.stderr


def test_a_database_that_is_not_there_is_one_line(running):
    environment = running.environment | {"IDP_DATABASE_URL": "postgres://nobody:x@127.0.0.1:1/none"}
    done = subprocess.run([str(IDP), "bootstrap"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n"), "Traceback" in done.stderr) == (1, 1, False)


def test_the_greeting_never_repeats_a_chosen_password():
    assert "shown this once" in "\n".join(greeting(Result("admin", "made")))
    assert "shown this once" not in "\n".join(greeting(Result("admin")))


def test_a_supervised_process_ends_when_told():
    supervisor = Supervisor(["worker"])
    supervisor.command = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, lambda *_: exit(0)); time.sleep(60)"]
    supervisor.start()
    time.sleep(0.5)
    started = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - started < 4
