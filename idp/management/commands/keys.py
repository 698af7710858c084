"""`idp keys rotate [--key NAME]`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from providers.models import Key
from providers.services import keys

ACTOR = "idp keys"


class Command(BaseCommand):
    """Signing keys."""

    help = "Rotate signing keys."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which key."""
        commands = parser.add_subparsers(dest="command", required=True)
        rotate = commands.add_parser("rotate", help="let the next signing key take over")
        rotate.add_argument("--key", help="name of one key; without it all are rotated")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print when each new signing key takes over: at once, or as soon as it was published long enough."""
        name = options["key"]
        chosen = Key.objects.filter(name=name) if name else Key.objects.all()
        if not chosen:
            raise CommandError(f"there is no key {name}" if name else "there are no keys; run idp bootstrap")
        for key in chosen:
            at = keys.rotate(key, actor=ACTOR)
            when = "now" if at <= timezone.now() else f"at {at:%Y-%m-%d %H:%M:%S} UTC, when relying parties have seen it"
            self.stdout.write(f"{key.name}: a new signing key signs {when}")
