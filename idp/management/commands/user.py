"""`idp user create|list|set-password|disable`."""

import secrets
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.services import users
from idp.management.subcommands import ACTOR, VerbCommand, nothing


def _password(parser: ArgumentParser) -> None:
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    parser.add_argument("--generate", action="store_true", help="make a password and print it, once")


def _create(parser: ArgumentParser) -> None:
    _name(parser)
    _password(parser)
    for name in ("email", "name", "given-name", "family-name"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--email-verified", action="store_true")
    parser.add_argument("--group", action="append", default=[], metavar="NAME", help="may come several times")
    parser.add_argument("--staff", action="store_true", help=users.SCHEMA.by_name["staff"].help)
    parser.add_argument("--superuser", action="store_true", help=users.SCHEMA.by_name["superuser"].help)


def _set_password(parser: ArgumentParser) -> None:
    _name(parser)
    _password(parser)


def _name(parser: ArgumentParser) -> None:
    parser.add_argument("username")


class Command(VerbCommand):
    """People."""

    help = "Make and list people, set their passwords, disable them."
    verbs = (
        ("create", "Make a user.", _create, "create"),
        ("list", "List the users.", nothing, "list"),
        ("set-password", "Set a password; sessions and tokens of the person end.", _set_password, "set_password"),
        ("disable", "Disable a user; everything they hold ends.", _name, "disable"),
    )

    def create(self, options: dict[str, Any]) -> None:
        """Print a generated password, once."""
        password = self._read_password(options)
        data = {
            "username": options["username"],
            "password": password,
            "groups": options["group"],
            **{name: options[name] for name in ("email", "email_verified", "name", "given_name", "family_name", "staff", "superuser")},
        }
        users.create(data, actor=ACTOR)
        self._tell(options, password)

    def list(self, _options: dict[str, Any]) -> None:
        """Name, address and state."""
        for user in User.objects.iterator():
            role = "superuser" if user.is_superuser else "staff" if user.is_staff else "user"
            self.stdout.write(f"{user.username}  {user.email or '-'}  {role}  {'enabled' if user.is_active else 'disabled'}")

    def set_password(self, options: dict[str, Any]) -> None:
        """Print a generated password, once."""
        user = _found(options["username"])
        password = self._read_password(options)
        users.update(user, {"password": password}, actor=ACTOR)
        self._tell(options, password)

    def disable(self, options: dict[str, Any]) -> None:
        """Everything ends at once."""
        users.update(_found(options["username"]), {"disabled": True}, actor=ACTOR)
        self.stdout.write(f"{options['username']} is disabled")

    def _tell(self, options: dict[str, Any], password: str) -> None:
        if options["generate"]:
            self.stdout.write(f"password: {password}")

    def _read_password(self, options: dict[str, Any]) -> str:
        """Never from the command line, which other people on the machine can read."""
        if options["generate"]:
            return secrets.token_urlsafe(12)
        if options["password_stdin"] or not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\r\n")
        password = getpass("Password: ")
        if password != getpass("Again: "):
            raise ValidationError("The two differ.")
        return password


def _found(name: str) -> User:
    user = users.find(name)
    if user is None:
        raise ValidationError(f"There is no user “{name}”.")
    return user
