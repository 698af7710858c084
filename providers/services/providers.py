"""Named providers: issuers that list the clients they serve."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.services.saving import assign, check, save
from accounts.services.schema import Field, Kind, Schema
from audit.record import record
from providers.models import Provider
from providers.services import registry
from providers.services.uris import check_origins

SCHEMA = Schema(
    name="provider",
    section="providers",
    key="name",
    fields=(
        Field("name", required=True, fixed=True),
        Field("issuer", default="", help="Scheme, host and port that stand in front of the issuer's path; ours when empty."),
        Field("allowed_client_ids", Kind.LIST, default=[], help="Client ids that it serves; `*`: every client of this kind."),
        Field("scopes_supported", Kind.LIST, default=[]),
    ),
)


@transaction.atomic
def create(data: Mapping[str, Any], *, actor: str, trusted: bool = False) -> Provider:
    """Make a provider; raises `ValidationError`."""
    provider = Provider()
    _write(provider, SCHEMA.clean(data, trusted=trusted))
    record("provider.created", actor=actor, name=provider.name)
    return provider


@transaction.atomic
def update(provider: Provider, data: Mapping[str, Any], *, actor: str, trusted: bool = False) -> Provider:
    """Change what is given; raises `ValidationError`."""
    values = SCHEMA.clean(data, partial=True, trusted=trusted)
    SCHEMA.refuse_changes(read(provider), values)
    changed = _write(provider, values)
    if changed:
        record("provider.changed", actor=actor, name=provider.name, changes=sorted(changed))
    return provider


@transaction.atomic
def delete(provider: Provider, *, actor: str) -> None:
    """Remove a provider; its clients stay."""
    if provider.managed:
        raise ValidationError(f"“{provider.name}” is built in.", code="managed")
    record("provider.deleted", actor=actor, name=provider.name)
    provider.delete()
    registry.bump()


def find(key: str) -> Provider | None:
    """A provider by name."""
    return Provider.objects.filter(name=key).first()


def read(provider: Provider) -> dict[str, Any]:
    """The provider in the names of the schema."""
    return {field.name: getattr(provider, field.name) for field in SCHEMA.fields}


def _write(provider: Provider, values: Mapping[str, Any]) -> list[str]:
    if values.get("issuer"):
        try:
            check_origins([values["issuer"]])
        except ValidationError as error:
            raise ValidationError({"issuer": error.messages}) from error
    known = provider.pk is not None
    changed = assign(provider, values)
    check(provider, exclude=("issuer",))
    if changed or not known:
        save(provider)
        registry.bump()
    return changed
