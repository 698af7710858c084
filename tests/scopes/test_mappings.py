"""What is read of mappings and groups into memory."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Group
from scopes import mappings
from scopes.context import GroupView, MappingView
from scopes.mappings import GroupTree, effective_groups
from scopes.models import ScopeMapping

pytestmark = pytest.mark.django_db


def test_mappings_come_in_the_order_of_merging_with_one_query() -> None:
    ScopeMapping.objects.all().delete()
    for scope, name in (("b", "1"), ("a", "2"), ("a", "1 of a")):
        ScopeMapping.objects.create(scope_name=scope, name=name, kind="constant", source="{}", mandatory=True)
    with CaptureQueriesContext(connection) as queries:
        loaded = mappings.load()
    assert len(queries) == 1
    assert [(one.scope_name, one.name) for one in loaded] == [("a", "1 of a"), ("a", "2"), ("b", "1")]
    assert loaded[2] == MappingView("1", "b", "constant", "{}", mandatory=True)


def test_group_has_the_path_of_those_around_it_with_one_query() -> None:
    vo = Group.objects.create(name="vo", metadata={"costcenter": "42"})
    production = Group.objects.create(name="production", parent=vo)
    named = Group.objects.create(name="vo/test", parent=vo)
    inner = Group.objects.create(name="vo/test/inner", parent=named)
    loose = Group.objects.create(name="/other/place")
    with CaptureQueriesContext(connection) as queries:
        tree = mappings.load_groups()
    assert len(queries) == 1
    assert tree.groups[vo.pk] == GroupView(vo.pk, str(vo.uuid), "vo", "/vo", {"costcenter": "42"})
    paths = [tree.groups[group.pk].path for group in (production, named, inner, loose)]
    assert paths == ["/vo/production", "/vo/test", "/vo/test/inner", "/other/place"]


def test_name_that_only_resembles_the_path_around_it_is_added() -> None:
    vo = Group.objects.create(name="vo")
    other = Group.objects.create(name="volunteers", parent=vo)
    assert mappings.load_groups().groups[other.pk].path == "/vo/volunteers"


def test_effective_groups_are_direct_ones_then_those_around_once() -> None:
    top = Group.objects.create(name="top")
    middle = Group.objects.create(name="middle", parent=top)
    low = Group.objects.create(name="low", parent=middle)
    side = Group.objects.create(name="side", parent=top)
    groups = effective_groups([side.pk, low.pk, 0, side.pk], mappings.load_groups())
    assert [group.name for group in groups] == ["side", "low", "top", "middle"]


def test_circle_of_groups_ends() -> None:
    one = Group.objects.create(name="one")
    two = Group.objects.create(name="two", parent=one)
    Group.objects.filter(pk=one.pk).update(parent=two)
    tree = mappings.load_groups()
    assert [group.name for group in effective_groups([one.pk], tree)] == ["one", "two"]


def test_nobody_is_in_an_unknown_group() -> None:
    assert effective_groups([1, 2], GroupTree()) == ()
