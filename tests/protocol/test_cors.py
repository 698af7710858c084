"""Cross-origin requests (Fetch Standard §3.2; RFC 9700 §2.6): a client's own pages may read, nobody else's."""

import pytest

from tests.flows import Flow
from tests.person import Person
from tests.protocol.conftest import MakeFlow

OWN = "https://app.example.org"


@pytest.fixture
def app(make_flow: MakeFlow) -> Flow:
    """A client with a page of its own at `OWN`."""
    return make_flow(redirect_uris=[f"{OWN}/cb", "com.example.app:/cb"], allowed_origins=["https://spa.example.org"])


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://app.example.org", f"{OWN}:8443", f"{OWN}.evil.example", "com.example.app:"]
)
def test_a_foreign_origin_may_not_read(app: Flow, person: Person, origin: str) -> None:
    """Contracts C 63"""
    tokens = app.tokens(person)
    headers = {"Origin": origin, "Authorization": f"Bearer {tokens['access_token']}"}
    answer = app.http.get(app.metadata["userinfo_endpoint"], headers=headers)
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize("origin", [OWN, "https://spa.example.org"])
def test_an_own_origin_may_read_every_answer(app: Flow, person: Person, origin: str) -> None:
    """Contracts A1"""
    code, started = app.code(person)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": started.redirect_uri, "code_verifier": started.verifier}
    token = app.post("token_endpoint", form, Origin=origin)
    userinfo = app.http.get(
        app.metadata["userinfo_endpoint"], headers={"Origin": origin, "Authorization": f"Bearer {token.json()['access_token']}"}
    )
    revoked = app.post("revocation_endpoint", {"token": "x"}, Origin=origin)
    for answer in (token, userinfo, revoked):
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == origin
        assert "Origin" in answer.headers["vary"]


def test_without_an_origin_there_are_no_headers(app: Flow, person: Person) -> None:
    """Contracts A1"""
    answer = app.userinfo(app.tokens(person)["access_token"])
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("endpoint", ["token_endpoint", "userinfo_endpoint", "revocation_endpoint", "introspection_endpoint", "jwks_uri"])
def test_a_preflight_is_answered_for_any_origin(app: Flow, endpoint: str) -> None:
    """Contracts C 63"""
    headers = {
        "Origin": "https://any.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,x-a",
    }
    answer = app.http.request("OPTIONS", app.metadata[endpoint], headers=headers)
    assert answer.status_code in (200, 204)
    assert answer.headers["access-control-allow-origin"] == "https://any.example"
    assert answer.headers["access-control-allow-methods"] == "GET, POST, OPTIONS"
    assert answer.headers["access-control-allow-headers"] == "authorization,x-a"


@pytest.mark.parametrize("wanted", ["x\ty", "x\x7f", "x" * 600])
def test_a_preflight_gives_nothing_strange_back(app: Flow, wanted: str) -> None:
    """Fetch Standard §4.8"""
    headers = {"Origin": "https://any.example", "Access-Control-Request-Headers": wanted}
    answer = app.http.request("OPTIONS", app.metadata["token_endpoint"], headers=headers)
    assert answer.headers["access-control-allow-headers"] == "Authorization, Content-Type"


def test_a_preflight_without_an_origin_allows_nothing(app: Flow) -> None:
    """Fetch Standard §3.2.2"""
    answer = app.http.request("OPTIONS", app.metadata["token_endpoint"])
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_the_authorization_endpoint_is_closed_to_scripts(app: Flow) -> None:
    """RFC 9700 §2.6: "MUST NOT … support CORS" there"""
    answer = app.http.get(app.start().url, headers={"Origin": OWN})
    assert not [name for name in answer.headers if name.startswith("access-control-")]
