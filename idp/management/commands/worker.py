"""`idp worker`: periodic jobs. `idp serve` runs one; more than one do no harm."""

import os
import signal
import time
from types import FrameType
from typing import Any, NoReturn

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
        signal.signal(signal.SIGTERM, _end)
        signal.signal(signal.SIGINT, _end)
        parent = os.getppid()
        due = {job.name: time.monotonic() for job in JOBS}
        while os.getppid() == parent:
            for job in JOBS:
                if time.monotonic() >= due[job.name]:
                    close_old_connections()
                    run(job)
                    due[job.name] = time.monotonic() + job.period
            time.sleep(TICK)


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    # A job in hand loses nothing: its transaction is not committed.
    os._exit(0)
