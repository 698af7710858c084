"""Serializers made from write schemas, so that the API and `idp apply` take exactly the same fields."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts.services.schema import Field, Kind, Schema


@extend_schema_field(OpenApiTypes.OBJECT)
class ObjectField(serializers.JSONField):
    """A JSON object."""


@extend_schema_field(OpenApiTypes.ANY)
class AnyField(serializers.JSONField):
    """Any JSON value."""


MAKERS: Mapping[Kind, Callable[..., serializers.Field[Any, Any, Any, Any]]] = {
    Kind.TEXT: serializers.CharField,
    Kind.BOOLEAN: serializers.BooleanField,
    Kind.INTEGER: serializers.IntegerField,
    Kind.LIST: lambda **options: serializers.ListField(child=serializers.CharField(), **options),
    Kind.OBJECT: ObjectField,
    Kind.OBJECTS: lambda **options: serializers.ListField(child=ObjectField(), **options),
    Kind.JSON: AnyField,
}


class ServiceSerializer(serializers.Serializer[Any]):
    """The shape of a resource. Its fields document; reading and checking a body is the schema's business alone."""

    schema: Schema
    read: Callable[[Any], Mapping[str, Any]]
    extra: tuple[str, ...] = ()

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The checked fields of a body."""
        if not isinstance(data, Mapping):
            raise ValidationError({"non_field_errors": ["An object is needed."]})
        try:
            return self.schema.clean(data, partial=self.partial)
        except DjangoValidationError as error:
            raise ValidationError(error.message_dict) from error

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """The fields that may be shown, as the service words them; what is not declared readable is left out."""
        values = self.read(instance)
        shown = {"id": instance.pk}
        shown |= {entry.name: values[entry.name] for entry in self.schema.fields if entry.readable and entry.name in values}
        for name in self.extra:
            value = self.fields[name].get_attribute(instance)
            shown[name] = None if value is None else self.fields[name].to_representation(value)
        return shown


def serializer(schema: Schema, read: Callable[[Any], Mapping[str, Any]], **extra: Any) -> type[ServiceSerializer]:
    """The serializer class of a schema. `extra` are read-only members beside the schema's fields."""
    name = "".join(part.title() for part in schema.name.replace("-", " ").split())
    fields: dict[str, Any] = {"id": serializers.IntegerField(read_only=True)}
    fields |= {entry.name: _field(entry) for entry in schema.fields if not entry.trusted}
    own = {"__doc__": f"{name}.", "schema": schema, "read": staticmethod(read), "extra": tuple(extra)}
    return type(f"{name}Serializer", (ServiceSerializer,), own | fields | extra)


def _field(entry: Field) -> serializers.Field[Any, Any, Any, Any]:
    options: dict[str, Any] = {
        "required": entry.required,
        "help_text": entry.help,
        "write_only": not entry.readable,
        "allow_null": entry.null,
    }
    if len(entry.choices) > 1:
        return serializers.ChoiceField(choices=entry.choices, **options)
    if entry.kind is Kind.TEXT and not entry.required:
        options["allow_blank"] = True
    if entry.default is not None and not entry.required:
        options["default"] = entry.default
        options.pop("required")
    return MAKERS[entry.kind](**options)
