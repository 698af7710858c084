"""OpenID Connect Core 1.0 §2, §3.1.3.6: the ID token and how it is signed."""

import hashlib
import time
from collections.abc import Callable

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from providers.jose import b64url
from providers.services import keys
from tests.clock import later
from tests.conftest import SECRET
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import claims_of, header_of
from tests.protocol.conftest import MakeFlow

DIGEST = {"EdDSA": "sha512"}


def test_without_openid_there_is_none(flow: Flow, person: Person) -> None:
    """§3.1.2.1: "If the openid scope value is not present, the behavior is entirely unspecified"; ours is plain OAuth"""
    assert "id_token" not in flow.tokens(person, "email")


def test_it_has_the_required_claims(either: Flow, person: Person) -> None:
    """§2"""
    before = int(time.time())
    claims = either.tokens(person, "openid")["claims"]
    assert (claims["iss"], claims["aud"]) == (either.issuer, "shop")
    assert before <= claims["iat"] <= time.time()
    assert claims["exp"] == claims["iat"] + 3600
    assert claims["sub"].isascii()
    assert 0 < len(claims["sub"]) <= 255
    assert claims.get("azp", "shop") == "shop"


def test_auth_time_sid_acr_and_amr_tell_about_the_login(flow: Flow, person: Person) -> None:
    """§2; details, protocol readings"""
    claims = flow.tokens(person)["claims"]
    assert isinstance(claims["auth_time"], int)
    assert claims["auth_time"] <= claims["iat"]
    assert (claims["acr"], claims["amr"]) == ("https://refeds.org/profile/sfa", ["pwd"])
    assert claims["sid"]


def test_one_login_is_one_sid_and_another_login_another(flow: Flow, person: Person, browser: Callable[..., Person]) -> None:
    """Back-Channel Logout 1.0 §2.1, sid"""
    first, again = (flow.tokens(person)["claims"]["sid"] for _ in range(2))
    assert first == again
    assert flow.tokens(browser("alice"))["claims"]["sid"] != first


def test_the_nonce_comes_back_and_only_if_there_was_one(flow: Flow, person: Person) -> None:
    """§2, nonce"""
    assert flow.tokens(person, nonce="n-0S6_WzA2Mj")["claims"]["nonce"] == "n-0S6_WzA2Mj"
    assert "nonce" not in flow.tokens(person, nonce=None)["claims"]


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA"])
def test_it_is_signed_with_the_algorithm_of_the_client(make_flow: MakeFlow, person: Person, algorithm: str) -> None:
    """§2, §3.1.3.7; Registration §2, id_token_signed_response_alg"""
    flow = make_flow(id_token_signed_response_alg=algorithm)
    tokens = flow.tokens(person)
    header = header_of(tokens["id_token"])
    assert header["alg"] == algorithm
    assert header["kid"] in {key["kid"] for key in flow.http.get(flow.metadata["jwks_uri"]).json()["keys"]}
    digest = hashlib.new(DIGEST.get(algorithm, f"sha{algorithm[2:]}"), tokens["access_token"].encode()).digest()
    assert tokens["claims"]["at_hash"] == b64url(digest[: len(digest) // 2])


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_it_is_signed_with_the_secret_of_the_client(make_flow: MakeFlow, person: Person, algorithm: str) -> None:
    """§10.1: "the octets of the UTF-8 representation of the client_secret" """
    flow = make_flow(id_token_signed_response_alg=algorithm, client_secret=SECRET * 2)
    code, started = flow.code(person)
    token = flow.exchange(code, started).json()["id_token"]
    assert header_of(token) == {"alg": algorithm, "typ": "JWT"}
    assert jwt.decode(token, OctKey.import_key(SECRET * 2), algorithms=[algorithm]).claims["nonce"] == started.nonce


def test_a_clients_own_key_signs_for_it_and_is_advertised(make_flow: MakeFlow, person: Person) -> None:
    """Discovery §3, id_token_signing_alg_values_supported"""
    keys.create({"name": "own", "algorithm": "ES256"}, actor="test")
    flow = make_flow(key="own")
    assert header_of(flow.tokens(person)["id_token"])["alg"] == "ES256"
    assert flow.metadata["id_token_signing_alg_values_supported"] == ["ES256"]
    assert {key["crv"] for key in flow.http.get(flow.metadata["jwks_uri"]).json()["keys"]} == {"P-256"}


@pytest.mark.parametrize("told", [True, False])
def test_claims_of_scopes_stand_in_it_if_the_client_wants_them_there(make_flow: MakeFlow, person: Person, told: bool) -> None:
    """§5.4; contracts C 57"""
    flow = make_flow(include_claims_in_id_token=told)
    tokens = flow.tokens(person, "openid email")
    assert ("email" in tokens["claims"]) is told
    assert flow.userinfo(tokens["access_token"]).json()["email"] == "alice@example.org"


def test_its_lifetime_is_the_clients(make_flow: MakeFlow, person: Person) -> None:
    """§2, exp"""
    claims = make_flow(id_token_lifetime=90).tokens(person)["claims"]
    assert claims["exp"] - claims["iat"] == 90


def test_auth_time_stays_that_of_the_login(flow: Flow, person: Person) -> None:
    """§2, auth_time"""
    first = flow.tokens(person)["claims"]
    with later(120):
        second = flow.tokens(person)["claims"]
    assert second["auth_time"] == first["auth_time"]
    assert second["iat"] >= first["iat"] + 120


def test_the_scopes_of_the_specification_release_their_claims(flow: Flow, claire: object, browser: Callable[..., Person]) -> None:
    """§5.4"""
    claims = claims_of(flow.tokens(browser("claire"), "openid profile email address phone groups")["id_token"])
    assert claims["address"]["country"] == "FR"
    assert claims["phone_number_verified"] is True
    assert claims["email_verified"] is True
    assert claims["groups"] == ["staff"]
    assert claims["birthdate"] == "1990-10-31"
    assert isinstance(claims["updated_at"], int)
