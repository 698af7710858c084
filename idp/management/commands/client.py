"""`idp client create|list|rotate-secret`."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError

from accounts.services.schema import Kind
from idp.management.subcommands import ACTOR, VerbCommand, nothing
from providers.models import Client
from providers.services import clients

DAY = 86400
_TAKEN = {"slug", "client_secret"}


def _create(parser: ArgumentParser) -> None:
    parser.add_argument("slug", help=clients.SCHEMA.by_name["slug"].help)
    parser.add_argument("--public", action="store_true", help="a client without a secret (token_endpoint_auth_method none)")
    for field in clients.SCHEMA.fields:
        if field.name in _TAKEN or field.kind not in (Kind.TEXT, Kind.LIST, Kind.INTEGER, Kind.BOOLEAN):
            continue
        option = f"--{field.name.replace('_', '-')}"
        about = field.help.replace("%", "%%")
        if field.kind == Kind.LIST:
            parser.add_argument(option, dest=field.name, action="append", metavar="VALUE", help=f"{about} May come several times.".strip())
        elif field.kind == Kind.BOOLEAN:
            parser.add_argument(option, dest=field.name, choices=("true", "false"), help=about)
        else:
            kind = int if field.kind == Kind.INTEGER else str
            parser.add_argument(option, dest=field.name, type=kind, choices=field.choices or None, metavar="VALUE", help=about)


def _rotate(parser: ArgumentParser) -> None:
    parser.add_argument("slug")
    parser.add_argument("--overlap", type=int, default=DAY, metavar="SECONDS", help="how long the present secret works on (default: a day)")


class Command(VerbCommand):
    """Applications that sign people in here."""

    help = "Make and list clients, give them new secrets."
    verbs = (
        ("create", "Make a client and print its secret, once.", _create, "create"),
        ("list", "List the clients.", nothing, "list"),
        ("rotate-secret", "Give a client a new secret and print it, once.", _rotate, "rotate_secret"),
    )

    def create(self, options: dict[str, Any]) -> None:
        """Print what the application's own configuration needs."""
        data = {name: options[name] for name in clients.SCHEMA.by_name if options.get(name) is not None}
        data |= {name: value == "true" for name, value in data.items() if clients.SCHEMA.by_name[name].kind == Kind.BOOLEAN}
        if options["public"]:
            data["token_endpoint_auth_method"] = "none"
        client = clients.create(data, actor=ACTOR)
        self.stdout.write(f"client_id: {client.client_id}")
        if client.minted_secret:
            self.stdout.write(f"client_secret: {client.minted_secret}")

    def list(self, _options: dict[str, Any]) -> None:
        """Slug, client id and state."""
        for client in Client.objects.filter(managed=False):
            self.stdout.write(f"{client.slug}  {client.client_id}  {'disabled' if client.disabled else 'enabled'}  {client.client_name}")

    def rotate_secret(self, options: dict[str, Any]) -> None:
        """Print the new secret."""
        client = clients.find(options["slug"])
        if client is None:
            raise ValidationError(f"There is no client “{options['slug']}”.")
        self.stdout.write(f"client_secret: {clients.rotate_secret(client, overlap=options['overlap'], actor=ACTOR)}")
