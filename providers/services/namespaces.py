"""Name spaces of client ids: the dialects keep their clients apart from the others (rulings 2)."""

from django.core.exceptions import ValidationError

from accounts.services import projects
from providers.models import Client, Provider

VAULT = "vault"
IAM = "iam:"
EVERY_CLIENT = "*"


def of_provider(provider: str) -> str:
    """The name space that a client with this `provider` belongs to; raises `ValidationError` when there is no such provider."""
    if not provider:
        return ""
    if "/" in provider:
        if projects.find(provider) is None:
            raise ValidationError({"provider": [f"There is no project “{provider}”; make its organization first."]})
        return f"{IAM}{provider}"
    if not Provider.objects.filter(name=provider).exists():
        raise ValidationError({"provider": [f"There is no provider “{provider}”."]})
    return VAULT


def enrol(client: Client, provider: str) -> None:
    """Let a provider serve its new client, unless it serves every one anyhow."""
    if client.namespace != VAULT:
        return
    row = Provider.objects.select_for_update().get(name=provider)
    if not {EVERY_CLIENT, client.client_id} & set(row.allowed_client_ids):
        row.allowed_client_ids = [*row.allowed_client_ids, client.client_id]
        row.save(update_fields=["allowed_client_ids", "updated_at"])


def provider_of(client: Client) -> str:
    """What `provider` says about a client; the first one that serves it, for those that several may serve."""
    if client.namespace != VAULT:
        return client.namespace.removeprefix(IAM)
    serving = (row for row in Provider.objects.order_by("name") if {EVERY_CLIENT, client.client_id} & set(row.allowed_client_ids))
    found = next(serving, None)
    return found.name if found else ""
