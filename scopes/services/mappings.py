"""Scope mappings: what a scope tells an application about a person."""

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import hooks
from accounts.services.saving import assign, check, save
from accounts.services.schema import Errors, Field, Kind, Schema
from audit.record import record
from scopes import evaluator
from scopes.models import ScopeMapping

SOURCES = ("template", "expression", "attribute", "constant", "groups")
SCHEMA = Schema(
    name="scope",
    section="scopes",
    key="name",
    fields=(
        Field("name", required=True),
        Field("scope_name", help="The scope that this mapping feeds; the name when absent. Several mappings may feed one scope."),
        Field("description", default="", help="What the consent page says."),
        Field("template", null=True, help="Claims as a JSON text with {{…}} in it."),
        Field("expression", null=True, help="Claims as an expression (CEL)."),
        Field("attribute", Kind.JSON, help="A path such as attributes.department, or an object from claim to path."),
        Field("constant", Kind.JSON, help="An object: the same claims for everyone."),
        Field("groups", Kind.JSON, help="An object with any of claim, by (name, id, path) and prefix."),
        Field("restricted", Kind.BOOLEAN, default=False, help="Left out of discovery and of self-service registration."),
        Field("mandatory", Kind.BOOLEAN, default=False, help="Cannot be unticked."),
    ),
)
BUILTIN = {
    "openid": "Know who you are",
    "profile": "Your name and profile",
    "email": "Your e-mail address",
    "address": "Your postal address",
    "phone": "Your phone number",
    "groups": "The groups you are a member of",
    "offline_access": "Stay connected while you are away",
}


@transaction.atomic
def create(data: Mapping[str, Any], *, actor: str, trusted: bool = False) -> ScopeMapping:
    """Make a mapping; raises `ValidationError`, for a source that does not compile with its line and column."""
    values = SCHEMA.clean(data, trusted=trusted)
    sources = _given(values)
    if len(sources) != 1:
        raise ValidationError(f"A scope has exactly one of {', '.join(SOURCES)}.", code="source")
    mapping = ScopeMapping(scope_name=values["name"])
    _write(mapping, values, sources)
    record("scope.created", actor=actor, name=mapping.name)
    return mapping


@transaction.atomic
def update(mapping: ScopeMapping, data: Mapping[str, Any], *, actor: str, trusted: bool = False) -> ScopeMapping:
    """Change what is given; raises `ValidationError`. Another kind of source takes the place of the present one."""
    _refuse_managed(mapping)
    values = SCHEMA.clean(data, partial=True, trusted=trusted)
    sources = _given(values)
    if len(sources) > 1:
        raise ValidationError(f"A scope has exactly one of {', '.join(SOURCES)}.", code="source")
    changed = _write(mapping, values, sources)
    if changed:
        record("scope.changed", actor=actor, name=mapping.name, changes=sorted(changed))
    return mapping


@transaction.atomic
def delete(mapping: ScopeMapping, *, actor: str) -> None:
    """Remove a mapping that is not built in."""
    _refuse_managed(mapping)
    record("scope.deleted", actor=actor, name=mapping.name)
    mapping.delete()
    hooks.registry_changed()


def find(key: str) -> ScopeMapping | None:
    """A mapping by name."""
    return ScopeMapping.objects.filter(name=key).first()


def read(mapping: ScopeMapping) -> dict[str, Any]:
    """The mapping in the names of the schema; only its own kind of source is there."""
    shown = {name: getattr(mapping, name) for name in ("name", "scope_name", "description", "restricted", "mandatory")}
    if mapping.kind in SOURCES:
        shown[mapping.kind] = _shown(mapping.kind, mapping.source)
    return {field.name: shown[field.name] for field in SCHEMA.fields if field.name in shown}


@transaction.atomic
def ensure_builtin() -> None:
    """Make the standard scopes, once; administrators may add mappings to them but not change these."""
    missing = set(BUILTIN) - set(ScopeMapping.objects.filter(managed=True).values_list("scope_name", flat=True))
    for scope in (scope for scope in BUILTIN if scope in missing):
        # The name leaves the scope's own free: administrators call their mapping of it by that.
        defaults = {"scope_name": scope, "kind": ScopeMapping.Kind.BUILTIN, "source": scope, "description": BUILTIN[scope], "managed": True}
        ScopeMapping.objects.get_or_create(name=f"standard {scope}", defaults=defaults)
    if missing:
        hooks.registry_changed()


def _given(values: Mapping[str, Any]) -> dict[str, str]:
    return {kind: _stored(kind, values[kind]) for kind in SOURCES if values.get(kind) is not None}


def _stored(kind: str, value: Any) -> str:
    """The source as text. JSON is kept in one form, so that it can be shown as JSON and taken back unchanged."""
    if isinstance(value, str):
        value = _shown(kind, value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _shown(kind: str, source: str) -> Any:
    if kind in ("template", "expression") or not source.lstrip().startswith("{"):
        return source
    try:
        return json.loads(source)
    except ValueError:  # the evaluator says where the mistake is
        return source


def _refuse_managed(mapping: ScopeMapping) -> None:
    if mapping.managed:
        raise ValidationError(f"“{mapping.name}” is built in; put a mapping with the same scope_name beside it.", code="managed")


def _write(mapping: ScopeMapping, values: Mapping[str, Any], sources: Mapping[str, str]) -> list[str]:
    wanted = {name: values[name] for name in ("name", "scope_name", "description", "restricted", "mandatory") if name in values}
    for kind, source in sources.items():
        wanted |= {"kind": kind, "source": source}
    changed = assign(mapping, wanted)
    errors = Errors()
    with errors.all():
        check(mapping)
    for kind, source in sources.items():
        with errors.of(kind):
            evaluator.validate(kind, source, mapping.scope_name)
    errors.raise_any()
    if changed:
        save(mapping)
        hooks.registry_changed()
    return changed
