"""RFC 6749: The OAuth 2.0 Authorization Framework."""

from urllib.parse import quote

import httpx
import pytest

from tests.conftest import SECRET
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import error, refused_by_page, returned
from tests.protocol.conftest import MakeFlow

WRONG = "not-the-secret-of-this-client-at-all"


def token_post(flow: Flow, body: str, **headers: str) -> httpx.Response:
    """A raw token request."""
    sent = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    return flow.http.post(flow.metadata["token_endpoint"], content=body, headers=sent)


# §2.3 client authentication


@pytest.mark.parametrize("auth", ["basic", "post"])
def test_a_wrong_secret_is_401_with_a_challenge(make_flow: MakeFlow, auth: str) -> None:
    """§5.2 invalid_client"""
    flow = make_flow(grant_types=["client_credentials"])
    flow.auth, flow.client_secret = auth, WRONG
    answer = flow.token("client_credentials")
    assert error(answer, 401) == "invalid_client"
    assert answer.headers["www-authenticate"].startswith("Basic realm=")


def test_an_unknown_client_is_answered_like_a_wrong_secret(flow: Flow) -> None:
    """§5.2"""
    unknown = token_post(flow, "grant_type=client_credentials&client_id=nobody&client_secret=x")
    wrong = token_post(flow, "grant_type=client_credentials&client_id=shop&client_secret=x")
    without_id = [{name: value for name, value in answer.json().items() if name != "request_id"} for answer in (unknown, wrong)]
    assert unknown.status_code == wrong.status_code == 401
    assert without_id[0] == without_id[1]


def test_a_request_without_any_client_is_401(flow: Flow) -> None:
    """§2.3"""
    assert error(token_post(flow, "grant_type=client_credentials"), 401) == "invalid_client"


@pytest.mark.parametrize("header", ["Basic", "Basic %%%", "Basic c2hvcA==", "Bearer abc", "Basic Og==", "Digest x"])
def test_an_unreadable_authorization_header_is_401(flow: Flow, header: str) -> None:
    """§2.3.1"""
    assert error(token_post(flow, "grant_type=client_credentials", Authorization=header), 401) == "invalid_client"


def test_two_different_methods_at_once_are_refused(make_flow: MakeFlow) -> None:
    """§2.3: "The client MUST NOT use more than one authentication method in each request." """
    flow = make_flow(grant_types=["client_credentials"])
    assert error(flow.token("client_credentials", client_id="shop", client_secret=WRONG)) == "invalid_request"
    assert error(flow.token("client_credentials", client_id="other")) == "invalid_request"


def test_the_identical_secret_in_header_and_body_is_one_method(make_flow: MakeFlow) -> None:
    """§2.3.1, rulings 9"""
    flow = make_flow(grant_types=["client_credentials"])
    assert flow.token("client_credentials", client_id="shop", client_secret=SECRET).status_code == 200


def test_a_confidential_client_cannot_come_without_its_secret(make_flow: MakeFlow) -> None:
    """§3.2.1"""
    flow = make_flow(grant_types=["client_credentials"])
    flow.auth = "none"
    assert error(flow.token("client_credentials"), 401) == "invalid_client"


def test_a_public_client_that_sends_a_secret_is_refused(native: Flow) -> None:
    """§2.3.1"""
    native.auth, native.client_secret = "post", WRONG
    assert error(native.token("authorization_code", code="x"), 401) == "invalid_client"


@pytest.mark.parametrize("encoded", [True, False])
def test_basic_is_read_form_encoded_and_raw(make_flow: MakeFlow, encoded: bool) -> None:
    """§2.3.1: id and secret are form-encoded; many clients send them raw (rulings 9)"""
    secret = "p%41ss+w: örd/&=?-of-more-than-32-bytes"
    flow = make_flow(grant_types=["client_credentials"], client_secret=secret)
    flow.client_secret = quote(secret, safe="") if encoded else secret
    assert flow.token("client_credentials").status_code == 200


@pytest.mark.parametrize("registered", ["client_secret_basic", "client_secret_post"])
@pytest.mark.parametrize("auth", ["basic", "post"])
def test_the_two_ways_of_sending_a_secret_are_interchangeable(make_flow: MakeFlow, registered: str, auth: str) -> None:
    """§2.3.1"""
    flow = make_flow(grant_types=["client_credentials"], token_endpoint_auth_method=registered)
    flow.auth = auth
    assert flow.token("client_credentials").status_code == 200


# §3.1 authorization endpoint


def test_an_unknown_client_gets_a_page(flow: Flow) -> None:
    """§4.1.2.1"""
    assert refused_by_page(flow.http.get(flow.start(client_id="nobody").url)) == "invalid_request"


@pytest.mark.parametrize("uri", [None, "https://evil.example/cb", "http://127.0.0.1:5555/callback/", "http://127.0.0.1:5555/callback?x=1"])
def test_a_missing_or_foreign_redirect_uri_gets_a_page(flow: Flow, uri: str | None) -> None:
    """§3.1.2.4"""
    assert refused_by_page(flow.http.get(flow.start(redirect_uri=uri).url)) == "invalid_request"


def test_a_repeated_parameter_gets_a_page(flow: Flow) -> None:
    """§3.1: "Request and response parameters MUST NOT be included more than once." """
    assert refused_by_page(flow.http.get(flow.start().url + "&state=again")) == "invalid_request"


@pytest.mark.parametrize("query", ["%ff=1", "client_id=%00", "scope=a%0db&client_id=shop"])
def test_what_cannot_be_read_gets_a_page(flow: Flow, query: str) -> None:
    """§3.1"""
    assert refused_by_page(flow.http.get(f"{flow.metadata['authorization_endpoint']}?{query}")) == "invalid_request"


def test_without_any_parameter_there_is_nothing_to_see(flow: Flow) -> None:
    """Cases, 8"""
    assert refused_by_page(flow.http.get(flow.metadata["authorization_endpoint"]), 404) == "not_found"


def test_a_missing_response_type_is_an_error_at_the_client(flow: Flow) -> None:
    """§3.1.1"""
    started = flow.start(response_type=None)
    got = returned(flow.http.get(started.url))
    assert (got["error"], got["state"]) == ("invalid_request", started.state)


@pytest.mark.parametrize("wanted", ["foo", "token", "code token", "code id_token", "none", "code code"])
def test_an_unsupported_response_type_is_said_to_the_client(flow: Flow, wanted: str) -> None:
    """§4.1.2.1"""
    started = flow.start(response_type=wanted)
    got = returned(flow.http.get(started.url))
    assert (got["error"], got["state"]) == ("unsupported_response_type", started.state)


def test_an_error_of_a_token_response_type_travels_in_the_fragment(flow: Flow) -> None:
    """OAuth 2.0 Multiple Response Type Encoding Practices §5"""
    location = flow.http.get(flow.start(response_type="id_token").url).headers["location"]
    assert "#error=unsupported_response_type" in location
    assert "?" not in location


def test_a_client_without_the_code_grant_is_unauthorized(make_flow: MakeFlow) -> None:
    """§4.1.2.1 unauthorized_client"""
    flow = make_flow(grant_types=["client_credentials"], response_types=["code"])
    assert returned(flow.http.get(flow.start().url))["error"] == "unauthorized_client"


@pytest.mark.parametrize("scope", ["unknown", "read:org", 'a"b', "storage.read:../x"])
def test_nothing_left_of_a_scope_is_invalid_scope(flow: Flow, scope: str) -> None:
    """§3.3, rulings 17"""
    assert returned(flow.http.get(flow.start(scope).url))["error"] == "invalid_scope"


def test_unknown_scopes_are_dropped_and_the_answer_says_so(flow: Flow, person: Person) -> None:
    """§3.3: "the authorization server MUST include the "scope" response parameter" """
    assert flow.tokens(person, "openid bogus email")["scope"] == "openid email"


def test_no_scope_means_the_configured_ones_without_offline_access(flow: Flow, person: Person) -> None:
    """§3.3"""
    assert set(flow.tokens(person, None)["scope"].split()) == {"openid", "profile", "email", "address", "phone", "groups"}


@pytest.mark.parametrize("state", ["a b&c=d#e", "ü✓", '"><script>', "x" * 4096])
def test_state_comes_back_as_it_was_sent(flow: Flow, state: str) -> None:
    """§4.1.2.1: "The exact value received from the client." """
    assert returned(flow.http.get(flow.start(state=state, response_type="foo").url))["state"] == state


def test_a_state_beyond_all_bounds_is_refused_without_it(flow: Flow) -> None:
    """§4.1.1"""
    got = returned(flow.http.get(flow.start(state="x" * 4097).url))
    assert got["error"] == "invalid_request"
    assert "state" not in got


def test_no_state_is_answered_without_one(flow: Flow, person: Person) -> None:
    """§4.1.2: state is "REQUIRED if the "state" parameter was present" """
    assert "state" not in flow.authorize(person, flow.start(state=None))


@pytest.mark.parametrize("outcome", ["code", "error"])
def test_the_query_of_a_redirect_uri_is_kept(make_flow: MakeFlow, person: Person, outcome: str) -> None:
    """§3.1.2"""
    flow = make_flow(redirect_uris=["https://rp.example.org/cb?a=1"])
    got = flow.authorize(person, flow.start(response_type="code" if outcome == "code" else "foo"))
    assert got["a"] == "1"
    assert outcome in got


def test_an_unknown_parameter_and_an_empty_one_are_ignored(flow: Flow, person: Person) -> None:
    """§3.1"""
    assert "code" in flow.authorize(person, flow.start(extra="foobar", max_age="", response_mode="", prompt=""))


def test_a_denial_is_access_denied_with_the_state(flow: Flow, person: Person) -> None:
    """§4.1.2.1"""
    started = flow.start()
    got = flow.authorize(person, started, consent=False)
    assert (got["error"], got["state"]) == ("access_denied", started.state)
    assert "code" not in got


def test_a_post_is_answered_like_a_get(flow: Flow, person: Person) -> None:
    """§3.1: "MAY support the use of the "POST" method as well" """
    url, _, query = flow.start().url.partition("?")
    answer = flow.http.post(url, content=query, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 303
    assert "code" in returned(person.open(answer.headers["location"]))


@pytest.mark.parametrize(
    ("query", "content_type", "body"),
    [
        ("?client_id=shop", "application/x-www-form-urlencoded", "state=1"),
        ("", "application/json", "{}"),
        ("", "application/x-www-form-urlencoded", ""),
        ("", "application/x-www-form-urlencoded", "state=" + "x" * 8000),
        ("", "application/x-www-form-urlencoded", "state=" + "x" * 70_000),
        ("", "application/x-www-form-urlencoded", "state=1&state=2"),
    ],
)
def test_a_post_that_is_no_plain_form_gets_a_page(flow: Flow, query: str, content_type: str, body: str) -> None:
    """§3.1"""
    answer = flow.http.post(flow.metadata["authorization_endpoint"] + query, content=body, headers={"Content-Type": content_type})
    assert refused_by_page(answer) == "invalid_request"


def test_a_request_in_progress_belongs_to_one_browser(flow: Flow, person: Person, http: httpx.Client) -> None:
    """§10.12"""
    pending = person.http.get(flow.start().url).headers["location"]
    assert refused_by_page(http.get(pending), 403) == "invalid_request"


def test_an_answered_request_is_not_answered_again(flow: Flow, person: Person) -> None:
    """§4.1.2: codes are single use, and so is the request that made one"""
    pending = person.http.get(flow.start().url).headers["location"]
    assert "code" in returned(person.open(pending))
    assert refused_by_page(person.http.get(pending), 403) == "invalid_request"
