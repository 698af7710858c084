"""`idp client create|list|rotate-secret`."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from idp.management.words import refusal
from providers.models import Client
from providers.services import clients

ACTOR = "idp client"
DAY = 86400


class Command(BaseCommand):
    """Clients."""

    help = "Make, list and re-key clients."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do with which client."""
        commands = parser.add_subparsers(dest="command", required=True)
        create = commands.add_parser("create", help="make a client; prints its id and, once, its secret")
        create.add_argument("slug")
        create.add_argument("--name", help="what people see (default: the slug)")
        create.add_argument("--redirect-uri", action="append", default=[], help="may be given several times")
        create.add_argument("--scope", default="openid profile email", help="scopes it may ask for")
        create.add_argument("--public", action="store_true", help="a client without a secret")
        create.add_argument("--machine", action="store_true", help="a client that acts for itself (client_credentials)")
        commands.add_parser("list", help="one client a line")
        rotate = commands.add_parser("rotate-secret", help="make a new secret; prints it once")
        rotate.add_argument("slug")
        rotate.add_argument("--overlap", type=int, default=DAY, help="seconds that the old secret lives on (default: a day)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, or say in one line why not."""
        try:
            match options["command"]:
                case "create":
                    self._create(options)
                case "list":
                    self._list()
                case "rotate-secret":
                    self._rotate(options)
        except ValidationError as error:
            raise CommandError(refusal(error)) from error

    def _create(self, options: dict[str, Any]) -> None:
        machine = options["machine"]
        client = clients.create(
            {
                "slug": options["slug"],
                "client_name": options["name"] or options["slug"],
                "redirect_uris": options["redirect_uri"],
                "grant_types": ["client_credentials"] if machine else ["authorization_code", "refresh_token"],
                "response_types": [] if machine else ["code"],
                "scope": options["scope"],
                "token_endpoint_auth_method": "none" if options["public"] else "client_secret_basic",
            },
            actor=ACTOR,
        )
        made = clients.read(client, secrets=True)
        self.stdout.write(f"client_id: {client.client_id}")
        if made.get("client_secret"):
            self.stdout.write(f"client_secret, shown this once: {made['client_secret']}")

    def _list(self) -> None:
        for client in Client.objects.filter(managed=False).order_by("slug"):
            state = "disabled" if client.disabled else "public" if client.is_public else "confidential"
            self.stdout.write(f"{client.slug}\t{client.client_id}\t{state}\t{client.client_name}")

    def _rotate(self, options: dict[str, Any]) -> None:
        client = clients.find(options["slug"])
        if client is None:
            raise CommandError(f"there is no client {options['slug']}")
        secret = clients.rotate_secret(client, overlap=options["overlap"], actor=ACTOR)
        self.stdout.write(f"client_secret, shown this once: {secret}")
