"""RFC 9068: JWT Profile for OAuth 2.0 Access Tokens."""

import pytest

from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import claims_of, error, header_of
from tests.protocol.conftest import MakeFlow


@pytest.fixture(params=["application", "root"])
def jwt_flow(request: pytest.FixtureRequest, make_flow: MakeFlow) -> Flow:
    grants = ["authorization_code", "refresh_token", "client_credentials"]
    return make_flow(access_token_format="jwt", issuer_mode=request.param, grant_types=grants)


def test_the_header_says_at_jwt_and_which_key(jwt_flow: Flow, person: Person) -> None:
    """§2.1"""
    header = header_of(jwt_flow.tokens(person)["access_token"])
    assert (header["typ"], header["alg"]) == ("at+jwt", "RS256")
    assert header["kid"] in {key["kid"] for key in jwt_flow.http.get(jwt_flow.metadata["jwks_uri"]).json()["keys"]}


def test_the_claims_are_those_of_the_profile(jwt_flow: Flow, person: Person) -> None:
    """§2.2"""
    tokens = jwt_flow.tokens(person, "openid email")
    claims = jwt_flow.verify(tokens["access_token"], jwt_flow.issuer)
    assert claims["iss"] == claims["aud"] == jwt_flow.issuer
    assert (claims["client_id"], claims["sub"], claims["scope"]) == ("shop", tokens["claims"]["sub"], "openid email")
    assert claims["exp"] - claims["iat"] == tokens["expires_in"]
    assert claims["jti"]
    assert {name: claims[name] for name in ("auth_time", "acr", "amr")} == {
        name: tokens["claims"][name] for name in ("auth_time", "acr", "amr")
    }


def test_no_claim_about_the_person_stands_in_it(jwt_flow: Flow, person: Person) -> None:
    """§6: privacy"""
    assert not {"email", "name", "nonce", "sid"} & set(claims_of(jwt_flow.tokens(person, "openid email profile")["access_token"]))


def test_every_token_has_a_jti_of_its_own(jwt_flow: Flow, person: Person) -> None:
    """§2.2"""
    assert len({claims_of(jwt_flow.tokens(person)["access_token"])["jti"] for _ in range(2)}) == 2


def test_a_client_acting_for_itself_is_its_own_subject(jwt_flow: Flow) -> None:
    """§2.2: "sub" identifies the client when no resource owner is involved"""
    claims = jwt_flow.verify(jwt_flow.token("client_credentials", scope="email").json()["access_token"], jwt_flow.issuer)
    assert claims["sub"] == claims["client_id"] == "shop"
    assert not {"auth_time", "acr", "amr"} & set(claims)


def test_a_jwt_is_looked_up_like_any_other_token(jwt_flow: Flow, person: Person) -> None:
    """§4"""
    token = jwt_flow.tokens(person)["access_token"]
    assert jwt_flow.userinfo(token).status_code == 200
    assert jwt_flow.introspect(token).json()["jti"] == claims_of(token)["jti"]
    jwt_flow.revoke(token)
    assert error(jwt_flow.userinfo(token), 401) == "invalid_token"


@pytest.mark.parametrize("damage", ["signature", "claims", "none"])
def test_a_changed_token_is_refused(jwt_flow: Flow, person: Person, damage: str) -> None:
    """§4"""
    header, claims, signature = jwt_flow.tokens(person)["access_token"].split(".")
    changed = {
        "signature": f"{header}.{claims}.{signature[:-4]}AAAA",
        "claims": f"{header}.{claims[:-2]}AA.{signature}",
        "none": f"{header}.{claims}.",
    }
    assert error(jwt_flow.userinfo(changed[damage]), 401) == "invalid_token"


def test_an_hs256_client_gets_access_tokens_that_others_can_verify(make_flow: MakeFlow, person: Person) -> None:
    """§2.1, §4: the resource server has no client secret"""
    flow = make_flow(access_token_format="jwt", id_token_signed_response_alg="HS256")
    code, started = flow.code(person)
    tokens = flow.exchange(code, started).json()
    assert header_of(tokens["id_token"])["alg"] == "HS256"
    assert header_of(tokens["access_token"])["alg"] == "RS256"
    assert flow.verify(tokens["access_token"], flow.issuer)["client_id"] == "shop"


@pytest.mark.parametrize("mode", ["user_username", "user_email", "attribute:upn"])
def test_a_client_cannot_be_taken_for_a_person(make_flow: MakeFlow, mode: str) -> None:
    """§5, RFC 9700 §4.15: client ids and subjects must not collide"""
    flow = make_flow("alice-client", access_token_format="jwt", grant_types=["client_credentials"], scope="email", sub_mode=mode)
    assert claims_of(flow.token("client_credentials").json()["access_token"])["sub"] == "client:alice-client"


def test_an_access_token_is_no_id_token_hint(jwt_flow: Flow, person: Person) -> None:
    """§5: token confusion"""
    token = jwt_flow.tokens(person)["access_token"]
    assert jwt_flow.authorize(person, jwt_flow.start(prompt="none", id_token_hint=token))["error"] == "invalid_request"


def test_an_id_token_is_no_access_token(jwt_flow: Flow, person: Person) -> None:
    """§4: "typ" must be at+jwt"""
    assert error(jwt_flow.userinfo(jwt_flow.tokens(person)["id_token"]), 401) == "invalid_token"
