"""What the first start makes, and that every other start leaves it."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client as Web
from django.utils import timezone

from accounts.models import Organization, Project, User
from accounts.services import users
from audit.models import Event
from idp import demo
from idp.bootstrap import BootstrapError, bootstrap
from idp.configuration.export import export
from providers.models import AccessToken, Client
from providers.services import clients, tokens

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("instance")]
TOKEN = "an-operators-token-of-some-length"


@pytest.fixture
def configured(settings):
    """Start with other values of the environment."""

    def configure(**values):
        settings.IDP = replace(settings.IDP, **values)

    return configure


def may_manage(token):
    return Web().get("/api/v1/users/", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 200


def test_the_password_is_told_once():
    first, second = bootstrap(), bootstrap()
    assert User.objects.get(username="admin").check_password(first.password)
    assert (first.administrator, second.administrator, second.password) == ("admin", "admin", "")


def test_a_chosen_password_is_never_told(configured):
    configured(bootstrap_password="chosen", bootstrap_username="root", bootstrap_email="root@example.org")
    result = bootstrap()
    root = User.objects.get(is_superuser=True)
    assert (result.password, root.username, root.email, root.check_password("chosen")) == ("", "root", "root@example.org", True)


def test_another_administrator_is_enough(configured):
    users.create({"username": "chief", "superuser": True}, actor="test")
    configured(bootstrap_username="admin")
    assert bootstrap().administrator == "chief"


def test_a_name_that_cannot_be_is_one_clear_line(configured):
    configured(bootstrap_username="a b")
    with pytest.raises(BootstrapError, match="IDP_BOOTSTRAP"):
        bootstrap()


def test_starting_again_changes_nothing(configured):
    configured(bootstrap_token=TOKEN)
    bootstrap()
    before, events, versions = export(secrets=True), Event.objects.count(), list(Client.objects.values_list("pk", "version"))
    bootstrap()
    assert export(secrets=True) == before
    assert (Event.objects.count(), list(Client.objects.values_list("pk", "version"))) == (events, versions)


def test_the_token_is_good_at_the_management_api_and_kept_as_a_hash(configured):
    configured(bootstrap_token=TOKEN)
    bootstrap()
    row = AccessToken.objects.get()
    assert (row.token_checksum, row.expires > timezone.now() + timedelta(days=3650)) == (hashlib.sha256(TOKEN.encode()).hexdigest(), True)
    assert may_manage(TOKEN)
    assert not may_manage(TOKEN + "x")


def test_a_new_token_takes_the_place_of_the_old_one(configured):
    configured(bootstrap_token=TOKEN)
    bootstrap()
    configured(bootstrap_token="another-token")
    bootstrap()
    assert AccessToken.objects.count() == 1
    configured(bootstrap_token="")
    bootstrap()
    assert not AccessToken.objects.exists()


def test_the_token_survives_a_new_password_of_its_administrator(configured):
    configured(bootstrap_token=TOKEN)
    bootstrap()
    users.update(User.objects.get(username="admin"), {"password": "a-long-Password-of-1866"}, actor="test")
    assert may_manage(TOKEN)


def test_a_token_that_was_ended_is_made_again(configured):
    configured(bootstrap_token=TOKEN)
    bootstrap()
    tokens.revoke(AccessToken.objects.get().authorization, actor="test")
    bootstrap()
    assert may_manage(TOKEN)


def test_the_demo_has_a_person_with_every_claim_and_a_client():
    bootstrap()
    shown = users.read(User.objects.get(username=demo.USERNAME))
    assert all(shown[name] for name in shown if name not in ("disabled", "staff", "superuser"))
    assert clients.read(Client.objects.get(slug=demo.CLIENT))["redirect_uris"] == ["http://localhost:8000/playground/callback"]
    assert (Organization.objects.get().key, Project.objects.get().key) == ("iam-admins", "iam-admins")


def test_the_demo_follows_the_base_url(settings):
    bootstrap()
    settings.BASE_URL = "https://login.example.org"
    bootstrap()
    assert Client.objects.get(slug=demo.CLIENT).redirect_uris == "https://login.example.org/playground/callback"


def test_somebody_who_was_removed_stays_removed():
    bootstrap()
    users.delete(User.objects.get(username=demo.USERNAME), actor="test")
    bootstrap()
    assert not User.objects.filter(username=demo.USERNAME).exists()


def test_with_the_demo_off_nobody_signs_in_with_the_published_password(configured):
    bootstrap()
    configured(demo=False)
    bootstrap()
    assert not User.objects.get(username=demo.USERNAME).is_active
    assert Client.objects.get(slug=demo.CLIENT).disabled


def test_without_the_demo_there_is_none_of_it(configured):
    configured(demo=False)
    bootstrap()
    assert not User.objects.filter(username=demo.USERNAME).exists()
    assert not Client.objects.exists()
