"""Shapes of the resources: what is taken, what is answered, what is refused."""

from typing import Any

import pytest

from audit.models import Event
from providers.models import AccessToken, Client, Consent, Key, Session
from tests.api.conftest import Caller, token_for
from tests.conftest import MakeClient, MakeUser

pytestmark = pytest.mark.django_db

CREATED: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("users", {"username": "bob", "email": "bob@example.org", "given_name": "Bob"}, {"given_name": "Robert"}),
    ("groups", {"name": "sales", "metadata": {"floor": 3}}, {"metadata": {"floor": 4}}),
    ("organizations", {"key": "acme", "name": "ACME"}, {"name": "Acme"}),
    ("keys", {"name": "signing", "algorithm": "ES256"}, {"rotation_period": 0}),
    ("scopes", {"name": "team", "template": '{"team": "red"}'}, {"description": "Your team"}),
    ("assignments", {"name": "staff", "users": []}, {"name": "crew"}),
    ("providers", {"name": "partner"}, {"scopes_supported": ["openid"]}),
    ("clients", {"slug": "wiki", "client_id": "wiki", "redirect_uris": ["https://wiki.example.org/cb"]}, {"consent": "implicit"}),
)


@pytest.mark.parametrize(("name", "body", "change"), CREATED, ids=[name for name, _, _ in CREATED])
def test_a_thing_is_made_read_changed_and_removed(root: Caller, name: str, body: dict[str, Any], change: dict[str, Any]) -> None:
    made = root.post(f"/{name}/", body)
    assert made.status_code == 201, made.content
    item = made.json()
    address = f"/{name}/{item['slug'] if name == 'clients' else item['name'] if name == 'keys' else item['id']}/"
    assert {key: item[key] for key in body} == body
    changed = root.patch(address, change)
    assert changed.status_code == 200, changed.content
    assert {key: changed.json()[key] for key in change} == change
    assert root.get(address).json() == changed.json()
    assert root.get(f"/{name}/").json()["results"][-1] == changed.json()
    assert root.delete(address).status_code == 204
    assert root.get(address).status_code == 404


@pytest.mark.parametrize(("name", "body", "change"), CREATED, ids=[name for name, _, _ in CREATED])
def test_every_write_leaves_an_event_of_the_caller(root: Caller, name: str, body: dict[str, Any], change: dict[str, Any]) -> None:
    root.post(f"/{name}/", body)
    event = Event.objects.order_by("-id").first()
    assert event is not None
    assert event.kind.endswith(".created")
    assert event.actor == "root"


@pytest.mark.parametrize(("name", "body", "change"), CREATED, ids=[name for name, _, _ in CREATED])
def test_an_unknown_member_is_refused_by_name(root: Caller, name: str, body: dict[str, Any], change: dict[str, Any]) -> None:
    answer = root.post(f"/{name}/", {**body, "colour": "red"})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"]["colour"]


def test_trusted_fields_of_configuration_files_are_not_taken(root: Caller) -> None:
    assert root.post("/users/", {"username": "bob", "password_hash": "md5$x$y"}).json()["errors"]["password_hash"]
    assert root.post("/users/", {"username": "bob", "sub": "chosen"}).json()["errors"]["sub"]
    assert root.post("/keys/", {"name": "k", "signing_keys": []}).json()["errors"]["signing_keys"]


def test_a_body_that_is_no_object_is_refused(root: Caller) -> None:
    assert root.post("/groups/", ["sales"]).status_code == 400


def test_messages_of_the_service_stand_at_their_fields(root: Caller) -> None:
    answer = root.post("/clients/", {"slug": "wiki", "redirect_uris": ["https://*.example.org/"], "assignments": ["nobody"]})
    assert answer.status_code == 400
    assert {"assignments", "redirect_uris"} <= set(answer.json()["errors"])


def test_clients_are_found_by_client_id(root: Caller, make_client: MakeClient) -> None:
    make_client("shop")
    make_client("wiki")
    assert [item["slug"] for item in root.get("/clients/?client_id=wiki").json()["results"]] == ["wiki"]


def test_users_are_found_by_any_spelling_of_their_name(root: Caller, make_user: MakeUser) -> None:
    make_user("alice")
    assert [item["username"] for item in root.get("/users/?username=ALICE").json()["results"]] == ["alice"]


def test_things_of_the_product_are_hidden(root: Caller) -> None:
    assert root.get("/scopes/").json()["results"] == []
    assert root.get("/clients/gatehouse-api/").status_code == 404
    assert [item["slug"] for item in root.get("/clients/").json()["results"]] == []


def test_a_key_is_rotated_by_name(root: Caller) -> None:
    answer = root.post("/keys/default/rotate/")
    assert answer.status_code == 200
    assert answer.json()["signs_from"]
    assert Event.objects.filter(kind="key.rotated", actor="root").exists()


def test_a_rotated_secret_is_answered_once_and_the_old_one_lives_on(root: Caller, make_client: MakeClient) -> None:
    client = make_client("shop")
    answer = root.post("/clients/shop/rotate-secret/", {"overlap": 60})
    assert answer.status_code == 200
    assert len(answer.json()["client_secret"]) >= 43
    assert client.secrets.count() == 2
    assert root.post("/clients/shop/rotate-secret/", {"overlap": -1}).status_code == 400


def test_a_session_ends_with_its_tokens(root: Caller, make_user: MakeUser) -> None:
    user = make_user("alice")
    token = token_for(user)
    session = Session.objects.create(sid="s1", user=user, auth_time=user.created_at)
    row = AccessToken.objects.get(user=user)
    row.authorization.session, row.authorization.offline = session, False
    row.authorization.save()
    assert [item["sid"] for item in root.get("/sessions/?user=alice").json()["results"]] == ["s1"]
    assert Caller(token).get("/users/").status_code == 403
    assert root.delete(f"/sessions/{session.pk}/").status_code == 204
    assert Caller(token).get("/users/").status_code == 401


def test_a_consent_is_taken_back_with_its_tokens(root: Caller, make_user: MakeUser) -> None:
    user = make_user("alice")
    token = token_for(user)
    consent = Consent.objects.create(user=user, client=Client.objects.get(), scope="gatehouse/api")
    assert root.get("/consents/?username=alice").json()["results"][0]["client_id"] == "gatehouse-api"
    assert root.delete(f"/consents/{consent.pk}/").status_code == 204
    assert Caller(token).get("/users/").status_code == 401


def test_a_token_is_revoked(root: Caller, make_user: MakeUser) -> None:
    token = token_for(make_user("alice"))
    (item,) = root.get("/tokens/?user=alice").json()["results"]
    assert item["token_type"] == "access_token"
    assert root.delete(f"/tokens/{item['id']}/").status_code == 204
    assert root.get(f"/tokens/{item['id']}/").json()["revoked_at"]
    assert Caller(token).get("/users/").status_code == 401


def test_refresh_tokens_are_listed_when_asked_for(root: Caller) -> None:
    assert root.get("/tokens/?token_type=refresh_token").json()["results"] == []
    assert root.get("/tokens/refresh-1/").status_code == 404
    assert root.get("/tokens/1/").status_code == 404


def test_events_come_newest_first_and_stay(root: Caller, make_user: MakeUser) -> None:
    make_user("alice")
    make_user("bob")
    events = root.get("/events/?kind=user.created").json()["results"]
    assert [event["subject"] for event in events] == ["bob", "alice", "root"]
    assert root.delete(f"/events/{events[0]['id']}/").status_code == 405
    assert root.patch(f"/events/{events[0]['id']}/", {"kind": "x"}).status_code == 405


def test_put_is_not_offered(root: Caller) -> None:
    assert root("put", "/keys/default/", {"name": "default"}).status_code == 405


def test_an_unknown_path_is_a_problem_not_a_page(stranger: Caller) -> None:
    answer = stranger.get("/policies/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_a_disabled_user_loses_everything_at_once(root: Caller, make_user: MakeUser) -> None:
    token = token_for(make_user("alice"))
    (alice,) = root.get("/users/?username=alice").json()["results"]
    assert root.patch(f"/users/{alice['id']}/", {"disabled": True}).json()["disabled"] is True
    assert Caller(token).get("/users/").status_code == 401


def test_a_name_made_of_digits_wins_over_an_id(root: Caller) -> None:
    other = Key.objects.get(name="default")
    root.post("/keys/", {"name": str(other.pk), "algorithm": "ES256"})
    assert root.get(f"/keys/{other.pk}/").json()["algorithm"] == "ES256"
