"""`idp worker`: periodic jobs. `idp serve` runs one; more than one do no harm."""

import os
import signal
import threading
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from idp.jobs import JOBS, run

TICK = 1.0


class Command(BaseCommand):
    """Run jobs until told to stop, or until the process that started us is gone."""

    help = "Run periodic jobs: key rotation, removal of expired rows."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Loop; SIGTERM and SIGINT end it at once."""
        stop = threading.Event()

        def ended(_signal: int, _frame: FrameType | None) -> None:
            # A job in hand loses nothing: its transaction is not committed.
            if stop.is_set() or running.is_set():
                raise SystemExit(0)
            stop.set()

        running = threading.Event()
        signal.signal(signal.SIGTERM, ended)
        signal.signal(signal.SIGINT, ended)
        parent = os.getppid()
        due = {job.name: time.monotonic() for job in JOBS}
        while not stop.wait(TICK) and os.getppid() == parent:
            for job in JOBS:
                if time.monotonic() < due[job.name]:
                    continue
                running.set()
                close_old_connections()
                run(job)
                running.clear()
                due[job.name] = time.monotonic() + job.period
