"""`idp tokens revoke --issued-before TIME`."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from providers.services import tokens

ACTOR = "idp tokens"


class Command(BaseCommand):
    """Tokens."""

    help = "Void everything issued before an instant, for example after a backup was restored."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Before when."""
        commands = parser.add_subparsers(dest="command", required=True)
        revoke = commands.add_parser("revoke", help="revoke tokens and end authorizations")
        revoke.add_argument("--issued-before", required=True, metavar="TIME", help="ISO 8601; UTC when no zone is given; or: now")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how much was revoked."""
        text = options["issued_before"]
        try:
            instant = datetime.now(UTC) if text == "now" else datetime.fromisoformat(text)
        except ValueError as error:
            raise CommandError(f"{text} is no instant; write for example 2026-01-31T12:00:00Z") from error
        instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
        self.stdout.write(f"{tokens.revoke_issued_before(instant, actor=ACTOR)} revoked")
