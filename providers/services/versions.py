"""The version of a client: whoever keeps the client in memory sees that it changed (architecture §6a.7)."""

from django.db.models import F

from providers.models import Client


def bump(client: Client) -> None:
    """Move the version, in the caller's transaction."""
    Client.objects.filter(pk=client.pk).update(version=F("version") + 1)
    client.refresh_from_db(fields=["version"])
