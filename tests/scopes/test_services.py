"""The rules of writing scope mappings and assignments."""

import pytest
from django.core.exceptions import ValidationError

from accounts.services import groups, users
from providers.services import clients
from scopes.models import ScopeMapping
from scopes.services import assignments, ensure_allow_all, ensure_builtin, mappings

pytestmark = pytest.mark.django_db


def create(name="teams", **fields):
    return mappings.create({"name": name, **fields}, actor="test")


@pytest.mark.parametrize("fields", [{}, {"template": "{}", "constant": {}}])
def test_a_mapping_has_exactly_one_source(fields):
    with pytest.raises(ValidationError):
        create(**fields)


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("template", '{"a": {{nothing.known}}}'),
        ("template", "{"),
        ("expression", "1 +"),
        ("constant", {"iss": "x"}),
        ("groups", {"by": "colour"}),
    ],
)
def test_a_source_that_does_not_compile_is_refused_at_its_field(kind, source):
    with pytest.raises(ValidationError) as caught:
        create(**{kind: source})
    assert list(caught.value.message_dict) == [kind]
    assert not ScopeMapping.objects.exists()


def test_a_scope_name_follows_the_grammar():
    with pytest.raises(ValidationError) as caught:
        create(scope_name="two words", template="{}")
    assert list(caught.value.message_dict) == ["scope_name"]


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("template", '{"teams": {{identity.entity.groups.names}}}'),
        ("attribute", "department"),
        ("attribute", {"unit": "attributes.department"}),
        ("constant", {"b": 1, "a": [True, None]}),
        ("groups", {"claim": "roles"}),
    ],
)
def test_a_source_is_shown_as_it_was_given(kind, source):
    mapping = create(**{kind: source})
    assert mappings.read(mapping)[kind] == source
    assert mappings.read(mappings.update(mapping, {kind: source}, actor="test"))[kind] == source


def test_another_kind_of_source_takes_the_place_of_the_first():
    mapping = mappings.update(create(template="{}"), {"constant": {"a": 1}}, actor="test")
    assert (mappings.read(mapping)["constant"], "template" in mappings.read(mapping)) == ({"a": 1}, False)


def test_the_standard_scopes_are_made_once_and_stay():
    ensure_builtin()
    ensure_builtin()
    openid = ScopeMapping.objects.get(scope_name="openid")
    with pytest.raises(ValidationError):
        mappings.update(openid, {"description": "x"}, actor="test")
    with pytest.raises(ValidationError):
        mappings.delete(openid, actor="test")
    assert ScopeMapping.objects.filter(managed=True).count() == len(mappings.BUILTIN)


def test_an_assignment_names_people_and_groups():
    users.create({"username": "alice"}, actor="test")
    groups.create({"name": "engineering"}, actor="test")
    assignment = assignments.create({"name": "staff", "users": ["ALICE"], "groups": ["engineering"]}, actor="test")
    assert assignments.read(assignment) == {"name": "staff", "users": ["alice"], "groups": ["engineering"]}


def test_strangers_in_an_assignment_are_named():
    with pytest.raises(ValidationError) as caught:
        assignments.create({"name": "staff", "users": ["nobody"], "groups": ["nowhere"]}, actor="test")
    assert set(caught.value.message_dict) == {"users", "groups"}


def test_removing_an_assignment_never_opens_a_client():
    assignment = assignments.create({"name": "staff"}, actor="test")
    clients.create({"slug": "shop", "assignments": ["staff"]}, actor="test")
    with pytest.raises(ValidationError):
        assignments.delete(assignment, actor="test")


def test_everyone_is_built_in():
    ensure_allow_all()
    ensure_allow_all()
    with pytest.raises(ValidationError):
        assignments.delete(assignments.find(assignments.ALLOW_ALL), actor="test")
