"""Write schemas: what is of the wrong kind, unknown or missing is named, field by field."""

import pytest
from django.core.exceptions import ValidationError

from accounts.services.schema import DEPTH_LIMIT, Field, Kind, Schema

SCHEMA = Schema(
    name="thing",
    section="things",
    key="name",
    fields=(
        Field("name", required=True, fixed=True),
        Field("colour", choices=("red", "blue")),
        Field("size", Kind.INTEGER),
        Field("ready", Kind.BOOLEAN),
        Field("words", Kind.LIST),
        Field("free", Kind.JSON),
        Field("maybe", null=True),
        Field("hash", trusted=True),
    ),
)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("colour", "green"),
        ("size", "3"),
        ("size", True),
        ("size", -1),
        ("size", 2**31),
        ("ready", 1),
        ("ready", "true"),
        ("words", "a b"),
        ("words", [1]),
        ("words", ["x"] * 10_001),
        ("free", float("nan")),
        ("free", {"a": object()}),
        ("free", [2**63]),
        ("free", 1e300),
        ("colour", None),
        ("name", "with \x00"),
        ("name", "half \ud800"),
        ("name", "x" * 70_000),
        ("hash", "not from everybody"),
        ("unknown", 1),
    ],
)
def test_a_bad_value_is_named_by_its_field(field, value):
    with pytest.raises(ValidationError) as caught:
        SCHEMA.clean({"name": "n", field: value})
    assert list(caught.value.message_dict) == [field]


def test_all_mistakes_are_told_at_once():
    with pytest.raises(ValidationError) as caught:
        SCHEMA.clean({"size": "x", "ready": 0})
    assert set(caught.value.message_dict) == {"size", "ready", "name"}


def test_deep_nesting_is_refused():
    value: object = "x"
    for _ in range(DEPTH_LIMIT + 1):
        value = [value]
    with pytest.raises(ValidationError):
        SCHEMA.clean({"name": "n", "free": value})


def test_only_given_fields_come_out():
    assert SCHEMA.clean({"size": 3, "maybe": None}, partial=True) == {"size": 3, "maybe": None}


def test_trusted_fields_are_taken_from_files():
    assert SCHEMA.clean({"name": "n", "hash": "x"}, trusted=True)["hash"] == "x"


def test_a_field_that_is_chosen_once_stays():
    with pytest.raises(ValidationError) as caught:
        SCHEMA.refuse_changes({"name": "old"}, {"name": "new"})
    assert "name" in caught.value.message_dict


def test_a_field_that_is_chosen_once_may_be_repeated():
    SCHEMA.refuse_changes({"name": "old"}, {"name": "old"})
