"""Admin pages: who gets in, what is shown, what is never shown, what saving does."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from unfold.admin import ModelAdmin

from accounts.models import Group, User
from audit.models import Event
from providers import models as kept
from providers.models import Client, ClientSecret, Key, Registry, SigningKey
from providers.services import secrets
from scopes.models import ScopeMapping
from tests.conftest import SECRET, MakeClient, MakeUser
from tests.staff import signed_in

pytestmark = pytest.mark.django_db

ADMINS = sorted(admin.site._registry.items(), key=lambda entry: entry[0]._meta.label)


@pytest.fixture
def root(make_user: MakeUser) -> User:
    return make_user("root", superuser=True, staff=True)


@pytest.fixture
def browser(root: User) -> Browser:
    return signed_in(root)


@pytest.fixture
def kept_rows(root: User, make_client: MakeClient, make_user: MakeUser) -> list[str]:
    """One row of everything; returns what must never be rendered."""
    client, alice, now = make_client("shop"), make_user("alice"), timezone.now()
    later, secret_bytes = now + timedelta(hours=1), bytes.fromhex("feedfacecafebeef" * 4)
    session = kept.Session.objects.create(sid="a-sid", user=alice, session_key="secret-session-key", auth_time=now)
    authorization = kept.Authorization.objects.create(
        user=alice, client=client, session=session, issuer="", grant_type="test", nonce="the-nonce"
    )
    shared: dict[str, Any] = {"user": alice, "application": client, "authorization": authorization}
    kept.AccessToken.objects.create(**shared, token_checksum="c" * 64, expires=later, grant_type="test", issuer="", jti="the-jti-of-it")
    kept.RefreshToken.objects.create(**shared, token_checksum="d" * 64, expires_at=later, salt=b"salt-of-the-token", pepper_kid="1")
    kept.AuthorizationCode.objects.create(
        application=client,
        authorization=authorization,
        code_hash=secret_bytes,
        expires=later,
        redirect_uri="https://rp.example/cb",
        code_challenge="c-h",
    )
    kept.Consent.objects.create(user=alice, client=client, scope="openid")
    kept.AuthorizationRequest.objects.create(
        id="pending-request-id", browser_hash=secret_bytes, client=client, issuer="", parameters={"state": "the-state"}, expires_at=later
    )
    kept.Replay.objects.create(digest=secret_bytes, expires_at=later)
    kept.Limit.objects.create(bucket=secret_bytes[:16], expires_at=later)
    UserSession.objects.create(user=alice, session_key="other-session-key", ip="192.0.2.7", user_agent="Firefox")
    Authenticator.objects.create(user=alice, type="totp", data={"secret": "sealed-totp-secret"})
    private = SigningKey.objects.all()[0].private_ciphertext
    return [
        *(SECRET, secrets.reveal(ClientSecret.objects.get()), secrets.digest(SECRET).hex(), alice.password, root.password),
        *("secret-session-key", "other-session-key", "c" * 64, "d" * 64, "salt-of-the-token", "the-jti-of-it", "the-nonce", "the-state"),
        *(secret_bytes.hex(), repr(secret_bytes), "feedface", bytes(private).hex()[:40], "sealed-totp-secret", "pending-request-id"),
    ]


@pytest.mark.row(223)
def test_no_page_renders_a_secret_a_hash_or_a_private_key(browser: Browser, kept_rows: list[str]) -> None:
    for model, page in ADMINS:
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        texts = [browser.get(reverse(f"{base}_changelist"), {"q": "x"}), browser.get(reverse(f"{base}_changelist"))]
        if page.list_display_links is not None:
            texts += [
                browser.get(reverse(f"{base}_{view}", args=[row.pk]))
                for row in model._default_manager.all()
                for view in ("change", "history")
            ]
        for answer in texts:
            assert answer.status_code == 200, f"{model} {answer.status_code}"
            found = [value for value in kept_rows if value in answer.content.decode()]
            assert not found, f"{model._meta.label}: {found}"


def test_every_model_of_ours_has_a_page(instance: None) -> None:
    registered = {model for model, _ in ADMINS}
    missing = {getattr(kept, name) for name in kept.__all__} - registered
    # Parts of a page of something else, and one counter.
    assert missing == {ClientSecret, SigningKey, Registry}
    assert all(isinstance(page, ModelAdmin) for _, page in ADMINS)


def test_every_add_form_opens(browser: Browser, instance: None) -> None:
    for model, _ in ADMINS:
        status = browser.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")).status_code
        assert status in {200, 403}, model


@pytest.mark.row(218)
def test_strangers_are_sent_to_the_login_and_others_are_told_no(instance: None, make_user: MakeUser) -> None:
    for address in ("/admin/", "/admin/accounts/user/", "/admin/providers/client/add/"):
        assert Browser().get(address).headers["Location"].startswith(("/admin/login/", "/accounts/login/"))
    plain = signed_in(make_user("plain"))
    assert plain.get("/admin/").status_code == 302
    assert plain.get("/admin/accounts/user/").status_code == 302


@pytest.mark.row(218)
def test_staff_see_what_they_may_see(make_user: MakeUser, make_client: MakeClient) -> None:
    client, viewer = make_client("shop"), make_user("viewer", staff=True)
    group = Group.objects.create(name="viewers")
    group.permissions.set(Permission.objects.filter(codename="view_client"))
    viewer.groups.add(group)
    browser = signed_in(viewer)
    assert browser.get("/admin/providers/client/").status_code == 200
    assert browser.get(f"/admin/providers/client/{client.pk}/change/").status_code == 200
    assert browser.post(f"/admin/providers/client/{client.pk}/change/", {"client_name": "Mine"}).status_code == 403
    assert browser.get("/admin/providers/client/add/").status_code == 403
    assert browser.get("/admin/accounts/user/").status_code == 403
    browser.post("/admin/providers/client/", {"action": "rotate_secret", "_selected_action": [client.pk]})
    assert ClientSecret.objects.count() == 1


@pytest.mark.row(226)
def test_a_form_without_its_token_changes_nothing(root: User) -> None:
    assert signed_in(root, csrf=True).post("/admin/accounts/group/add/", {"name": "sales", "metadata": "{}"}).status_code == 403
    assert not Group.objects.exists()


def test_pages_load_nothing_from_elsewhere(browser: Browser, instance: None) -> None:
    for address in ("/admin/", "/admin/providers/client/", "/admin/providers/client/add/"):
        answer = browser.get(address)
        assert "https://" not in answer["Content-Security-Policy"]
        text = answer.content.decode()
        assert not [part for part in text.split('"') if part.startswith(("http://", "https://", "//")) and "w3.org" not in part]


def form_of(browser: Browser, address: str) -> dict[str, Any]:
    """What the form of a page would send unchanged."""
    page = browser.get(address).context
    form, values = page["adminform"].form, {}
    for inline in page["inline_admin_formsets"]:
        management = inline.formset.management_form
        values |= {f"{inline.formset.prefix}-{name}": management[name].value() or 0 for name in management.fields}
    for field in form:
        value = field.value()
        if isinstance(value, list | tuple):
            values[field.name] = [getattr(item, "pk", item) for item in value]
        elif value not in (None, False):
            values[field.name] = value
    return values


def test_adding_a_client_shows_its_secret_once_and_keeps_it_nowhere_in_clear(browser: Browser, instance: None) -> None:
    values = form_of(browser, "/admin/providers/client/add/")
    values |= {"slug": "wiki", "client_name": "Wiki", "redirect_uris": "https://wiki.example.org/cb"}
    answer = browser.post("/admin/providers/client/add/", values)
    assert "adminform" not in answer.context_data, answer.context["adminform"].form.errors
    secret = secrets.reveal(ClientSecret.objects.get())
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    client = Client.objects.get(slug="wiki")
    assert secret not in browser.get(f"/admin/providers/client/{client.pk}/change/").content.decode()
    assert secret not in str(dict(browser.session))
    assert Event.objects.filter(kind="client.created", actor="root").exists()


def test_saving_a_client_goes_through_its_service(browser: Browser, make_client: MakeClient) -> None:
    client = make_client("shop")
    address = f"/admin/providers/client/{client.pk}/change/"
    answer = browser.post(address, {**form_of(browser, address), "consent": "implicit"})
    assert answer.status_code == 302, answer.context["errors"]
    changed = Client.objects.get(slug="shop")
    assert (changed.consent, changed.version) == ("implicit", client.version + 1)
    event = Event.objects.filter(kind="client.changed", actor="root").get()
    assert event.data["changes"] == ["consent"]


def test_what_the_service_refuses_stands_at_the_field(browser: Browser, make_client: MakeClient) -> None:
    client = make_client("shop")
    address = f"/admin/providers/client/{client.pk}/change/"
    answer = browser.post(address, {**form_of(browser, address), "redirect_uris": "https://*.example.org/", "client_name": "New"})
    assert answer.status_code == 200
    assert "wildcard" in str(answer.context["adminform"].form.errors["redirect_uris"])
    assert Client.objects.get(slug="shop").client_name == client.client_name


def test_a_rotated_secret_is_shown_on_the_page_that_answers(browser: Browser, make_client: MakeClient) -> None:
    client = make_client("shop")
    answer = browser.post("/admin/providers/client/", {"action": "rotate_secret", "_selected_action": [client.pk]})
    assert secrets.reveal(ClientSecret.objects.order_by("-pk")[0]) in answer.content.decode()
    assert SECRET not in answer.content.decode()
    assert ClientSecret.objects.count() == 2


def test_clients_and_users_are_disabled_and_enabled(browser: Browser, make_client: MakeClient, make_user: MakeUser) -> None:
    client, alice = make_client("shop"), make_user("alice")
    for action, disabled in (("disable", True), ("enable", False)):
        browser.post("/admin/providers/client/", {"action": action, "_selected_action": [client.pk]})
        browser.post("/admin/accounts/user/", {"action": action, "_selected_action": [alice.pk]})
        assert Client.objects.get(slug="shop").disabled is disabled
        assert User.objects.get(pk=alice.pk).is_active is not disabled


def test_records_are_ended_not_edited(browser: Browser, kept_rows: list[str]) -> None:
    for name, action in (("accesstoken", "revoke"), ("refreshtoken", "revoke"), ("session", "end"), ("consent", "revoke")):
        row = getattr(kept, {"accesstoken": "AccessToken", "refreshtoken": "RefreshToken"}.get(name, name.title())).objects.get()
        assert browser.post(f"/admin/providers/{name}/{row.pk}/change/", {"scope": "admin"}).status_code == 403
        assert browser.post(f"/admin/providers/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
        assert browser.post(f"/admin/providers/{name}/", {"action": action, "_selected_action": [row.pk]}).status_code == 302
    assert kept.AccessToken.objects.get().revoked_at
    assert kept.Authorization.objects.get().revoked_at
    assert kept.Session.objects.get().ended_at
    assert not kept.Consent.objects.exists()
    assert browser.post(f"/admin/audit/event/{Event.objects.all()[0].pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_key_is_rotated(browser: Browser, instance: None) -> None:
    key = Key.objects.get(name="default")
    assert browser.post("/admin/providers/key/", {"action": "rotate", "_selected_action": [key.pk]}).status_code == 302
    assert Event.objects.filter(kind="key.rotated", actor="root").exists()


def test_a_user_is_made_with_a_password_that_follows_the_rules(browser: Browser, instance: None) -> None:
    values = {"username": "bob", "mail": "bob@example.org", "password": "short"}
    answer = browser.post("/admin/accounts/user/add/", values)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["password"]
    assert "short" not in answer.context["adminform"].form["password"].as_widget()
    answer = browser.post("/admin/accounts/user/add/", {**values, "password": "correct horse battery staple 7"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    bob = User.objects.get(username="bob")
    assert bob.check_password("correct horse battery staple 7")
    assert bob.email == "bob@example.org"
    assert not bob.is_superuser


def test_a_user_is_changed_field_by_field(browser: Browser, make_user: MakeUser) -> None:
    alice = make_user("alice", given_name="Alice", groups=("engineering",))
    address = f"/admin/accounts/user/{alice.pk}/change/"
    answer = browser.post(address, {**form_of(browser, address), "family_name": "Liddell"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    event = Event.objects.filter(kind="user.changed").get()
    assert event.data["changes"] == ["family_name"]
    assert list(User.objects.get(pk=alice.pk).groups.values_list("name", flat=True)) == ["engineering"]


@pytest.mark.row(221)
def test_staff_do_not_make_administrators(make_user: MakeUser) -> None:
    carol, boss = make_user("carol", staff=True), make_user("boss", staff=True, superuser=True)
    group = Group.objects.create(name="helpdesk")
    group.permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user", "delete_user", "view_group", "change_group"]))
    carol.groups.add(group)
    browser = signed_in(carol)
    for person, change in ((carol, {"superuser": "on"}), (boss, {"password": "correct horse battery staple 7"})):
        address = f"/admin/accounts/user/{person.pk}/change/"
        assert browser.post(address, {**form_of(browser, address), **change}).status_code == 403
    browser.post("/admin/accounts/user/", {"action": "disable", "_selected_action": [boss.pk]})
    assert browser.post(f"/admin/accounts/user/{boss.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.get(pk=boss.pk).is_active
    assert not User.objects.get(pk=carol.pk).is_superuser
    assert "permissions" not in form_of(browser, f"/admin/accounts/group/{group.pk}/change/")


def test_the_product_keeps_what_it_made(browser: Browser, instance: None) -> None:
    mapping = ScopeMapping.objects.get(name="standard profile")
    address = f"/admin/scopes/scopemapping/{mapping.pk}/"
    assert browser.get(f"{address}change/").status_code == 200
    assert browser.post(f"{address}change/", {"name": "mine"}).status_code == 403
    assert browser.post(f"{address}delete/", {"post": "yes"}).status_code == 403


def test_a_scope_is_made_and_its_source_is_checked(browser: Browser, instance: None) -> None:
    values = {"name": "team", "scope_name": "", "description": "Your team", "kind": "template", "source": "{"}
    answer = browser.post("/admin/scopes/scopemapping/add/", values)
    assert answer.context["adminform"].form.errors["source"]
    answer = browser.post("/admin/scopes/scopemapping/add/", {**values, "source": '{"team": "red"}'})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert ScopeMapping.objects.get(name="team").scope_name == "team"


def test_groups_carry_permissions_for_administrators_to_set(browser: Browser, instance: None) -> None:
    may = Permission.objects.get(codename="view_client")
    answer = browser.post("/admin/accounts/group/add/", {"name": "viewers", "metadata": "{}", "permissions": [may.pk]})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert list(Group.objects.get(name="viewers").permissions.all()) == [may]
