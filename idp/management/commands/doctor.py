"""`idp doctor`: is this instance well?"""

from typing import Any

from django.core.management.base import BaseCommand
from django.db.utils import Error as DatabaseError

from idp.doctor import ADVICE, CHECKS, Check


class Command(BaseCommand):
    """Check database, cache, keys, clock, base URL and permissions."""

    help = "Check database, cache, keys, clock, base URL, permissions, client secrets and redirect URIs."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line a check; exit with 1 when something is wrong, 0 when there is advice at most."""
        wrong = sum([self._report(check, "wrong") for check in CHECKS])
        if not wrong:
            for check in ADVICE:
                self._report(check, "advice")
        if wrong:
            raise SystemExit(1)

    def _report(self, check: Check, word: str) -> int:
        try:
            findings = list(check())
        except (DatabaseError, OSError) as error:
            findings = [str(error).strip().splitlines()[0]]
        name = check.__name__.replace("_", " ")
        for finding in findings:
            self.stdout.write(f"{word:6}  {name}: {finding}")
        if not findings:
            self.stdout.write(f"{'ok':6}  {name}")
        return len(findings)
