"""`idp export`: write the instance as a file that `idp apply` reproduces."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from idp.configuration.export import export


class Command(BaseCommand):
    """Print or write the configuration."""

    help = "Write the configuration as YAML."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, and whether with secrets."""
        parser.add_argument("-o", "--output", default="-", help="a file (mode 0600) instead of standard output")
        parser.add_argument("--with-secrets", action="store_true", help="with password hashes, client secrets, subjects and private keys")

    def handle(self, *args: Any, **options: Any) -> None:
        """Nothing but the file goes to standard output."""
        text = export(secrets=options["with_secrets"])
        if options["output"] == "-":
            self.stdout.write(text, ending="")
            return
        path = Path(options["output"])
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise CommandError(f"cannot write {path}: {error.strerror}") from error
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
