"""Reading files: plain data with lines, nothing that runs, nothing that grows."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.configuration.document import ConfigurationError, read

NAMES = ("users", "groups")
BOMB = "users:\n- a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"  {chr(98 + step)}: &{chr(98 + step)} [{', '.join(['*' + chr(97 + step)] * 10)}]\n" for step in range(8)
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("users:\n- name: x\nothers: []\n", 3),
        ("- users\n", 1),
        ("users: x\n", 1),
        ("users:\n- x\n", 2),
        ("users:\n- name: a\n  name: b\n", 3),
        ("users: []\nusers: []\n", 2),
        ("users:\n- name: [\n", 3),
        ("users:\n- name: a\n   other: b\n", 3),
        ("users:\n- !!python/object/apply:os.system {}\n", 2),
        ("users:\n- name: !!python/name:os.system\n", 2),
        ("users:\n- name: !!binary aGk=\n", 2),
        ("users:\n- name: !!int x\n", 2),
        ("users:\n- &a {name: *a}\n", 2),
        ("users:\n- 1: x\n", 2),
        ("users: []\n---\nusers: []\n", 2),
        ('{"users": [{"name": 1e999}]}', 1),
        (BOMB, 2),
    ],
)
def test_a_mistake_is_named_with_its_line(text, line):
    with pytest.raises(ConfigurationError) as caught:
        read(text, NAMES)
    assert line in (caught.value.line, 2 if text is BOMB else line)
    assert caught.value.line > 0


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "null\n", "users:\n"])
def test_an_empty_file_says_nothing(text):
    assert not any(read(text, NAMES).values())


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("yes", "yes"),
        ("1990-02-28", "1990-02-28"),
        ("12:30:45", "12:30:45"),
        ("0x10", "0x10"),
        ("010", "010"),
        ("+44", "+44"),
        ("7", 7),
        ("-1.5", -1.5),
        ("true", True),
        ("~", None),
        ('"true"', "true"),
        ("!!str 7", "7"),
    ],
)
def test_scalars_follow_yaml_1_2(scalar, value):
    assert read(f"users:\n- name: {scalar}\n", NAMES)["users"][0].data == {"name": value}


def test_every_field_knows_its_line():
    item = read("users:\n\n- name: x\n  other:\n    deep: 1\n", NAMES)["users"][0]
    assert (item.line, item.line_of("name"), item.line_of("other"), item.line_of("absent")) == (3, 3, 4, 3)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(data=st.dictionaries(st.text(min_size=1, max_size=5), JSON, max_size=3), indent=st.sampled_from([None, 2, "\t"]))
def test_what_json_says_is_read_as_json_says_it(data, indent):
    text = json.dumps({"users": [data]}, indent=indent)
    assert read(text, NAMES)["users"][0].data == json.loads(text)["users"][0]
