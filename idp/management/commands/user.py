"""`idp user create|list|set-password|disable`."""

import secrets
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services import users
from idp.management.words import refusal

ACTOR = "idp user"


class Command(BaseCommand):
    """People."""

    help = "Make, list and disable people, and set passwords."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do with whom."""
        commands = parser.add_subparsers(dest="command", required=True)
        create = commands.add_parser("create", help="make a person")
        create.add_argument("username")
        create.add_argument("--email", default="")
        create.add_argument("--email-verified", action="store_true")
        create.add_argument("--group", action="append", default=[], help="may be given several times")
        create.add_argument("--superuser", action="store_true", help="may administer everything")
        create.add_argument("--generate-password", action="store_true", help="print a new password instead of asking for one")
        commands.add_parser("list", help="one person a line")
        password = commands.add_parser("set-password", help="asks for it, or reads a line from standard input")
        password.add_argument("username")
        disable = commands.add_parser("disable", help="refuse everything at once: sessions, tokens, logins")
        disable.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, or say in one line why not."""
        try:
            match options["command"]:
                case "create":
                    self._create(options)
                case "list":
                    self._list()
                case "set-password":
                    users.update(_find(options["username"]), {"password": _read_password()}, actor=ACTOR)
                    self.stdout.write("password set; every session and token of theirs has ended")
                case "disable":
                    users.update(_find(options["username"]), {"disabled": True}, actor=ACTOR)
                    self.stdout.write("disabled")
        except ValidationError as error:
            raise CommandError(refusal(error)) from error

    def _create(self, options: dict[str, Any]) -> None:
        password = secrets.token_urlsafe(12) if options["generate_password"] else _read_password()
        data: dict[str, Any] = {"username": options["username"], "password": password, "groups": options["group"]}
        if options["email"]:
            data |= {"email": options["email"], "email_verified": options["email_verified"]}
        if options["superuser"]:
            data |= {"staff": True, "superuser": True}
        users.create(data, actor=ACTOR)
        if options["generate_password"]:
            self.stdout.write(f"password, shown this once: {password}")

    def _list(self) -> None:
        for user in User.objects.order_by("username_key"):
            state = "disabled" if user.disabled else "administrator" if user.is_superuser else "active"
            self.stdout.write(f"{user.username}\t{state}\t{user.email}")


def _find(username: str) -> User:
    user = users.find(username)
    if user is None:
        raise CommandError(f"there is nobody called {username}")
    return user


def _read_password() -> str:
    """From a person, typed twice, or from a pipe."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass("Password: ")
    if getpass("Again: ") != password:
        raise CommandError("the two passwords differ")
    return password
