"""The published interface cases of applications (section C of the contract), as far as this release goes and as rulings amend them.

Numbers are those of the list. Cases that a specification's module holds in full are here in one request each.
"""

import logging

import httpx
import pytest
from django.core.exceptions import ValidationError

from scopes.services import assignments
from tests.clock import later
from tests.conftest import MakeClient
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import refused_by_page, returned
from tests.protocol.conftest import MakeFlow

BASE = "http://localhost:8000"
CALLBACK = "https://rp.test/cb"
OFFLINE = "openid profile email offline_access"


@pytest.fixture
def demo(make_flow: MakeFlow) -> Flow:
    """The application `demo` of the list: confidential, one strict redirect URI, RS256, explicit consent."""
    return make_flow("demo", redirect_uris=[CALLBACK], security_profile="oidc")


@pytest.fixture
def pub(make_flow: MakeFlow) -> Flow:
    """The application `pub` of the list: public."""
    return make_flow("pub", redirect_uris=[CALLBACK], token_endpoint_auth_method="none")


# discovery and keys


@pytest.mark.case(1)
def test_discovery_names_the_issuer_and_absolute_endpoints(demo: Flow) -> None:
    assert demo.metadata["issuer"] == f"{BASE}/application/o/demo/"
    assert all(url.startswith(f"{BASE}/") for name, url in demo.metadata.items() if name.endswith("_endpoint"))


@pytest.mark.case(2)
def test_discovery_of_an_unknown_slug_is_404(http: httpx.Client, demo: Flow) -> None:
    assert http.get("/application/o/unknown/.well-known/openid-configuration").status_code == 404


@pytest.mark.case(3)
def test_the_global_issuer_mode_names_the_base(http: httpx.Client, make_client: MakeClient) -> None:
    make_client("demo", issuer_mode="root")
    assert http.get("/application/o/demo/.well-known/openid-configuration").json()["issuer"] == f"{BASE}/"


@pytest.mark.case(4)
def test_an_applications_address_redirects_to_discovery(demo: Flow) -> None:
    answer = demo.http.get("/application/o/demo/")
    assert answer.is_redirect
    assert answer.headers["location"] == f"{BASE}/application/o/demo/.well-known/openid-configuration"


@pytest.mark.case(5)
def test_every_published_key_is_one_that_signs_signed_or_will(demo: Flow) -> None:
    answer = demo.http.get("/application/o/demo/jwks/")
    assert len(answer.json()["keys"]) == 2
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.case(6)
def test_a_symmetric_client_publishes_no_keys(make_flow: MakeFlow) -> None:
    flow = make_flow("demo", id_token_signed_response_alg="HS256")
    assert flow.http.get(flow.metadata["jwks_uri"]).json() == {"keys": []}


@pytest.mark.case(7)
@pytest.mark.parametrize(
    "slug", ["token", "authorize", "userinfo", "introspect", "revoke", "device", "register", "jwks", "end-session", "par"]
)
def test_the_name_of_an_endpoint_is_no_slug(make_client: MakeClient, slug: str) -> None:
    with pytest.raises(ValidationError):
        make_client(slug)


# authorize


@pytest.mark.case(8)
def test_authorize_without_query_is_404(http: httpx.Client, demo: Flow) -> None:
    assert http.get("/application/o/authorize/").status_code == 404


@pytest.mark.case(9)
def test_an_unknown_client_id_is_a_400_page(demo: Flow) -> None:
    assert refused_by_page(demo.http.get(demo.start(client_id="unknown").url)) == "invalid_request"


@pytest.mark.case(10)
def test_an_evil_redirect_uri_is_a_400_page(demo: Flow) -> None:
    assert refused_by_page(demo.http.get(demo.start(redirect_uri="https://evil/cb").url)) == "invalid_request"


@pytest.mark.case(11)
def test_a_missing_redirect_uri_is_400(demo: Flow) -> None:
    assert refused_by_page(demo.http.get(demo.start(redirect_uri=None).url)) == "invalid_request"


@pytest.mark.case(15)
def test_response_type_foo_is_unsupported(demo: Flow) -> None:
    got = returned(demo.http.get(demo.start(response_type="foo", state="st").url))
    assert (got["error"], got["state"]) == ("unsupported_response_type", "st")


@pytest.mark.case(16)
def test_a_request_object_is_not_supported(demo: Flow) -> None:
    assert returned(demo.http.get(demo.start(request="abc").url))["error"] == "request_not_supported"


@pytest.mark.case(17)
def test_a_challenge_method_s512_is_an_invalid_request(demo: Flow) -> None:
    assert returned(demo.http.get(demo.start(code_challenge_method="S512").url))["error"] == "invalid_request"


@pytest.mark.case(18)
def test_an_error_is_appended_to_a_query(make_flow: MakeFlow) -> None:
    flow = make_flow("demo", redirect_uris=[f"{CALLBACK}?a=1"])
    assert flow.http.get(flow.start(response_type="foo").url).headers["location"].startswith(f"{CALLBACK}?a=1&error=")


@pytest.mark.case(19)
def test_an_unknown_scope_is_dropped_and_logged(demo: Flow, person: Person, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="providers.authorize.rules"):
        assert demo.tokens(person, "openid unknown")["scope"] == "openid"
    assert any("unknown" in record.getMessage() for record in caplog.records)


@pytest.mark.case(20)
def test_no_scope_offers_all_configured_ones_without_githubs(make_flow: MakeFlow, person: Person) -> None:
    flow = make_flow("demo", scope="openid profile email groups user user:email read:org")
    person.open(flow.start(None).url, stop_at="consent-approve")
    assert person.answer is not None
    assert all(f'value="{scope}"' in person.answer.text for scope in ("profile", "email", "groups"))
    assert "read:org" not in person.answer.text


@pytest.mark.case(23)
def test_prompt_none_without_session_is_login_required(demo: Flow) -> None:
    assert returned(demo.http.get(demo.start(prompt="none").url))["error"] == "login_required"


@pytest.mark.case(24)
def test_prompt_none_with_offline_access_is_consent_required(demo: Flow, person: Person) -> None:
    demo.tokens(person, "openid")
    assert demo.authorize(person, demo.start("openid offline_access", prompt="none"))["error"] == "consent_required"


@pytest.mark.case(25)
def test_prompt_login_when_signed_out_is_exactly_one_login(demo: Flow, person: Person) -> None:
    demo.tokens(person, prompt="login")
    assert person.logins == 1


@pytest.mark.case(26)
def test_prompt_login_when_signed_in_is_another_login(demo: Flow, person: Person) -> None:
    before = demo.tokens(person)["claims"]["auth_time"]
    with later(5):
        assert demo.tokens(person, prompt="login")["claims"]["auth_time"] > before
    assert person.logins == 2


@pytest.mark.case(27)
def test_max_age_zero_is_a_login_and_x_an_error(demo: Flow, person: Person) -> None:
    demo.tokens(person)
    demo.tokens(person, max_age="0")
    assert person.logins == 2
    assert returned(demo.http.get(demo.start(max_age="x").url))["error"] == "invalid_request"


@pytest.mark.case(28)
def test_select_account_and_none_is_an_invalid_request(demo: Flow) -> None:
    assert returned(demo.http.get(demo.start(prompt="select_account none").url))["error"] == "invalid_request"


@pytest.mark.case(29)
def test_login_hint_fills_the_form(demo: Flow, person: Person) -> None:
    page = person.open(demo.start(login_hint="bob").url, stop_at="id_login")
    assert 'value="bob"' in page.text


@pytest.mark.case(30)
def test_a_denial_is_access_denied_with_the_state(demo: Flow, person: Person) -> None:
    got = demo.authorize(person, demo.start(state="st"), consent=False)
    assert (got["error"], got["state"]) == ("access_denied", "st")


@pytest.mark.case(31)
def test_expiring_consent_asks_for_what_is_new_and_after_its_time(make_flow: MakeFlow, person: Person) -> None:
    flow = make_flow("demo", consent="expiring", consent_lifetime=600)
    flow.tokens(person, "openid email")
    flow.tokens(person, "openid email")
    assert person.consents == 1
    page = person.open(flow.start("openid email profile").url, stop_at="consent-approve").text
    assert page.count(">New<") == 1
    with later(601):
        person.open(flow.start("openid email").url, stop_at="consent-approve")
        assert person.sees("consent-approve")


@pytest.mark.case(33)
def test_assignments_decide_and_none_means_everybody(make_flow: MakeFlow, person: Person) -> None:
    assignments.create({"name": "board"}, actor="test")
    closed, opened = make_flow("closed", assignments=["board"]), make_flow("opened")
    assert refused_by_page(person.open(closed.start().url), 403) == "access_denied"
    assert opened.tokens(person)["claims"]
