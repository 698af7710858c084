"""The rules of writing clients."""

import pytest
from django.core.exceptions import ValidationError
from jwcrypto.jwk import JWK

from accounts.services import organizations
from audit.models import Event
from providers.models import AccessToken, Application, Client, ClientSecret, Key
from providers.services import applications, clients, providers, secrets
from scopes.services import assignments

pytestmark = pytest.mark.django_db
SHORT = "top-secret"


def create(slug="shop", **fields):
    return clients.create({"slug": slug, **fields}, actor="test")


def refused(**fields):
    with pytest.raises(ValidationError) as caught:
        create(**fields)
    assert not Client.objects.exists()
    assert not Application.objects.exists()
    return set(caught.value.message_dict)


@pytest.mark.parametrize("slug", ["", "Shop", "a b", "-a", "a" * 64, "token", "userinfo", "jwks", "well-known", "ä"])
def test_a_slug_that_could_not_stand_in_an_address_is_refused(slug):
    assert refused(slug=slug) == {"slug"}


def test_a_slug_belongs_to_one_client():
    create()
    with pytest.raises(ValidationError):
        create()


def test_a_client_id_belongs_to_one_client_of_its_name_space():
    create(client_id="same")
    with pytest.raises(ValidationError):
        create("other", client_id="same")
    organizations.create({"key": "acme", "projects": [{"key": "web"}]}, actor="test")
    assert create("third", client_id="same", provider="acme/web").namespace == "iam:acme/web"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("redirect_uris", ["javascript:alert(1)"]),
        ("post_logout_redirect_uris", ["https://app.example.org/#x"]),
        ("allowed_origins", ["*"]),
        ("grant_types", ["telepathy"]),
        ("response_types", ["telepathy"]),
        ("response_types", ["code token"]),
        ("token_endpoint_auth_method", "telepathy"),
        ("security_profile", "fapi2"),
        ("sub_mode", "telepathy"),
        ("sub_mode", "attribute:"),
        ("scope", 'bad"scope'),
        ("scope", "wlcg.groups:bad"),
        ("jwks", {}),
        ("jwks", {"keys": []}),
        ("jwks", {"keys": [{"kty": "oct", "k": "AA"}]}),
        ("jwks", {"keys": ["x"]}),
        ("jwks_uri", "http://example.org/jwks"),
        ("logo_uri", "javascript:x"),
        ("backchannel_logout_uri", "https://10.0.0.1/"),
        ("code_challenge_methods", []),
        ("code_challenge_methods", ["S512"]),
        ("redirect_uri_matching", "regex"),
        ("access_token_lifetime", 0),
        ("assignments", ["missing"]),
        ("policies", ["missing"]),
        ("key", "missing"),
        ("provider", "missing"),
        ("provider", "missing/project"),
        ("id_token_signed_response_alg", "none"),
        ("id_token_encrypted_response_alg", "RSA-OAEP"),
        ("contacts", ["x"] * 101),
        ("managed", True),
        ("namespace", "vault"),
        ("version", 7),
    ],
)
def test_a_bad_field_makes_no_client(name, value):
    assert refused(**{name: value}) == {name}


def test_a_public_client_has_no_secret():
    assert refused(token_endpoint_auth_method="none", client_secret=SHORT) == {"client_secret"}
    client = create(token_endpoint_auth_method="none")
    assert (client.minted_secret, client.client_type, ClientSecret.objects.count()) == ("", "public", 0)


def test_a_public_client_cannot_act_for_itself():
    assert refused(token_endpoint_auth_method="none", grant_types=["client_credentials"]) == {"grant_types"}


@pytest.mark.parametrize(
    "fields",
    [
        {"id_token_signed_response_alg": "HS256"},
        {"userinfo_signed_response_alg": "HS512"},
        {"token_endpoint_auth_method": "client_secret_jwt"},
    ],
)
def test_a_secret_that_signs_is_long(fields):
    assert refused(client_secret=SHORT, **fields) == {"client_secret"}
    assert len(create(**fields).minted_secret) >= 43


def test_a_short_secret_stays_out_of_signing_later_too():
    client = create(client_secret=SHORT)
    with pytest.raises(ValidationError):
        clients.update(client, {"id_token_signed_response_alg": "HS256"}, actor="test")


def test_private_key_jwt_needs_public_keys():
    assert refused(token_endpoint_auth_method="private_key_jwt") == {"jwks"}
    pair = JWK.generate(kty="EC", crv="P-256")
    assert refused(token_endpoint_auth_method="private_key_jwt", jwks={"keys": [pair.export_private(as_dict=True)]}) == {"jwks"}
    client = create(token_endpoint_auth_method="private_key_jwt", jwks={"keys": [pair.export_public(as_dict=True)]})
    assert (client.minted_secret, ClientSecret.objects.count()) == ("", 0)


def test_keys_come_from_one_place():
    jwks = {"keys": [JWK.generate(kty="EC", crv="P-256").export_public(as_dict=True)]}
    assert refused(jwks=jwks, jwks_uri="https://app.example.org/jwks") == {"jwks"}


def test_a_minted_secret_is_shown_once_and_checks():
    client = create()
    row = ClientSecret.objects.get()
    assert len(client.minted_secret) == 43
    assert bytes(row.digest) == secrets.digest(client.minted_secret)
    assert secrets.reveal(row) == client.minted_secret
    assert clients.find("shop").minted_secret == ""
    assert client.minted_secret not in str(list(Event.objects.values()))


def test_the_ciphertext_of_another_client_cannot_be_opened():
    one, other = create(), create("other")
    ClientSecret.objects.filter(client=other).update(ciphertext=ClientSecret.objects.get(client=one).ciphertext)
    with pytest.raises(Exception, match="changed, or moved"):
        secrets.reveal(ClientSecret.objects.get(client=other))


def test_two_secrets_live_during_the_overlap_and_never_three():
    client = create()
    first = clients.rotate_secret(client, overlap=60, actor="test")
    second = clients.rotate_secret(client, overlap=60, actor="test")
    assert [secrets.reveal(row) for row in secrets.live(client)] == [second, first]
    third = clients.rotate_secret(client, overlap=0, actor="test")
    assert [secrets.reveal(row) for row in secrets.live(client)] == [third]


def test_a_public_client_has_no_secret_to_rotate():
    with pytest.raises(ValidationError):
        clients.rotate_secret(create(token_endpoint_auth_method="none"), overlap=0, actor="test")


def test_every_change_moves_the_version():
    client = create()
    seen = [client.version]
    assignments.create({"name": "staff"}, actor="test")
    for data in ({"scope": "openid"}, {"client_secret": SHORT}, {"assignments": ["staff"]}, {"issuer_mode": "root"}, {"disabled": True}):
        clients.update(client, data, actor="test")
        seen.append(client.version)
    secrets.rotate(client, overlap=0, actor="test")
    seen.append(client.version)
    assert seen == sorted(set(seen))


def test_no_change_leaves_the_version():
    client = create(client_secret=SHORT, scope="openid")
    version, events = client.version, Event.objects.count()
    clients.update(client, {"client_secret": SHORT, "scope": " openid ", "redirect_uris": []}, actor="test")
    assert (Client.objects.get().version, Event.objects.count()) == (version, events)


def test_a_client_makes_its_application_and_takes_it_away():
    client = create(client_name="The shop", issuer_mode="root")
    assert applications.read(Application.objects.get()) == {"slug": "shop", "name": "The shop", "issuer_mode": "root"}
    clients.delete(client, actor="test")
    assert not Application.objects.exists()


def test_an_application_that_changes_moves_its_clients():
    client = create()
    applications.update(Application.objects.get(), {"issuer_mode": "root"}, actor="test")
    assert Client.objects.get().version == client.version + 1


def test_a_client_of_a_dialect_has_no_application():
    providers.create({"name": "mine"}, actor="test")
    client = create(provider="mine")
    assert (client.namespace, client.application, clients.read(client)["provider"]) == ("vault", None, "mine")
    assert client.security_profile == "oidc"
    assert not Application.objects.exists()


def test_a_name_that_was_given_out_stays():
    client = create(client_id="one")
    for data in ({"slug": "other"}, {"client_id": "two"}, {"provider": "mine"}):
        with pytest.raises(ValidationError):
            clients.update(client, data, actor="test")


def test_an_algorithm_alone_is_enough_for_its_key():
    create(id_token_signed_response_alg="ES256", userinfo_signed_response_alg="EdDSA")
    assert set(Key.objects.values_list("name", flat=True)) == {"default-es256", "default-eddsa"}


def test_a_client_of_the_product_is_left_alone():
    client = clients.create({"slug": "ours"}, actor="test", managed=True)
    for attempt in (lambda: clients.update(client, {"scope": "x"}, actor="test"), lambda: clients.delete(client, actor="test")):
        with pytest.raises(ValidationError):
            attempt()


def test_a_self_registered_client_that_moves_is_consented_to_anew():
    client = clients.create({"slug": "app", "redirect_uris": ["https://a.example/cb"]}, actor="test", registration=True)
    assert (client.security_profile, client.include_claims_in_id_token) == ("oidc", False)
    clients.update(client, {"redirect_uris": ["https://b.example/cb"]}, actor="test", registration=True)
    assert Client.objects.get().consent_epoch == 1


def test_removing_a_client_removes_its_tokens(alice, make_flow):
    flow = make_flow()
    client = Client.objects.get(slug="shop")
    clients.delete(client, actor="test")
    assert flow is not None
    assert not AccessToken.objects.filter(application_id=client.pk).exists()


def test_what_is_read_can_be_written_and_changes_nothing():
    client = create(redirect_uris=["https://a.example/cb"], contacts=["a@example.org"], sub_mode="attribute:employee")
    version = client.version
    clients.update(client, clients.read(client), actor="test")
    assert Client.objects.get().version == version
