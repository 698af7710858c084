"""Bringing the instance to what a file says: validated and hashed first, then written in one transaction or not at all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction

from idp.configuration.document import ConfigurationError, Item, read
from idp.configuration.passwords import Progress, prepare
from idp.configuration.sections import NAMES, SECTIONS, Section

ACTOR = "idp apply"
HIDDEN = "…"
Sections = Mapping[str, list[Item]]


@dataclass(frozen=True)
class Change:
    """What happened to one thing: the fields with their values before and after. `made` secrets are shown once."""

    section: str
    key: str
    created: bool
    differences: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    made: Mapping[str, str] = field(default_factory=dict)


def apply(text: str, *, dry_run: bool = False, progress: Progress | None = None) -> list[Change]:
    """Apply a file and return what changed; raises `ConfigurationError` and leaves everything as it was."""
    sections = dict(read(text, NAMES))
    _check(sections)
    sections["users"] = prepare(sections.get("users", []), progress)
    with transaction.atomic():
        changes = list(_apply(sections, progress))
        if dry_run:
            transaction.set_rollback(True)
    return changes


def _check(sections: Sections) -> None:
    """Types and names of everything, before the first password is hashed."""
    for item in sections.get("policies", []):
        raise ConfigurationError("policies are not supported by this version", item.line)
    for section in SECTIONS:
        keys: set[str] = set()
        for item in sections.get(section.name, []):
            with _Located(section, item):
                section.schema.clean(item.data, partial=True, trusted=True)
            key = section.key(item.data)
            if not key:
                raise ConfigurationError(f"{section.name}: an entry has no {section.schema.key}", item.line)
            if key in keys:
                raise ConfigurationError(f"{section.name}: “{key}” stands here twice", item.line)
            keys.add(key)


def _apply(sections: Sections, progress: Progress | None) -> Iterator[Change]:
    total = sum(len(items) for items in sections.values())
    done = 0
    for section in SECTIONS:
        for item in _ordered(section, sections.get(section.name, [])):
            with _Located(section, item):
                change = _apply_item(section, item)
            if change is not None:
                yield change
            done += 1
            if progress is not None:
                progress("entries", done, total)
        if section.name == "users":
            yield from _members(sections)


def _ordered(section: Section, items: list[Item]) -> list[Item]:
    """Groups come behind those they stand in; their members, who may be made further on, are left for later."""
    if section.name != "groups":
        return items
    waiting = {str(item.data.get("name")): _without(item, "members") for item in items}
    ordered: list[Item] = []
    while waiting:
        ready = [name for name, item in waiting.items() if item.data.get("parent") not in waiting]
        # A circle: let the service say so.
        ordered += [waiting.pop(name) for name in ready or list(waiting)]
    return ordered


def _members(sections: Sections) -> Iterator[Change]:
    groups = next(section for section in SECTIONS if section.name == "groups")
    for item in sections.get("groups", []):
        if "members" not in item.data:
            continue
        with _Located(groups, item):
            group = groups.find(item.data)
            before = set(group.users.values_list("username", flat=True)) if group else set()
            groups.update(group, {"members": item.data["members"]}, actor=ACTOR, trusted=True)
            after = set(group.users.values_list("username", flat=True)) if group else set()
        if before != after:
            yield Change("groups", groups.key(item.data), created=False, differences={"members": (sorted(before), sorted(after))})


def _without(item: Item, name: str) -> Item:
    return replace(item, data={other: value for other, value in item.data.items() if other != name})


def _apply_item(section: Section, item: Item) -> Change | None:
    found = section.find(item.data)
    before = section.shown(found, secrets=True) if found is not None else {}
    if found is None:
        thing = section.create(item.data, actor=ACTOR, trusted=True)
    else:
        thing = section.update(found, item.data, actor=ACTOR, trusted=True)
    # What was looked up before may be kept on the object.
    thing = type(thing)._default_manager.get(pk=thing.pk) if not _minted(thing) else thing
    differences = _differences(section, before, section.shown(thing, secrets=True))
    if found is not None and not differences:
        return None
    return Change(section.name, section.key(item.data), created=found is None, differences=differences, made=_minted(thing))


def _minted(thing: Any) -> dict[str, str]:
    secret = getattr(thing, "minted_secret", "")
    return {"client_secret": secret} if secret else {}


def _differences(section: Section, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    differences = {}
    for name, value in after.items():
        if before.get(name) == value:
            continue
        entry = section.schema.by_name[name]
        hidden = (entry.secret or entry.trusted) and name != "sub"
        differences[name] = (HIDDEN, HIDDEN) if hidden else (before.get(name), value)
    return differences


class _Located:
    """Says on which line a `ValidationError` belongs."""

    def __init__(self, section: Section, item: Item) -> None:
        self._section, self._item = section, item

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, ValidationError):
            return
        by_field = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        first = min(by_field, key=self._item.line_of)
        about = f"{self._section.schema.name} “{self._section.key(self._item.data)}”"
        said = "; ".join(
            f"{name}: {' '.join(messages)}" if name != NON_FIELD_ERRORS else " ".join(messages) for name, messages in by_field.items()
        )
        raise ConfigurationError(f"{about}: {said}", self._item.line_of(first)) from error
