"""Secrets, hashes and private keys never leave the API after creation (catalogue row 223)."""

import json

import pytest
from django.test import Client as Browser

from idp.api.router import RESOURCES
from idp.bootstrap import ensure_api_client
from providers.models import AccessToken, ClientSecret, SigningKey
from providers.services import secrets
from tests.api.conftest import Caller
from tests.conftest import SECRET, MakeClient, MakeUser

pytestmark = [pytest.mark.django_db, pytest.mark.row(223)]

COLLECTIONS = tuple(name for name, _ in RESOURCES)


def test_a_minted_secret_is_shown_at_creation_and_never_again(root: Caller) -> None:
    made = root.post("/clients/", {"slug": "wiki", "redirect_uris": ["https://wiki.example.org/cb"]}).json()
    secret = secrets.reveal(ClientSecret.objects.get())
    assert made["client_secret"] == secret
    for path in ("/clients/", "/clients/wiki/", "/events/"):
        assert secret not in root.get(path).content.decode()
    assert "client_secret" not in root.get("/clients/wiki/").json()
    assert "client_secret" not in root.patch("/clients/wiki/", {"client_name": "Wiki"}).json()


def test_a_secret_that_was_handed_in_is_not_repeated(root: Caller) -> None:
    made = root.post("/clients/", {"slug": "wiki", "client_secret": SECRET, "redirect_uris": ["https://wiki.example.org/cb"]})
    assert made.status_code == 201
    assert SECRET not in made.content.decode()


def test_no_collection_shows_what_protects_something(root: Caller, make_client: MakeClient, make_user: MakeUser) -> None:
    make_client("shop")
    alice = make_user("alice", password="correct horse battery staple 7")
    hidden = [
        SECRET,
        alice.password,
        secrets.digest(SECRET).hex(),
        *AccessToken.objects.values_list("token_checksum", flat=True),
        *[secrets.reveal(row) for row in ClientSecret.objects.all()],
    ]
    text = "".join(root.get(f"/{name}/").content.decode() for name in COLLECTIONS)
    assert not [value for value in hidden if value in text]
    for name in ("password", "private", "ciphertext", "digest", "checksum", "session_key", '"d"'):
        assert name not in text.replace("password_changed", "")


def test_keys_show_their_public_half_alone(root: Caller) -> None:
    (pair, _) = root.get("/keys/default/").json()["key_pairs"]
    assert set(pair["public_jwk"]) == {"kty", "n", "e", "kid", "use", "alg"}
    assert SigningKey.objects.filter(kid=pair["kid"]).exists()


def test_a_password_is_taken_and_not_shown(root: Caller) -> None:
    made = root.post("/users/", {"username": "bob", "password": "correct horse battery staple 7"})
    assert made.status_code == 201
    assert "password" not in made.json()


def test_the_session_cookie_of_a_stranger_reveals_nothing(instance: None) -> None:
    ensure_api_client()
    answer = Browser().get("/api/v1/clients/", headers={"Cookie": "idp-session=" + "x" * 5000})
    assert answer.status_code == 401
    assert "results" not in json.loads(answer.content)
