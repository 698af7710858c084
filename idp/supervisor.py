"""Keeps one process of ours running beside the server, and ends it with the server."""

import logging
import subprocess
import sys
import threading

log = logging.getLogger(__name__)

PAUSE = 5.0
PATIENCE = 3.0


class Supervisor:
    """Runs `idp <words>`; starts it again when it ends by itself."""

    def __init__(self, words: list[str]) -> None:
        self.command = [sys.executable, "-m", "idp.cli", *words]
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start it and a thread that watches it."""
        self._process = self._spawn()
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end, then insist."""
        self._stopping.set()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()

    def _spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self.command)  # noqa: S603 - our own interpreter and words of ours

    def _keep(self) -> None:
        while self._process is not None:
            code = self._process.wait()
            if self._stopping.wait(PAUSE):
                return
            log.warning("the worker ended and is started again", extra={"code": code})
            self._process = self._spawn()
