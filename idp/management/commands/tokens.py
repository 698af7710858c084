"""`idp tokens revoke --issued-before TIME`: the switch that voids what was issued so far."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from idp.management.subcommands import ACTOR, VerbCommand
from providers.services import tokens


def _revoke(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--issued-before", required=True, metavar="TIME", help="`now`, a date, or an instant (ISO 8601, UTC unless it says otherwise)"
    )


class Command(VerbCommand):
    """End tokens."""

    help = "Revoke tokens."
    verbs = (("revoke", "End every authorization and token issued before an instant.", _revoke, "revoke"),)

    def revoke(self, options: dict[str, Any]) -> None:
        """Print how many ended."""
        count = tokens.revoke_issued_before(instant(options["issued_before"]), actor=ACTOR)
        self.stdout.write(f"{count} ended")


def instant(text: str) -> datetime:
    """The instant that a person means; raises `ValidationError`."""
    if text == "now":
        return timezone.now()
    try:
        found = parse_datetime(text)
        if found is None and (day := parse_date(text)) is not None:
            found = datetime(day.year, day.month, day.day, tzinfo=UTC)
    except ValueError:
        found = None
    if found is None:
        raise ValidationError(f"“{text}” is no instant such as 2026-01-31T12:00:00Z.")
    return found if found.tzinfo else found.replace(tzinfo=UTC)
