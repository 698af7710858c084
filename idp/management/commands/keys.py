"""`idp keys list|rotate`: signing keys."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from idp.management.subcommands import ACTOR, VerbCommand, nothing
from providers.models import Key
from providers.services import keys


def _rotate(parser: ArgumentParser) -> None:
    parser.add_argument("--key", metavar="NAME", help="the series; all of them when absent")


class Command(VerbCommand):
    """Look at keys and rotate them."""

    help = "List and rotate signing keys."
    verbs = (
        ("list", "List the series with their key pairs.", nothing, "list"),
        ("rotate", "Let the waiting key pair take over as soon as verifiers can know it.", _rotate, "rotate"),
    )

    def list(self, _options: dict[str, Any]) -> None:
        """One line a pair."""
        for key in Key.objects.prefetch_related("signing_keys"):
            for pair in key.signing_keys.all():
                until = f"  until {pair.expires_at:%Y-%m-%d %H:%M}Z" if pair.expires_at else ""
                self.stdout.write(f"{key.name}  {key.algorithm}  {pair.kid}  {pair.status}{until}")

    def rotate(self, options: dict[str, Any]) -> None:
        """Say for each series when its next pair signs."""
        series = list(Key.objects.filter(name=options["key"]) if options["key"] else Key.objects.all())
        if not series:
            raise ValidationError(f"There is no key “{options['key']}”.")
        for key in series:
            at = keys.rotate(key, actor=ACTOR)
            if at <= timezone.now():
                self.stdout.write(f"{key.name}: rotated")
            else:
                self.stdout.write(
                    f"{key.name}: the next key is published and signs from {at:%Y-%m-%d %H:%M:%S}Z, when every verifier knows it"
                )
