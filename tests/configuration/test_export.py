"""`idp export`: the same bytes for the same state; with secrets, a fresh instance from them."""

import json

import pytest
import yaml
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Group, Organization, User
from accounts.services import users
from idp.configuration.apply import apply
from idp.configuration.export import export
from providers.models import Application, Client, Key, Provider
from providers.services import clients
from scopes.models import Assignment, ScopeMapping

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("instance")]
EVERYTHING = (Client, Application, Provider, Key, Assignment, ScopeMapping, Organization, User, Group)


def wipe():
    for model in EVERYTHING:
        model._default_manager.all().delete()


def test_without_secrets_there_are_none(sample):
    apply(json.dumps(sample))
    written = export()
    for secret in ("demo-secret", "top-secret", "password", "private_jwk", "sub:"):
        assert secret not in written.replace("grant_types", "")


def test_with_secrets_a_fresh_instance_is_the_same(sample):
    apply(json.dumps(sample))
    written = export(secrets=True)
    wipe()
    apply(written)
    assert export(secrets=True) == written
    assert User.objects.get(username="alice").check_password("alice-password")


def test_what_is_built_in_and_the_demo_are_left_out():
    clients.create({"slug": "playground"}, actor="test", managed=True)
    users.create({"username": "demo"}, actor="test")
    assert set(yaml.safe_load(export())) == {"keys"}


def test_there_are_no_ids_and_no_instants(sample):
    apply(json.dumps(sample))
    assert not {"id", "pk", "uuid", "created_at", "updated_at"} & _names(yaml.safe_load(export(secrets=True)))


def _names(value):
    if isinstance(value, dict):
        return set(value) | {name for inner in value.values() for name in _names(inner)}
    return {name for inner in value for name in _names(inner)} if isinstance(value, list) else set()


TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=20)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-(2.0**52), 2.0**52) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=TEXT, attributes=st.dictionaries(TEXT, VALUE, max_size=4))
def test_any_text_and_any_attribute_comes_back(name, attributes):
    with transaction.atomic():
        user = users.create({"username": "anybody", "name": name, "attributes": attributes}, actor="test")
        held = users.read(User.objects.get(pk=user.pk), secrets=True)
        written = export(secrets=True)
        user.delete()
        apply(written)
        assert users.read(User.objects.get(username="anybody"), secrets=True) == held
        assert export(secrets=True) == written
        transaction.set_rollback(True)
