"""RFC 6749: The OAuth 2.0 Authorization Framework, the token endpoint."""

from urllib.parse import urlencode

import httpx
import pytest

from tests.clock import later
from tests.conftest import SECRET
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import error, returned
from tests.protocol.conftest import MakeFlow

WRONG = "not-the-secret-of-this-client-at-all"


def token_post(flow: Flow, body: str, **headers: str) -> httpx.Response:
    """A raw token request."""
    sent = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    return flow.http.post(flow.metadata["token_endpoint"], content=body, headers=sent)


# §4.1.3, §4.1.4 code exchange


def test_the_code_answer_has_its_members_and_is_not_cached(either: Flow, person: Person) -> None:
    """§5.1"""
    code, started = either.code(person)
    answer = either.exchange(code, started)
    body = answer.json()
    assert set(body) == {"access_token", "token_type", "expires_in", "scope", "id_token"}
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 3600, "openid")
    assert answer.headers["content-type"] == "application/json"
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")


def test_a_code_is_redeemed_once_and_a_second_use_kills_its_tokens(flow: Flow, person: Person) -> None:
    """§4.1.2: "SHOULD revoke (when possible) all tokens previously issued based on that authorization code" """
    code, started = flow.code(person, "openid offline_access")
    first = flow.exchange(code, started).json()
    assert error(flow.exchange(code, started)) == "invalid_grant"
    assert error(flow.userinfo(first["access_token"]), 401) == "invalid_token"
    assert error(flow.refresh(first["refresh_token"])) == "invalid_grant"


def test_a_late_second_use_is_still_recognised(flow: Flow, person: Person) -> None:
    """§4.1.2, OpenID Foundation module codereuse-30seconds"""
    code, started = flow.code(person)
    first = flow.exchange(code, started).json()
    with later(90):
        assert error(flow.exchange(code, started)) == "invalid_grant"
        assert error(flow.userinfo(first["access_token"]), 401) == "invalid_token"


def test_an_expired_code_is_refused(flow: Flow, person: Person) -> None:
    """§4.1.2"""
    code, started = flow.code(person)
    with later(61):
        assert error(flow.exchange(code, started)) == "invalid_grant"


def test_a_code_of_another_client_is_refused_and_not_burnt(flow: Flow, make_flow: MakeFlow, person: Person) -> None:
    """§4.1.3"""
    other = make_flow("other")
    code, started = flow.code(person)
    assert error(other.exchange(code, started)) == "invalid_grant"
    assert flow.exchange(code, started).status_code == 200


@pytest.mark.parametrize("uri", [None, "https://shop.example.org/other", "http://127.0.0.1:5555/callback/"])
def test_the_redirect_uri_has_to_be_the_one_of_the_request(make_flow: MakeFlow, person: Person, uri: str | None) -> None:
    """§4.1.3"""
    flow = make_flow(redirect_uris=["http://127.0.0.1:5555/callback", "https://shop.example.org/other"])
    code, started = flow.code(person)
    assert error(flow.exchange(code, started, redirect_uri=uri)) == "invalid_grant"


@pytest.mark.parametrize("code", ["ac_" + "x" * 43, "x", "x" * 600])
def test_a_made_up_code_is_refused(flow: Flow, code: str) -> None:
    """§5.2"""
    assert error(flow.token("authorization_code", code=code, redirect_uri=flow.redirect_uri)) == "invalid_grant"


def test_a_missing_code_is_an_invalid_request(flow: Flow) -> None:
    """§4.1.3"""
    assert error(flow.token("authorization_code")) == "invalid_request"


def test_the_scope_of_a_code_exchange_is_ignored(flow: Flow, person: Person) -> None:
    """§4.1.3 knows no scope; contracts A8"""
    code, started = flow.code(person, "openid")
    assert flow.exchange(code, started, scope="openid email").json()["scope"] == "openid"


# §4.4 client credentials


def test_client_credentials_give_an_access_token_alone(make_flow: MakeFlow) -> None:
    """§4.4.3: "A refresh token SHOULD NOT be included." """
    flow = make_flow(grant_types=["client_credentials"], scope="openid email offline_access")
    answer = flow.token("client_credentials", scope="email")
    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "token_type", "expires_in", "scope"}
    assert answer.json()["scope"] == "email"


def test_a_client_acting_for_itself_gets_no_scope_about_people(make_flow: MakeFlow) -> None:
    """§4.4.2"""
    flow = make_flow(grant_types=["client_credentials"], scope="openid email offline_access")
    assert flow.token("client_credentials", scope="openid offline_access email").json()["scope"] == "email"


@pytest.mark.parametrize("scope", ["email other", "storage.read:/", 'a"b'])
def test_client_credentials_beyond_the_own_scope_are_invalid_scope(make_flow: MakeFlow, scope: str) -> None:
    """§5.2"""
    flow = make_flow(grant_types=["client_credentials"], scope="email")
    assert error(flow.token("client_credentials", scope=scope)) == "invalid_scope"


def test_a_client_without_the_grant_is_unauthorized(flow: Flow) -> None:
    """§5.2 unauthorized_client"""
    assert error(flow.token("client_credentials")) == "unauthorized_client"


# §3.2, §5.2 token endpoint


def test_an_unknown_grant_type_is_said_so(flow: Flow) -> None:
    """§5.2"""
    assert error(flow.token("foo")) == "unsupported_grant_type"


def test_a_missing_grant_type_is_an_invalid_request(flow: Flow) -> None:
    """§3.2"""
    assert error(flow.post("token_endpoint", {"code": "x"})) == "invalid_request"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_only_post_reaches_the_token_endpoint(flow: Flow, method: str) -> None:
    """§3.2: "The client MUST use the HTTP "POST" method" """
    answer = flow.http.request(method, flow.metadata["token_endpoint"])
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("query", ["grant_type=client_credentials", "client_secret=x", "scope=a", "code=x"])
def test_parameters_in_the_url_are_refused(flow: Flow, query: str) -> None:
    """§2.3.1: "The parameters can only be transmitted in the request-body and MUST NOT be included in the request URI." """
    answer = flow.http.post(f"{flow.metadata['token_endpoint']}?{query}", data={"grant_type": "client_credentials"})
    assert error(answer) == "invalid_request"


@pytest.mark.parametrize(
    "body",
    [
        "grant_type=client_credentials&grant_type=client_credentials",
        "grant_type=client_credentials&client_id=shop&client_id=shop",
        "grant_type=%ff",
        "grant_type=a%00b",
        "&".join(f"p{number}=1" for number in range(101)),
    ],
)
def test_a_malformed_body_is_an_invalid_request(flow: Flow, body: str) -> None:
    """§3.2"""
    assert error(token_post(flow, body)) == "invalid_request"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
def test_another_content_type_is_refused(flow: Flow, content_type: str) -> None:
    """§4.1.3"""
    body = urlencode({"grant_type": "client_credentials", "client_id": "shop", "client_secret": SECRET})
    assert error(token_post(flow, body, **{"Content-Type": content_type})) == "invalid_request"


def test_a_body_beyond_all_bounds_is_413(flow: Flow) -> None:
    """§3.2"""
    assert error(token_post(flow, "x=" + "y" * 70_000), 413) == "invalid_request"


def test_an_unknown_parameter_and_one_without_a_value_are_ignored(make_flow: MakeFlow) -> None:
    """§3.2: "Parameters sent without a value MUST be treated as if they were omitted" """
    flow = make_flow(grant_types=["client_credentials"], scope="email")
    answer = flow.token("client_credentials", foo="bar", scope="", code="")
    assert answer.json()["scope"] == "email"


def test_error_descriptions_hold_only_allowed_characters(flow: Flow) -> None:
    """§5.2"""
    answer = flow.http.get(flow.start('a"\\b').url)
    assert not set(returned(answer)["error_description"]) & set('"\\\r\n')
