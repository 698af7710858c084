"""Applications: what owns an issuer. A client made by an administrator makes its own; here they are looked at and changed."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from accounts.services.saving import assign, check, plain, save
from accounts.services.schema import Field, Schema
from audit.record import record
from providers.models import Application
from providers.services import registry

SCHEMA = Schema(
    name="application",
    section="applications",
    key="slug",
    fields=(
        Field("slug", required=True, fixed=True, help="Stands in the issuer's address."),
        Field("name", default="", help="What people read; the slug when absent."),
        Field(
            "issuer_mode",
            default="application",
            choices=tuple(Application.IssuerMode.values),
            help="`root`: its clients are served at the root.",
        ),
    ),
)


@transaction.atomic
def create(data: Mapping[str, Any], *, actor: str, trusted: bool = False) -> Application:
    """Make an application without clients; raises `ValidationError`."""
    values = SCHEMA.clean(data, trusted=trusted)
    application = Application()
    assign(application, {"name": values["slug"], **values})
    check(application)
    save(application)
    registry.bump()
    record("application.created", actor=actor, name=application.slug)
    return application


@transaction.atomic
def update(application: Application, data: Mapping[str, Any], *, actor: str, trusted: bool = False) -> Application:
    """Change what is given; raises `ValidationError`. The issuer mode is part of every client of it."""
    values = SCHEMA.clean(data, partial=True, trusted=trusted)
    SCHEMA.refuse_changes(read(application), values)
    changed = assign(application, values)
    check(application)
    if changed:
        save(application)
        application.clients.update(version=F("version") + 1)
        registry.bump()
        record("application.changed", actor=actor, name=application.slug, changes=sorted(changed))
    return application


@transaction.atomic
def delete(application: Application, *, actor: str) -> None:
    """Remove an application with its clients and all that was issued to them; raises `ValidationError` for one of the product's."""
    if application.clients.filter(managed=True).exists():
        raise ValidationError(f"“{application.slug}” belongs to the product itself.", code="managed")
    record("application.deleted", actor=actor, name=application.slug)
    application.delete()
    registry.bump()


def find(key: str) -> Application | None:
    """An application by slug."""
    return Application.objects.filter(slug=key).first()


def read(application: Application) -> dict[str, Any]:
    """The application in the names of the schema."""
    return {"slug": application.slug, "name": application.name, "issuer_mode": plain(application.issuer_mode)}
