"""Writing the instance as a file that `apply` reproduces: the same bytes for the same state, no ids, no instants."""

from collections.abc import Mapping
from typing import Any

import yaml

from idp.configuration.document import FLOAT
from idp.configuration.sections import BY_NAME, NAMES, Section

WIDTH = 120
_BREAKS = frozenset("\r\x85\u2028\u2029\ufeff")


class _Dumper(yaml.SafeDumper):
    """Quotes what our reader, or a reader of YAML 1.1, would take for something else than a text."""

    def ignore_aliases(self, data: Any) -> bool:
        """Every value is written where it stands."""
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    # Rare line breaks survive only as escapes.
    style = '"' if _BREAKS & set(value) else "'" if FLOAT.match(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def export(*, secrets: bool = False) -> str:
    """The file. With `secrets` it holds password hashes, client secrets and private keys."""
    sections = {name: _section(BY_NAME[name], secrets=secrets) for name in NAMES if name in BY_NAME}
    return yaml.dump(
        {name: items for name, items in sections.items() if items}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH
    )


def _section(section: Section, *, secrets: bool) -> list[dict[str, Any]]:
    items = [_item(section, section.shown(thing, secrets=secrets)) for thing in section.listed()]
    return sorted(items, key=section.key)


def _item(section: Section, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty and would be so anyhow; defaults that say something are written, so that they stay what they are."""
    by_name = section.schema.by_name
    return {name: _sorted(value) for name, value in shown.items() if value or value != (by_name[name].default or _empty(value))}


def _empty(value: Any) -> Any:
    return None if value is None else type(value)()


def _sorted(value: Any) -> Any:
    """Objects in one order, whatever order the database gives their members in."""
    if isinstance(value, Mapping):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(entry) for entry in value] if isinstance(value, list) else value
