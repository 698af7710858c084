"""RFC 7009: Token Revocation."""

import pytest

from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import error
from tests.protocol.conftest import MakeFlow


def test_bad_credentials_are_401(flow: Flow) -> None:
    """§2.1"""
    flow.client_secret = "wrong"
    assert error(flow.revoke("x"), 401) == "invalid_client"


def test_a_missing_token_is_an_invalid_request(flow: Flow) -> None:
    """§2.1"""
    assert error(flow.post("revocation_endpoint", {})) == "invalid_request"


def test_only_post(flow: Flow) -> None:
    """§2.1, §2.3: no JSONP"""
    assert flow.http.get(flow.metadata["revocation_endpoint"]).status_code == 405


@pytest.mark.parametrize("token", ["x", "rt_" + "x" * 43, "x" * 9000])
def test_an_unknown_token_is_200(either: Flow, token: str) -> None:
    """§2.2: "invalid tokens do not cause an error response" """
    answer = either.revoke(token)
    assert answer.status_code == 200
    assert answer.text == ("{}" if "/application/" in either.issuer else "")


def test_a_token_of_another_client_is_left_alone(flow: Flow, make_flow: MakeFlow, person: Person) -> None:
    """§2.1: "verifies whether the token was issued to the client making the revocation request" """
    other = make_flow("other")
    tokens = flow.tokens(person, "openid offline_access")
    for kind in ("access_token", "refresh_token"):
        assert other.revoke(tokens[kind]).status_code == 200
    assert flow.userinfo(tokens["access_token"]).status_code == 200
    assert flow.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "nonsense"])
def test_revoking_an_access_token_leaves_the_refresh_token(flow: Flow, person: Person, hint: str | None) -> None:
    """§2.1; a wrong hint only slows the search"""
    tokens = flow.tokens(person, "openid offline_access")
    assert flow.revoke(tokens["access_token"], token_type_hint=hint).status_code == 200
    assert error(flow.userinfo(tokens["access_token"]), 401) == "invalid_token"
    assert flow.refresh(tokens["refresh_token"]).status_code == 200


def test_revoking_a_refresh_token_ends_its_access_tokens(either: Flow, person: Person) -> None:
    """§2.1: "SHOULD also invalidate all access tokens based on the same authorization grant" """
    tokens = either.tokens(person, "openid offline_access")
    assert either.revoke(tokens["refresh_token"]).status_code == 200
    assert error(either.refresh(tokens["refresh_token"])) == "invalid_grant"
    assert error(either.userinfo(tokens["access_token"]), 401) == "invalid_token"


def test_revoking_twice_is_the_same(flow: Flow, person: Person) -> None:
    """§2.2"""
    tokens = flow.tokens(person)
    assert [flow.revoke(tokens["access_token"]).status_code for _ in range(2)] == [200, 200]


def test_a_public_client_revokes_with_its_client_id(native: Flow, person: Person) -> None:
    """§2.1, §5"""
    tokens = native.tokens(person, "openid offline_access")
    assert native.revoke(tokens["refresh_token"]).status_code == 200
    assert error(native.refresh(tokens["refresh_token"])) == "invalid_grant"
