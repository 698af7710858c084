"""Clients: making, changing and removing them. Every write is one transaction with its event and a new version of the client."""

import string
from collections.abc import Mapping
from secrets import choice
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from accounts.services.saving import assign, check, plain, save
from accounts.services.schema import Errors, refuse_unknown
from audit.record import record
from providers.jose import ASYMMETRIC_ALGORITHMS
from providers.models import Application, Client
from providers.services import keys, namespaces, registry, secrets
from providers.services.client_metadata import COLUMNS, SCHEMA, URIS
from providers.services.client_rules import check_rules
from providers.services.versions import bump
from scopes.models import Assignment

__all__ = ["PREFETCH", "SCHEMA", "SELECT", "create", "delete", "find", "read", "rotate_secret", "update"]

SELECT = ("application", "key")
PREFETCH = ("assignments",)
_ID_ALPHABET = string.ascii_letters + string.digits


@transaction.atomic
def create(data: Mapping[str, Any], *, actor: str, trusted: bool = False, registration: bool = False, managed: bool = False) -> Client:
    """Make a client, and its application unless it belongs to a dialect; raises `ValidationError`.

    A secret that was made, not given, stands in `minted_secret` of the returned object, once. With `registration` the stricter
    rules and the defaults of dynamic registration hold. A `managed` client is the product's own.
    """
    values = _with_defaults(SCHEMA.clean(data, trusted=trusted), registration=registration)
    client = Client(slug=values["slug"], client_id=values["client_id"], client_type=Client.CLIENT_CONFIDENTIAL, managed=managed)
    if registration:
        client.registration_source = Client.RegistrationSource.DCR
    client.namespace = namespaces.of_provider(values.get("provider", ""))
    if not client.namespace:
        client.application = _new_application(client, values)
    _write(client, values, registration=registration)
    namespaces.enrol(client, values.get("provider", ""))
    record("client.created", actor=actor, client_id=client.client_id, name=client.slug)
    return client


@transaction.atomic
def update(
    client: Client, data: Mapping[str, Any], *, actor: str, trusted: bool = False, registration: bool = False, managed: bool = False
) -> Client:
    """Change what is given; raises `ValidationError`. A self-registered client that moves its redirect URIs is consented to anew."""
    if not managed:
        _refuse_managed(client)
    values = SCHEMA.clean(data, partial=True, trusted=trusted)
    SCHEMA.refuse_changes(read(client), values)
    changed = _write(client, values, registration=registration)
    if registration and "redirect_uris" in changed:
        Client.objects.filter(pk=client.pk).update(consent_epoch=F("consent_epoch") + 1)
        client.refresh_from_db(fields=["consent_epoch"])
    if changed:
        bump(client)
        record("client.changed", actor=actor, client_id=client.client_id, name=client.slug, changes=sorted(changed))
    return client


@transaction.atomic
def delete(client: Client, *, actor: str) -> None:
    """Remove a client with all that was issued to it, and its application when nobody else belongs to that."""
    _refuse_managed(client)
    record("client.deleted", actor=actor, client_id=client.client_id, name=client.slug)
    application = client.application
    client.delete()
    if application is not None and not application.clients.exists():
        application.delete()
        registry.bump()


def rotate_secret(client: Client, *, overlap: int, actor: str) -> str:
    """A new secret, in clear, once; the present one works for another `overlap` seconds. Raises `ValidationError` for public clients."""
    if client.is_public:
        raise ValidationError("A public client has no secret.", code="public")
    return secrets.rotate(client, overlap=overlap, actor=actor)


def find(key: str) -> Client | None:
    """A client by slug."""
    return Client.objects.select_related(*SELECT).filter(slug=key).first()


def read(client: Client, *, secrets: bool = False) -> dict[str, Any]:
    """The client in the names of the schema."""
    shown: dict[str, Any] = {name: getattr(client, name) for name in (*COLUMNS, "slug", "client_id")}
    shown |= {name: getattr(client, name).split() for name in URIS}
    shown |= {
        "provider": namespaces.provider_of(client),
        "issuer_mode": client.application.issuer_mode if client.application else Application.IssuerMode.APPLICATION,
        "assignments": sorted(assignment.name for assignment in client.assignments.all()),
        "policies": [],
        "key": client.key.name if client.key else None,
    }
    if secrets:
        shown["client_secret"] = _revealed(client)
    return {field.name: plain(shown[field.name]) for field in SCHEMA.fields if field.name in shown}


def _revealed(client: Client) -> str:
    live = secrets.live(client)
    return secrets.reveal(live[0]) if live else ""


def _refuse_managed(client: Client) -> None:
    if client.managed:
        raise ValidationError(f"“{client.slug}” belongs to the product itself.", code="managed")


def _with_defaults(values: dict[str, Any], *, registration: bool) -> dict[str, Any]:
    """What a new client gets that says nothing (rulings 8)."""
    defaults: dict[str, Any] = {
        "client_name": values["slug"],
        "client_id": "".join(choice(_ID_ALPHABET) for _ in range(32)),
        "security_profile": "oidc" if registration or values.get("provider") else "oauth21",
        "include_claims_in_id_token": not registration,
    }
    if "response_types" not in values and "authorization_code" not in values.get("grant_types", ["authorization_code"]):
        defaults["response_types"] = []
    return defaults | {name: value for name, value in values.items() if not (name in defaults and value in (None, ""))}


def _new_application(client: Client, values: Mapping[str, Any]) -> Application:
    if Application.objects.filter(slug=client.slug).exists():
        raise ValidationError({"slug": ["Another application has this slug."]})
    mode = values.get("issuer_mode", Application.IssuerMode.APPLICATION)
    application = Application(slug=client.slug, name=values["client_name"][:255] or client.slug, issuer_mode=mode)
    check(application)
    save(application)
    registry.bump()
    return application


def _write(client: Client, values: dict[str, Any], *, registration: bool) -> list[str]:
    """Bring a client to the given values; returns the names that changed."""
    known = client.pk is not None
    errors = Errors()
    wanted = {name: values[name] for name in COLUMNS if name in values}
    wanted |= {name: "\n".join(dict.fromkeys(values[name])) for name in URIS if name in values}
    with errors.of("key"):
        wanted |= _key(values)
    with errors.of("assignments"):
        assignments = _assignments(values.get("assignments"))
    if "scope" in wanted:
        wanted["scope"] = " ".join(dict.fromkeys(wanted["scope"].split()))
    changed = assign(client, wanted)
    client.client_type = Client.CLIENT_PUBLIC if client.is_public else Client.CLIENT_CONFIDENTIAL
    with errors.all():
        check_rules(client, values, registration=registration)
    with errors.all():
        _check_columns(client)
    errors.raise_any()
    if changed or not known:
        save(client)
    changed += _write_secret(client, values.get("client_secret", ""))
    changed += _write_application(client, values) if known else []
    if assignments is not None and {one.pk for one in assignments} != set(client.assignments.values_list("pk", flat=True)):
        client.assignments.set(assignments)
        changed.append("assignments")
    _ensure_keys(client)
    return changed


def _check_columns(client: Client) -> None:
    # Addresses are checked by `client_rules`, which knows hosts without a dot.
    texts = {field.name for field in Client._meta.get_fields() if field.__class__.__name__ == "URLField"}
    check(client, exclude=texts | {"application"}, names={"application": "slug"})


def _key(values: Mapping[str, Any]) -> dict[str, Any]:
    if "key" not in values:
        return {}
    key = keys.find(values["key"]) if values["key"] else None
    if values["key"] and key is None:
        raise ValidationError(f"There is no key “{values['key']}”.")
    return {"key": key}


def _assignments(names: list[str] | None) -> list[Assignment] | None:
    if names is None:
        return None
    found = list(Assignment.objects.filter(name__in=names))
    refuse_unknown(names, (assignment.name for assignment in found), "assignment")
    return found


def _write_secret(client: Client, given: str) -> list[str]:
    """Keep the given secret, or make one where the client needs it and has none; a public client has none at all."""
    if client.is_public:
        deleted, _ = client.secrets.all().delete()
        return ["client_secret"] if deleted else []
    if given:
        return ["client_secret"] if secrets.replace(client, given) else []
    if client.token_endpoint_auth_method == "private_key_jwt" or secrets.live(client):
        return []
    client.minted_secret = secrets.mint()
    secrets.replace(client, client.minted_secret)
    return ["client_secret"]


def _write_application(client: Client, values: Mapping[str, Any]) -> list[str]:
    application = client.application
    if application is None:
        return []
    wanted = {"issuer_mode": values["issuer_mode"]} if "issuer_mode" in values else {}
    if values.get("client_name") and application.slug == client.slug:
        wanted["name"] = values["client_name"]
    changed = assign(application, wanted)
    if changed:
        check(application)
        save(application)
        registry.bump()
    return [name for name in changed if name == "issuer_mode"]


def _ensure_keys(client: Client) -> None:
    """Algorithms that a client names are there to be signed with."""
    for algorithm in {client.id_token_signed_response_alg, client.userinfo_signed_response_alg}:
        if algorithm in ASYMMETRIC_ALGORITHMS:
            keys.for_algorithm(algorithm)
