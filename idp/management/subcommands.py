"""Commands with verbs: `idp client create …`. Each verb is a method; mistakes are one line and exit code 1."""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.management.base import BaseCommand, CommandError

from idp.management.progress import Bar

Arguments = Callable[[ArgumentParser], None]
ACTOR = "idp"


class VerbCommand(BaseCommand):
    """Subclasses name their verbs: word, help, what adds arguments, and the name of the method that does it."""

    verbs: ClassVar[tuple[tuple[str, str, Arguments, str], ...]] = ()
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One subparser a verb."""
        chosen = parser.add_subparsers(dest="verb", required=True, metavar="|".join(word for word, *_ in self.verbs))
        for word, about, add, method in self.verbs:
            sub = chosen.add_parser(word, help=about, description=about)
            add(sub)
            sub.set_defaults(method=method)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb's method; what the services refuse is a `CommandError`."""
        try:
            getattr(self, options["method"])(options)
        except ValidationError as error:
            raise CommandError(one_line(error)) from error

    def bar(self) -> Bar:
        """A progress bar on standard error."""
        return Bar(self.stderr)


def one_line(error: ValidationError) -> str:
    """All messages, each behind its field."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return "; ".join(
        " ".join(messages) if name == NON_FIELD_ERRORS else f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items()
    )


def nothing(_parser: ArgumentParser) -> None:
    """A verb without arguments."""
