"""`idp apply -f FILE`: bring the instance to what a file says."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from idp.configuration.apply import Change, apply
from idp.configuration.document import ConfigurationError
from idp.management.progress import Bar


class Command(BaseCommand):
    """Apply a configuration file."""

    help = "Apply a configuration file (YAML or JSON) in one transaction."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file, and whether to write."""
        parser.add_argument("-f", "--file", required=True, help="the file, or - for standard input")
        parser.add_argument("--dry-run", action="store_true", help="print what would change and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each change in one line; the first mistake ends it, with its line."""
        name = options["file"]
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"cannot read {name}: {getattr(error, 'strerror', None) or 'not UTF-8'}") from error
        bar = Bar(self.stderr)
        try:
            changes = apply(text, dry_run=options["dry_run"], progress=bar)
        except ConfigurationError as error:
            raise CommandError(f"{name}: {error}") from error
        finally:
            bar.close()
        for change in changes:
            for line in _lines(change, dry_run=options["dry_run"]):
                self.stdout.write(line)
        verb = "would change" if options["dry_run"] else "changed"
        self.stdout.write(f"{len(changes)} {verb}" if changes else "nothing to change")


def _lines(change: Change, *, dry_run: bool) -> list[str]:
    lines = [f"{'+' if change.created else '~'} {change.section} {change.key}"]
    if not change.created:
        lines += [f"    {name}: {before!r} → {after!r}" for name, (before, after) in change.differences.items()]
    if not dry_run:
        lines += [f"    {name}, shown this once: {value}" for name, value in change.made.items()]
    return lines
