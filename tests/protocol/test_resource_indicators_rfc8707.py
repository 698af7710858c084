"""RFC 8707: Resource Indicators for OAuth 2.0, with `aud` and `audience` as other clients send them."""

from urllib.parse import urlencode

import pytest

from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import claims_of, error, returned
from tests.protocol.conftest import MakeFlow

A, B, C = "https://a.example.org/", "https://b.example.org/api", "urn:example:c"


@pytest.fixture
def jwt_flow(make_flow: MakeFlow) -> Flow:
    return make_flow(access_token_format="jwt", grant_types=["authorization_code", "refresh_token", "client_credentials"])


@pytest.fixture
def closed(make_flow: MakeFlow) -> Flow:
    grants = ["authorization_code", "refresh_token", "client_credentials"]
    return make_flow("closed", access_token_format="jwt", grant_types=grants, allowed_resources=[A, B])


@pytest.mark.parametrize(
    "resource", ["relative", "/path", "https://a.example.org/#f", "https://a.example.org/?q=1", "https://[", "x" * 2100]
)
def test_what_is_no_absolute_uri_is_invalid_target(jwt_flow: Flow, resource: str) -> None:
    """§2: "an absolute URI, as specified by Section 4.3 of RFC3986 … MUST NOT include a fragment component" """
    assert returned(jwt_flow.http.get(jwt_flow.start(resource=resource).url))["error"] == "invalid_target"
    assert error(jwt_flow.token("client_credentials", resource=resource)) == "invalid_target"


@pytest.mark.parametrize("name", ["resource", "aud", "audience"])
def test_a_resource_outside_a_closed_list_is_invalid_target(closed: Flow, name: str) -> None:
    """§2, rulings 18"""
    assert returned(closed.http.get(closed.start(**{name: C}).url))["error"] == "invalid_target"
    assert error(closed.token("client_credentials", **{name: C})) == "invalid_target"


def test_too_many_are_refused(jwt_flow: Flow) -> None:
    """§2"""
    assert error(jwt_flow.token("client_credentials", audience=" ".join(f"a{number}" for number in range(21)))) == "invalid_target"


def test_without_any_the_audience_is_the_issuer(jwt_flow: Flow, person: Person) -> None:
    """RFC 9068 §3; rulings 18"""
    assert claims_of(jwt_flow.tokens(person)["access_token"])["aud"] == jwt_flow.issuer


@pytest.mark.parametrize("name", ["resource", "aud", "audience"])
def test_a_resource_of_the_authorization_becomes_the_audience(jwt_flow: Flow, person: Person, name: str) -> None:
    """§2.1"""
    assert claims_of(jwt_flow.tokens(person, **{name: A})["access_token"])["aud"] == A


def test_several_resources_are_a_list(jwt_flow: Flow) -> None:
    """§2: "Multiple resource parameters MAY be used" """
    body = urlencode([("grant_type", "client_credentials"), ("resource", A), ("resource", B), ("resource", A)])
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = jwt_flow.http.post(jwt_flow.metadata["token_endpoint"], content=body, headers=headers, auth=("shop", jwt_flow.client_secret))
    assert claims_of(answer.json()["access_token"])["aud"] == [A, B]


def test_resource_wins_over_aud_and_that_over_audience(jwt_flow: Flow) -> None:
    """Contracts, audiences"""
    both = jwt_flow.token("client_credentials", resource=A, aud="x", audience="y").json()
    assert claims_of(both["access_token"])["aud"] == A
    assert claims_of(jwt_flow.token("client_credentials", aud="x", audience="y").json()["access_token"])["aud"] == "x"


def test_the_token_request_may_narrow_but_not_leave_the_authorization(jwt_flow: Flow, person: Person) -> None:
    """§2.2"""
    started = jwt_flow.start()
    url = started.url + "&" + urlencode([("resource", A), ("resource", B)])
    code = returned(person.open(url))["code"]
    assert error(jwt_flow.exchange(code, started, resource=C)) == "invalid_target"
    assert claims_of(jwt_flow.exchange(code, started, resource=B).json()["access_token"])["aud"] == B


def test_a_refresh_may_choose_among_the_authorized_ones(jwt_flow: Flow, person: Person) -> None:
    """§2.2"""
    started = jwt_flow.start("openid offline_access")
    url = started.url + "&" + urlencode([("resource", A), ("resource", B)])
    tokens = jwt_flow.exchange(returned(person.open(url))["code"], started).json()
    assert claims_of(tokens["access_token"])["aud"] == [A, B]
    assert claims_of(jwt_flow.refresh(tokens["refresh_token"], resource=A).json()["access_token"])["aud"] == A
    assert error(jwt_flow.refresh(tokens["refresh_token"], resource=C)) == "invalid_target"
    assert claims_of(jwt_flow.refresh(tokens["refresh_token"]).json()["access_token"])["aud"] == [A, B]


def test_a_closed_list_lets_its_members_through(closed: Flow) -> None:
    """Rulings 18"""
    assert claims_of(closed.token("client_credentials", resource=B).json()["access_token"])["aud"] == B
