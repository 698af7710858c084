"""`idp clean`: remove what expired."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from providers.services.expiry import clean


class Command(BaseCommand):
    """Remove expired rows in batches; the worker does the same every few minutes."""

    help = "Remove expired tokens, codes, requests, counters and sessions, in batches."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a table on a terminal while it works, then the sum."""
        on_terminal = self.stderr.isatty()

        def progress(name: str, count: int) -> None:
            if on_terminal:
                self.stderr.write(f"\r{name}: {count}   ", ending="")

        count = clean(timezone.now(), progress)
        if on_terminal and count:
            self.stderr.write("")
        self.stdout.write(f"{count} removed")
