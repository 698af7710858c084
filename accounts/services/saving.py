"""Writing a row: Django's own validators first, under the names of the write schema."""

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models

from accounts.services.schema import Errors


def check(instance: models.Model, *, exclude: Collection[str] = (), names: Mapping[str, str] | None = None) -> None:
    """Run field, uniqueness and constraint checks; raises `ValidationError`. `names` maps columns to fields of the schema."""
    errors = Errors()
    excluded = set(exclude)
    steps = (instance.clean_fields, instance.validate_unique, instance.validate_constraints)
    for step in steps:
        try:
            step(exclude=excluded)
        except ValidationError as error:
            for column, messages in error.error_dict.items():
                name = (names or {}).get(column, column)
                excluded.add(column)
                for message in messages:
                    errors.merge(message, name)
    errors.raise_any()


def save(instance: models.Model) -> None:
    """Write the row; somebody who was faster with the same name is a `ValidationError` like any other."""
    try:
        instance.save()
    except IntegrityError as error:
        raise ValidationError(f"Another {instance._meta.verbose_name} has this name.", code="unique") from error


def assign(instance: models.Model, values: Mapping[str, Any]) -> list[str]:
    """Set attributes and return the names of those that differ from before."""
    changed = [name for name, value in values.items() if getattr(instance, name) != value]
    for name in changed:
        setattr(instance, name, values[name])
    return changed


def plain(value: Any) -> Any:
    """A value as a representation shows it: a choice that was just assigned is still an enumeration's member."""
    return str(value) if isinstance(value, str) else value
