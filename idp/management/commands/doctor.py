"""`idp doctor`: examine the instance."""

from typing import Any

from django.core.management.base import BaseCommand

from idp.doctor import examine

EXIT_SICK = 1


class Command(BaseCommand):
    """Check database, cache, clock, keys, base URL, permissions, people and clients."""

    help = "Examine the instance; ends with 1 when something is wrong."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a check, and one below it for everything found."""
        sick = False
        for name, findings in examine():
            errors = [finding for finding in findings if finding.is_error]
            sick = sick or bool(errors)
            self.stdout.write(f"{'error  ' if errors else 'warning' if findings else 'ok     '} {name}")
            for finding in findings:
                self.stdout.write(f"          {finding.text}")
        if sick:
            raise SystemExit(EXIT_SICK)
