"""The command line: what it prints, what it refuses, and in how many lines."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from idp.management.commands.tokens import instant
from providers.models import Authorization, Client, Replay
from providers.services import clients, secrets

pytestmark = pytest.mark.django_db


def test_apply_says_what_changed(idp, tmp_path):
    file = tmp_path / "configuration.yaml"
    file.write_text("groups:\n- {name: engineering}\n")
    assert idp("apply", "-f", str(file)).out.splitlines()[0] == "+ groups engineering"
    assert idp("apply", "-f", str(file)).out == "nothing to change\n"
    file.write_text("groups:\n- {name: engineering, metadata: {a: b}}\n")
    assert "would change" in idp("apply", "-f", str(file), "--dry-run").out
    assert "metadata" in idp("apply", "-f", str(file)).out


def test_apply_names_file_and_line(idp, tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text("groups:\n- name: a\n  colour: red\n")
    outcome = idp("apply", "-f", str(file))
    assert outcome.code == 1
    assert outcome.error == f"{file}: line 3: group “a”: colour: There is no such field."


def test_apply_reads_standard_input(idp):
    assert idp("apply", "-f", "-", given=json.dumps({"groups": [{"name": "a"}]})).code == 0


@pytest.mark.parametrize("name", ["/nowhere/at/all", "/"])
def test_apply_without_a_file_is_one_line(idp, name):
    outcome = idp("apply", "-f", name)
    assert (outcome.code, outcome.error.count("\n")) == (1, 0)


def test_export_prints_nothing_but_the_file(idp, tmp_path):
    assert set(yaml.safe_load(idp("export").out)) == {"keys"}
    file = tmp_path / "export.yaml"
    assert idp("export", "--with-secrets", "-o", str(file)).out == ""
    assert file.stat().st_mode & 0o077 == 0
    assert "private_jwk" in file.read_text()


def test_keys_rotate_says_when(idp):
    assert "signs from" in idp("keys", "rotate", "--key", "default").out
    assert idp("keys", "rotate", "--key", "missing").code == 1
    assert "active" in idp("keys", "list").out


def test_client_create_prints_its_secret_once(idp):
    out = idp("client", "create", "shop", "--client-name", "Shop", "--redirect-uris", "https://a.example/cb", "--require-pkce", "true").out
    client = Client.objects.get()
    assert f"client_secret: {secrets.reveal(client.secrets.get())}\n" in out
    assert (client.client_name, client.redirect_uris, client.require_pkce) == ("Shop", "https://a.example/cb", True)
    assert "client_secret" not in idp("client", "create", "tool", "--public").out
    assert [line.split()[0] for line in idp("client", "list").out.splitlines()] == ["shop", "tool"]


def test_client_create_refuses_in_one_line(idp):
    outcome = idp("client", "create", "shop", "--redirect-uris", "javascript:x", "--scope", 'a"b')
    assert (outcome.code, outcome.error.count("\n"), "redirect_uris" in outcome.error, "scope" in outcome.error) == (1, 0, True, True)


def test_a_secret_is_rotated_with_overlap(idp):
    client = clients.create({"slug": "shop"}, actor="test")
    new = idp("client", "rotate-secret", "shop", "--overlap", "60").out.split()[-1]
    assert [secrets.reveal(row) for row in secrets.live(client)] == [new, client.minted_secret]
    assert idp("client", "rotate-secret", "missing").code == 1


def test_user_create_takes_the_password_from_standard_input(idp):
    assert idp("user", "create", "alice", "--password-stdin", "--staff", given="a-long-Password-of-1865\n").code == 0
    alice = User.objects.get()
    assert (alice.check_password("a-long-Password-of-1865"), alice.is_staff, alice.is_superuser) == (True, True, False)
    assert "alice  -  staff  enabled" in idp("user", "list").out


def test_a_generated_password_is_printed(idp):
    password = idp("user", "create", "alice", "--generate").out.split()[-1]
    assert User.objects.get().check_password(password)
    password = idp("user", "set-password", "ALICE", "--generate").out.split()[-1]
    assert User.objects.get().check_password(password)


def test_a_weak_password_is_refused(idp):
    outcome = idp("user", "create", "alice", "--password-stdin", given="short\n")
    assert (outcome.code, User.objects.count()) == (1, 0)


def test_somebody_is_disabled(idp):
    idp("user", "create", "alice", "--generate")
    idp("user", "disable", "alice")
    assert not User.objects.get().is_active
    assert idp("user", "disable", "nobody").code == 1


def test_tokens_of_before_are_ended(idp, alice, make_client):
    Authorization.objects.create(user=alice, client=make_client(), issuer="", grant_type="authorization_code")
    assert idp("tokens", "revoke", "--issued-before", "2000-01-01").out == "0 ended\n"
    assert idp("tokens", "revoke", "--issued-before", "now").out == "1 ended\n"


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30", "2026-13-01T00:00:00Z"])
def test_what_is_no_instant_is_refused(text):
    with pytest.raises(ValidationError):
        instant(text)


@pytest.mark.parametrize("text", ["2026-01-31", "2026-01-31T00:00:00", "2026-01-31T00:00:00Z", "2026-01-31T01:00:00+01:00"])
def test_instants_are_utc_unless_they_say_otherwise(text):
    assert instant(text) == datetime(2026, 1, 31, tzinfo=UTC)


def test_clean_tells_how_many(idp):
    Replay.objects.create(digest=b"x", expires_at=timezone.now() - timedelta(seconds=1))
    assert idp("clean").out == "1 removed\n"


def test_doctor_is_content_with_a_fresh_instance(idp):
    idp("user", "create", "admin", "--generate", "--superuser")
    outcome = idp("doctor")
    assert (outcome.code, "error" in outcome.out, "warning" in outcome.out) == (0, False, False)


def test_doctor_warns_of_short_secrets_and_open_redirects(idp):
    idp("user", "create", "admin", "--generate", "--superuser")
    clients.create({"slug": "shop", "client_secret": "short", "redirect_uris": ["http://app.example.org/cb"]}, actor="test")
    outcome = idp("doctor")
    assert (outcome.code, outcome.out.count("warning"), outcome.out.count("shop")) == (0, 2, 2)


def test_doctor_ends_with_an_error_when_something_is_wrong(idp):
    outcome = idp("doctor")
    assert (outcome.code, "no active administrator" in outcome.out) == (1, True)


def test_doctor_finds_that_the_encryption_keys_are_others(idp, settings):
    idp("user", "create", "admin", "--generate", "--superuser")
    clients.create({"slug": "shop"}, actor="test")
    settings.IDP = replace(settings.IDP, encryption_keys=(bytes(32),))
    outcome = idp("doctor")
    assert (outcome.code, outcome.out.count("IDP_ENCRYPTION_KEYS")) == (1, 2)


def test_doctor_finds_passwords_in_the_open(idp, settings):
    idp("user", "create", "admin", "--generate", "--superuser")
    settings.BASE_URL = "http://login.example.org"
    outcome = idp("doctor")
    assert (outcome.code, "use https" in outcome.out) == (1, True)
