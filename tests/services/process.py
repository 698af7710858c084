"""Start and stop a server process that must not outlive the tests."""

import ctypes
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

PR_SET_PDEATHSIG = 1


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """A server with its log. It is ended by `stop`, or by the kernel when the tests are killed."""

    def __init__(self, command: list[str], log: Path, *, cwd: Path | None = None, env: Mapping[str, str] | None = None,
                 user: str | None = None, ends_by: signal.Signals = signal.SIGTERM) -> None:  # fmt: skip
        self.command, self.log, self.ends_by = command, log, ends_by
        with log.open("ab") as output:
            self.popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=env,
                user=user,
                group=user,
                extra_groups=[] if user else None,
                start_new_session=True,
                preexec_fn=lambda: _die_with_parent(ends_by),
            )

    def wait_until(self, ready: Callable[[], bool], seconds: float = 180) -> None:
        """Wait for `ready`; raises `RuntimeError` with the end of the log when the server ends or takes too long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.popen.poll() is None:
            if ready():
                return
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"{self.command[0]} did not start: {self.log.read_text(errors='replace')[-2000:]}")

    def stop(self, seconds: float = 20) -> int | None:
        """End the server, by force when it does not listen; returns its exit code."""
        if self.popen.poll() is None:
            self.popen.send_signal(self.ends_by)
            try:
                self.popen.wait(seconds)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()
        return self.popen.returncode


def _die_with_parent(ends_by: signal.Signals) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(ends_by))
