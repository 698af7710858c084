"""The rules of writing groups, organizations and projects."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Group, Project
from accounts.services import groups, organizations, projects, users
from providers.models import Registry

pytestmark = pytest.mark.django_db


def create(name, **fields):
    return groups.create({"name": name, **fields}, actor="test")


def test_a_group_cannot_stand_inside_itself():
    outer, middle = create("outer"), create("middle", parent="outer")
    create("inner", parent="middle")
    for group, parent in ((outer, "inner"), (outer, "outer"), (middle, "inner")):
        with pytest.raises(ValidationError) as caught:
            groups.update(group, {"parent": parent}, actor="test")
        assert list(caught.value.message_dict) == ["parent"]


def test_an_unknown_parent_is_refused():
    with pytest.raises(ValidationError):
        create("inner", parent="missing")


def test_a_group_with_others_inside_stays():
    outer = create("outer")
    create("inner", parent="outer")
    with pytest.raises(ValidationError):
        groups.delete(outer, actor="test")
    assert Group.objects.count() == 2


def test_a_change_reaches_every_process():
    before = Registry.objects.filter(pk=1).values_list("version", flat=True).first() or 0
    groups.update(create("one"), {"metadata": {"a": "b"}}, actor="test")
    assert Registry.objects.get(pk=1).version > before


def test_members_are_named_by_any_spelling():
    users.create({"username": "Alice"}, actor="test")
    group = create("one", members=["aLICE"])
    assert list(group.users.values_list("username", flat=True)) == ["Alice"]


def test_an_unknown_member_makes_no_group():
    with pytest.raises(ValidationError) as caught:
        create("one", members=["nobody"])
    assert list(caught.value.message_dict) == ["members"]
    assert not Group.objects.exists()


def test_an_organization_brings_its_projects():
    organization = organizations.create({"name": "acme", "projects": [{"key": "web"}]}, actor="test")
    assert str(Project.objects.get()) == "acme/web"
    organizations.update(organization, {"projects": [{"key": "web", "name": "Web"}, {"key": "app"}]}, actor="test")
    assert [project["key"] for project in organizations.read(organization)["projects"]] == ["app", "web"]


def test_a_bad_project_makes_no_organization():
    with pytest.raises(ValidationError) as caught:
        organizations.create({"key": "acme", "projects": [{"key": "Not A Key"}]}, actor="test")
    assert list(caught.value.message_dict) == ["projects"]


def test_keys_stay_what_they_are():
    organization = organizations.create({"key": "acme"}, actor="test")
    with pytest.raises(ValidationError):
        organizations.update(organization, {"key": "other"}, actor="test")


def test_a_project_needs_its_organization():
    with pytest.raises(ValidationError) as caught:
        projects.create({"organization": "missing", "key": "web"}, actor="test")
    assert list(caught.value.message_dict) == ["organization"]
