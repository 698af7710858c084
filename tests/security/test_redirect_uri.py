"""Attacks on the redirect URI: nothing but what is registered ever receives a browser."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.core.exceptions import ValidationError

from providers.models import Client
from tests.conftest import MakeClient
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import refused_by_page, returned

MakeFlow = Callable[..., Flow]
REGISTERED = "https://app.test/cb"


@pytest.fixture
def app(make_flow: MakeFlow) -> Flow:
    """A client with one redirect URI on the web."""
    return make_flow("app", redirect_uris=[REGISTERED])


def asked(flow: Flow, redirect_uri: str | None, **parameters: str | None) -> httpx.Response:
    """The answer to an authorization request with this redirect URI, from a browser where nobody is signed in."""
    return flow.http.get(flow.start(redirect_uri=redirect_uri, **parameters).url)


@pytest.mark.row(1)
def test_an_address_of_a_stranger_gets_a_page(app: Flow):
    assert refused_by_page(asked(app, "https://evil.example/cb")) == "invalid_request"


@pytest.mark.row(2)
@pytest.mark.parametrize(
    "uri",
    [
        "https://app.test/cb2",
        "https://app.test/cb/x",
        "https://app.test/c",
        "https://app.test/",
        "https://app.test.evil.example/cb",
        "https://xapp.test/cb",
        "https://app.test/cb?x=1",
        "https://app.test/cb?",
        "http://app.test/cb",
    ],
)
def test_neither_a_longer_nor_a_shorter_address_matches(app: Flow, uri: str):
    refused_by_page(asked(app, uri))


@pytest.mark.row(3)
def test_a_dot_of_a_registered_address_is_only_a_dot(app: Flow):
    refused_by_page(asked(app, "https://appXtest/cb"))


@pytest.mark.row(5)
@pytest.mark.parametrize(
    "uri",
    [
        "https://app.test\\@evil.example/cb",
        " https://app.test/cb",
        "https://app.test/cb ",
        "\thttps://app.test/cb",
        "https://app.test/\tcb",
        "/\thttps://app.test/cb",
        "https:evil.example",
        "https:app.test/cb",
        "https:///app.test/cb",
        "///evil.example",
        "//evil.example",
        "https://app.test@evil.example/cb",
        "https://evil.example#@app.test/cb",
        "https://app.test/cb\r\nLocation: https://evil.example",
    ],
)
def test_spellings_that_parsers_disagree_about_match_nothing(app: Flow, uri: str):
    refused_by_page(asked(app, uri))


@pytest.mark.row(6)
@pytest.mark.parametrize(
    "path", ["/cb/../x", "/cb/..;/x", "/cb/%2e%2e/x", "/cb/%252e%252e/x", "/cb/..%2fx", "/x/../cb", "/./cb", "//cb", "/%63b"]
)
def test_no_path_is_normalised_before_it_is_compared(app: Flow, path: str):
    refused_by_page(asked(app, f"https://app.test{path}"))


@pytest.mark.row(7)
@pytest.mark.parametrize("uri", ["https://app.test/CB", "https://APP.test/cb", "HTTPS://app.test/cb"])
def test_the_case_of_every_letter_counts(app: Flow, uri: str):
    refused_by_page(asked(app, uri))


@pytest.mark.row(9)
@pytest.mark.parametrize("suffix", [";evil=1", "#x", "#", "%23x"])
def test_path_parameters_and_fragments_do_not_match(app: Flow, suffix: str):
    refused_by_page(asked(app, REGISTERED + suffix))


@pytest.mark.row(9)
@pytest.mark.row(10)
@pytest.mark.parametrize(
    "suffix", ["#x", "#", "?code=1", "?x=1&state=2", "?iss=https://evil.example", "?error=x", "?response=x", "?%63ode=1"]
)
def test_an_address_with_a_fragment_or_a_parameter_of_ours_cannot_be_registered(make_client: MakeClient, suffix: str):
    with pytest.raises(ValidationError):
        make_client("app", redirect_uris=[REGISTERED + suffix])


@pytest.mark.row(10)
def test_parameters_of_an_answer_come_once_beside_those_of_the_address(make_flow: MakeFlow, person: Person):
    flow = make_flow("app", redirect_uris=[f"{REGISTERED}?tenant=1"])
    answer = person.open(flow.start().url)
    assert set(returned(answer)) == {"tenant", "code", "state", "iss"}


@pytest.mark.row(11)
@pytest.mark.parametrize("uri", ["https://app.test:8443/cb", "https://app.test:443/cb"])
def test_another_port_on_the_web_does_not_match(app: Flow, uri: str):
    refused_by_page(asked(app, uri))


@pytest.mark.row(11)
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_any_port_on_loopback_matches_with_the_same_path_and_query_alone(make_flow: MakeFlow, host: str):
    flow = make_flow("native", redirect_uris=[f"http://{host}/cb?a=1"])
    assert "/continue/" in asked(flow, f"http://{host}:49152/cb?a=1").headers["location"]
    for uri in (
        f"http://{host}:49152/cb",
        f"http://{host}:49152/x?a=1",
        f"https://{host}:49152/cb?a=1",
        f"http://{host}:49152@evil.example/cb?a=1",
        f"http://{host}.evil.example:49152/cb?a=1",
        f"http://{host}:/cb?a=1",
        f"http://{host}:123456/cb?a=1",
    ):
        refused_by_page(asked(flow, uri))


@pytest.mark.row(13)
@pytest.mark.parametrize(
    "field", ["redirect_uris", "post_logout_redirect_uris", "client_uri", "logo_uri", "policy_uri", "tos_uri", "initiate_login_uri"]
)
@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "FILE:///etc/passwd", "java\tscript:alert(1)"]
)
def test_no_address_that_a_browser_runs_can_be_registered(make_client: MakeClient, field: str, uri: str):
    with pytest.raises(ValidationError):
        make_client("app", **{field: [uri] if field.endswith("redirect_uris") else uri})


@pytest.mark.row(13)
def test_an_address_that_a_browser_runs_is_refused_even_if_it_got_into_the_table(app: Flow):
    client = Client.objects.get(slug="app")
    client.redirect_uris = "javascript:alert(1)"
    client.save()
    refused_by_page(asked(app, "javascript:alert(1)"))


@pytest.mark.row(15)
@pytest.mark.parametrize(
    "uri",
    [
        "https://\u0430pp.test/cb",
        "https://app\uff0etest/cb",
        "https://app.test/\uff43b",
        "https://app\u3002test/cb",
        "https://xn--pp-6kc.test/cb",
    ],
)
def test_letters_that_look_alike_are_other_letters(app: Flow, uri: str):
    refused_by_page(asked(app, uri))


@pytest.mark.row(17)
def test_without_a_redirect_uri_nothing_is_guessed(make_flow: MakeFlow):
    two = make_flow("two", redirect_uris=[REGISTERED, "https://app.test/other"])
    none = make_flow("machine", redirect_uris=[], grant_types=["client_credentials"])
    for flow in (two, none):
        refused_by_page(asked(flow, None))
        refused_by_page(asked(flow, ""))


@pytest.mark.row(18)
def test_prompt_none_does_not_redirect_to_a_stranger(app: Flow):
    refused_by_page(asked(app, "https://evil.example/cb", prompt="none"))


@pytest.mark.row(19)
@pytest.mark.parametrize(
    "parameters",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"response_type": "evil"},
        {"response_type": None},
        {"scope": "nothing"},
        {"request": "e30.e30."},
        {"request_uri": "https://evil.example/r"},
        {"response_mode": "evil"},
        {"prompt": "none login"},
        {"max_age": "x"},
        {"claims": "{"},
        {"code_challenge_method": "evil"},
        {"id_token_hint": "x"},
        {"state": "x" * 5000},
        {"resource": "x#y"},
    ],
)
def test_client_and_address_are_looked_at_before_everything_else(app: Flow, parameters: dict[str, str | None]):
    refused_by_page(asked(app, "https://evil.example/cb", **parameters))


@pytest.mark.row(19)
def test_a_client_of_nobody_gets_a_page_even_with_an_address_of_somebody(app: Flow):
    refused_by_page(asked(app, REGISTERED, client_id="nobody"))


@pytest.mark.row(21)
@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/reauthenticate/", "/accounts/logout/", "/admin/login/"])
@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "///evil.example",
        "/\t/evil.example",
        "\\\\evil.example",
        "/x\r\nLocation: https://evil.example",
        "javascript:alert(1)",
        "http://localhost:8000@evil.example/",
        "http://localhost:8000.evil.example/",
    ],
)
def test_the_login_leads_nowhere_else(person: Person, path: str, target: str):
    if path != "/accounts/login/":
        person.open("/accounts/login/")
    request = person.http.build_request("GET", path, params={"next": target})
    answer = person.open(str(request.url))
    assert answer.headers.get("location", "/").startswith("/") and not answer.headers.get("location", "/").startswith(("//", "/\\", "/\t"))
    assert "evil.example" not in answer.url.host


@pytest.mark.row(23)
def test_credentials_and_consent_are_answered_with_a_redirect_that_drops_them(flow: Flow, person: Person, exchanges: Any):
    flow.code(person)
    statuses = {answer.status_code for answer in exchanges.answers if answer.request.method == "POST" and answer.is_redirect}
    assert statuses and statuses <= {302, 303}


@pytest.mark.row(23)
def test_a_request_by_post_becomes_a_get(flow: Flow):
    started = flow.start()
    url, _, query = started.url.partition("?")
    answer = flow.http.post(url, content=query, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 303 and answer.headers["location"].startswith("/application/o/authorize/?")
