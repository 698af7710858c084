"""`idp bootstrap`: what `idp serve` does before it serves."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.utils import Error as DatabaseError

from idp.bootstrap import BootstrapError, bootstrap


class Command(BaseCommand):
    """Migrate and make keys, scopes, administrator and demo."""

    help = "Set the instance up: migrations, keys, scopes, administrator, demo. May run again."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the administrator and, once, their generated password."""
        try:
            result = bootstrap()
        except (BootstrapError, DatabaseError) as error:
            raise CommandError(f"cannot set up: {str(error).strip().splitlines()[0]}") from error
        self.stdout.write(f"administrator: {result.administrator}")
        if result.password:
            self.stdout.write(f"password, shown this once: {result.password}")
