"""`idp serve`: set up on first start, say where to go, then become gunicorn."""

import os
import shutil
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.utils import Error as DatabaseError

from idp import demo
from idp.bootstrap import BootstrapError, Result, bootstrap

GUNICORN = ("-m", "gunicorn", "-c", "python:idp.gunicorn_conf")


class Command(BaseCommand):
    """Serve until told to stop."""

    help = "Set up on first start and serve."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Never returns: gunicorn takes this process over, so that signals reach it."""
        try:
            result = bootstrap()
        except (BootstrapError, DatabaseError) as error:
            raise CommandError(f"cannot start: {str(error).strip().splitlines()[0]}") from error
        for line in greeting(result):
            self.stdout.write(line)
        self.stdout.flush()
        connections.close_all()
        environment = dict(os.environ)
        if settings.IDP.workers > 1:
            folder = settings.IDP.data_dir / "metrics"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            environment["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
        os.execve(sys.executable, [sys.executable, *GUNICORN], environment)  # noqa: S606 - our own interpreter


def greeting(result: Result) -> list[str]:
    """What a person sees: the address, the administrator, and where to click first."""
    base = settings.BASE_URL
    password = f"password {result.password}  (shown this once)" if result.password else "the password you chose"
    lines = [f"Gatehouse serves {base}/", f"  Administrator   {result.administrator}, {password}"]
    if settings.IDP.demo:
        lines.append(f"  Click first     {base}/playground/  and sign in as {demo.USERNAME} with {demo.PASSWORD}")
    return [*lines, f"  Administration  {base}/admin/", "  Stop with Ctrl+C"]
