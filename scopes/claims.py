"""The claims seam: what is said about a person, and beside each claim which mappings said it."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from scopes import evaluator
from scopes.context import ClaimsContext, MappingView
from scopes.evaluator.program import RESERVED_CLAIMS
from scopes.selection import base

_ORDER = attrgetter("scope_name", "name")
_CONTAINERS = (dict, list)


@dataclass(frozen=True, slots=True)
class Claims:
    """`values` are fresh and belong to the caller; `provenance` names mappings, `errors` pairs of mapping and text."""

    values: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, tuple[str, ...]] = field(default_factory=dict)
    errors: tuple[tuple[str, str], ...] = ()


def evaluate(context: ClaimsContext, mappings: Iterable[MappingView]) -> Claims:
    """The merged claims of the granted scopes' mappings, in order of scope and name.

    Objects are merged, lists concatenated without duplicates, later scalars win; nulls and reserved claims are left out.
    A mapping that fails loses its own claims and nothing else.
    """
    granted = {base(scope) for scope in context.scopes}
    values: dict[str, Any] = {}
    provenance: dict[str, tuple[str, ...]] = {}
    errors: list[tuple[str, str]] = []
    for mapping in sorted((one for one in mappings if one.scope_name in granted), key=_ORDER):
        result = evaluator.evaluate(mapping, context)
        if result.error:
            errors.append((mapping.name, result.error))
        source = (mapping.name,)
        for claim, value in result.claims.items():
            if value is None or claim in RESERVED_CLAIMS:
                continue
            known = values.get(claim)
            merges = known is not None and type(known) is type(value) and type(value) in _CONTAINERS
            values[claim] = merge(known, value) if type(value) in _CONTAINERS else value
            provenance[claim] = provenance[claim] + source if merges else source
    return Claims(values, provenance, tuple(errors))


def requested(claims: Claims, section: Mapping[str, Any]) -> Claims:
    """The part of the claims that a section of the `claims` parameter asks for (OpenID Connect Core 1.0 §5.5).

    `section` is its member `userinfo` or `id_token`. Only names count: `value` and `values` never become claims, and what no
    granted scope covers stays unsaid.
    """
    return only(claims, section.keys())


def only(claims: Claims, names: Collection[str]) -> Claims:
    """The claims with these names."""
    return Claims(
        {name: value for name, value in claims.values.items() if name in names},
        {name: mappings for name, mappings in claims.provenance.items() if name in names},
        claims.errors,
    )


def merge(known: Any, value: Any) -> Any:
    """`value` on top of `known`, as a fresh structure without null members."""
    if isinstance(value, dict):
        merged = dict(known) if isinstance(known, dict) else {}
        for name, member in value.items():
            if member is not None:
                merged[name] = merge(merged.get(name), member)
        return merged
    if isinstance(value, list):
        items = [_copy(item) for item in value]
        return _distinct([*known, *items]) if isinstance(known, list) else items
    return value


def _copy(item: Any) -> Any:
    return merge(None, item) if type(item) in _CONTAINERS else item


def _distinct(items: list[Any]) -> list[Any]:
    # By JSON text: in Python 1 == True, and objects are not hashable.
    seen: dict[Any, Any] = {}
    for item in items:
        seen.setdefault(_identity(item), item)
    return list(seen.values())


def _identity(item: Any) -> Any:
    return item if isinstance(item, str) else (json.dumps(item, sort_keys=True),)
