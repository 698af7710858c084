"""OpenID Connect Core 1.0 §5.3: the UserInfo endpoint, and RFC 6750 about the tokens that open it."""

from collections.abc import Callable

import pytest

from accounts.models import User
from accounts.services import users
from providers.services import clients
from tests.clock import later
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import error, header_of
from tests.protocol.conftest import EVERY_CLAIM, MakeFlow


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer ", "Basic YTpi", "Token x", "at_x"])
def test_without_a_token_it_is_401_with_a_challenge(flow: Flow, header: str | None) -> None:
    """RFC 6750 §3; contracts C 56"""
    answer = flow.http.get(flow.metadata["userinfo_endpoint"], headers={"Authorization": header} if header else {})
    assert error(answer, 401) == "invalid_token"
    assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token"')


@pytest.mark.parametrize("token", ["x", "at_" + "x" * 43, "x" * 9000, "a b", "rt_" + "x" * 43])
def test_a_made_up_token_is_401(flow: Flow, token: str) -> None:
    """RFC 6750 §3.1"""
    assert error(flow.userinfo(token), 401) == "invalid_token"


def test_an_expired_token_is_401(flow: Flow, person: Person) -> None:
    """RFC 6750 §3.1"""
    token = flow.tokens(person)["access_token"]
    with later(3601):
        assert error(flow.userinfo(token), 401) == "invalid_token"


def test_a_token_without_openid_is_403(flow: Flow, person: Person) -> None:
    """RFC 6750 §3.1 insufficient_scope"""
    answer = flow.userinfo(flow.tokens(person, "email")["access_token"])
    assert error(answer, 403) == "insufficient_scope"
    assert 'scope="openid"' in answer.headers["www-authenticate"]


def test_a_token_of_a_client_acting_for_itself_is_403(make_flow: MakeFlow) -> None:
    """§5.3: it is about an End-User"""
    flow = make_flow(grant_types=["client_credentials"], scope="email openid")
    assert error(flow.userinfo(flow.token("client_credentials").json()["access_token"]), 403) == "insufficient_scope"


def test_a_refresh_token_is_no_access_token(flow: Flow, person: Person) -> None:
    """RFC 9700 §4"""
    assert error(flow.userinfo(flow.tokens(person, "openid offline_access")["refresh_token"]), 401) == "invalid_token"


def test_a_token_in_the_url_is_refused(flow: Flow, person: Person) -> None:
    """RFC 6750 §2.3, RFC 9700 §4.3.2"""
    token = flow.tokens(person)["access_token"]
    assert error(flow.http.get(f"{flow.metadata['userinfo_endpoint']}?access_token={token}")) == "invalid_request"


def test_a_token_twice_is_refused(flow: Flow, person: Person) -> None:
    """RFC 6750 §2: "Clients MUST NOT use more than one method" """
    token = flow.tokens(person)["access_token"]
    answer = flow.http.post(flow.metadata["userinfo_endpoint"], data={"access_token": token}, headers={"Authorization": f"Bearer {token}"})
    assert error(answer) == "invalid_request"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_only_get_and_post(flow: Flow, method: str) -> None:
    """§5.3.1"""
    answer = flow.http.request(method, flow.metadata["userinfo_endpoint"])
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST, OPTIONS")


def test_a_token_of_one_issuer_is_not_good_at_another(make_flow: MakeFlow, person: Person) -> None:
    """§5.3.2: the issuer's own tokens only"""
    here, root = make_flow("here"), make_flow("there", issuer_mode="root")
    assert error(root.userinfo(here.tokens(person)["access_token"]), 401) == "invalid_token"


@pytest.mark.parametrize("way", ["GET", "POST with header", "POST with body", "lower case", "upper case"])
def test_every_way_to_ask_gives_the_same_answer(either: Flow, person: Person, way: str) -> None:
    """§5.3.1, RFC 6750 §2.1, §2.2"""
    tokens = either.tokens(person, "openid email groups")
    url, token = either.metadata["userinfo_endpoint"], tokens["access_token"]
    answer = {
        "GET": lambda: either.userinfo(token),
        "POST with header": lambda: either.http.post(url, headers={"Authorization": f"Bearer {token}"}),
        "POST with body": lambda: either.http.post(url, data={"access_token": token}),
        "lower case": lambda: either.http.get(url, headers={"Authorization": f"bearer {token}"}),
        "upper case": lambda: either.http.get(url, headers={"Authorization": f"BEARER {token}"}),
    }[way]()
    assert answer.json() == {
        "sub": tokens["claims"]["sub"],
        "email": "alice@example.org",
        "email_verified": True,
        "groups": ["engineering"],
    }
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


def test_all_standard_claims_come_with_their_types(flow: Flow, claire: User, browser: Callable[..., Person]) -> None:
    """§5.1, §5.4; OpenID Foundation module scope-all"""
    told = flow.userinfo(flow.tokens(browser("claire"), "openid profile email address phone")["access_token"]).json()
    assert {name: told[name] for name in EVERY_CLAIM} == EVERY_CLAIM
    assert isinstance(told["updated_at"], int)
    assert told["sub"] == claire.sub


def test_what_is_not_known_is_left_out(flow: Flow, person: Person) -> None:
    """§5.3.2: "If a Claim is not returned, that Claim Name SHOULD be omitted" """
    told = flow.userinfo(flow.tokens(person, "openid profile phone address")["access_token"]).json()
    assert not {"phone_number", "address", "website", "nickname"} & set(told)
    assert not [name for name, value in told.items() if value in (None, "", {}, [])]


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_a_signed_answer_is_a_jwt_for_the_client(make_flow: MakeFlow, person: Person, algorithm: str) -> None:
    """§5.3.2: "SHOULD contain the Claims iss … and aud" """
    flow = make_flow(userinfo_signed_response_alg=algorithm)
    tokens = flow.tokens(person, "openid email")
    answer = flow.userinfo(tokens["access_token"])
    assert answer.headers["content-type"] == "application/jwt"
    assert header_of(answer.text)["alg"] == algorithm
    claims = flow.verify(answer.text)
    assert (claims["iss"], claims["aud"], claims["sub"]) == (flow.issuer, "shop", tokens["claims"]["sub"])
    assert claims["email"] == "alice@example.org"


def test_a_signed_answer_is_no_id_token(make_flow: MakeFlow, person: Person) -> None:
    """§5.3.2; token confusion: it carries no nonce, exp or auth_time"""
    flow = make_flow(userinfo_signed_response_alg="RS256")
    claims = flow.verify(flow.userinfo(flow.tokens(person)["access_token"]).text)
    assert not {"nonce", "exp", "auth_time", "at_hash"} & set(claims)


def test_a_scope_that_the_client_lost_says_nothing_any_more(flow: Flow, person: Person) -> None:
    """Contracts A11: "claims of granted scopes that are still configured" """
    token = flow.tokens(person, "openid email groups")["access_token"]
    client = clients.find("shop")
    assert client is not None
    clients.update(client, {"scope": "openid groups"}, actor="test")
    assert set(flow.userinfo(token).json()) == {"sub", "groups"}


def test_a_changed_person_is_told_at_once(flow: Flow, person: Person, alice: User) -> None:
    """§5.3.2: the current values"""
    token = flow.tokens(person, "openid profile")["access_token"]
    users.update(alice, {"given_name": "Alicia", "groups": []}, actor="test")
    assert flow.userinfo(token).json()["given_name"] == "Alicia"
