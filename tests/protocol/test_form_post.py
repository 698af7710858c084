"""OAuth 2.0 Form Post Response Mode, and response modes in general (OAuth 2.0 Multiple Response Types §2.1)."""

import pytest
from lxml import html

from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import returned
from tests.protocol.conftest import MakeFlow


def fields(page: str) -> tuple[str, str, dict[str, str]]:
    """Method, target and hidden fields of the form."""
    form = html.fromstring(page).get_element_by_id("form-post")
    return form.get("method"), form.get("action"), {field.get("name"): field.get("value") for field in form.xpath(".//input")}


@pytest.mark.parametrize("mode", ["smoke", "query.jwt", "jwt", "web_message", "Query"])
def test_an_unknown_mode_is_an_error_in_the_default_mode(flow: Flow, mode: str) -> None:
    """Multiple Response Types §2.1"""
    assert returned(flow.http.get(flow.start(response_mode=mode).url))["error"] == "invalid_request"


def test_tokens_never_travel_in_a_query(flow: Flow) -> None:
    """Multiple Response Types §3.0, §5"""
    location = flow.http.get(flow.start(response_type="id_token", response_mode="query").url).headers["location"]
    assert "#error=" in location


def test_an_error_is_posted_too(flow: Flow) -> None:
    """§2"""
    started = flow.start(response_type="foo", response_mode="form_post")
    method, target, sent = fields(flow.http.get(started.url).text)
    assert (method, target) == ("post", flow.redirect_uri)
    assert (sent["error"], sent["state"], sent["iss"]) == ("unsupported_response_type", started.state, flow.issuer)


def test_a_code_is_posted_and_can_be_redeemed(either: Flow, person: Person) -> None:
    """§2: "the Authorization Response parameters are encoded as HTML form values" """
    started = either.start(response_mode="form_post")
    answer = person.open(started.url)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] in ("no-store", "no-cache, no-store")
    _, target, sent = fields(answer.text)
    assert target == either.redirect_uri
    assert set(sent) == {"code", "state", "iss"}
    assert sent["state"] == started.state
    assert either.exchange(sent["code"], started).status_code == 200


def test_the_page_may_send_its_form_to_the_client_only(make_flow: MakeFlow, person: Person) -> None:
    """§4; CSP form-action"""
    flow = make_flow(redirect_uris=["https://rp.example.org/cb"])
    policy = person.open(flow.start(response_mode="form_post").url).headers["content-security-policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";") if " " in part.strip())
    assert "https://rp.example.org" in directives["form-action"]
    assert "unsafe-inline" not in directives.get("script-src", "")
    assert "frame-ancestors 'none'" in policy


def test_values_are_escaped(flow: Flow) -> None:
    """§2"""
    state = '"><script>alert(1)</script>'
    page = flow.http.get(flow.start(response_type="foo", response_mode="form_post", state=state).url).text
    assert "<script>alert" not in page
    assert fields(page)[2]["state"] == state


def test_a_fragment_may_be_asked_for(flow: Flow, person: Person) -> None:
    """Multiple Response Types §2.1"""
    started = flow.start(response_mode="fragment")
    location = person.open(started.url).headers["location"]
    assert location.startswith(f"{flow.redirect_uri}#")
    assert "code=" in location
