"""OpenID Connect RP-Initiated Logout 1.0."""

from collections.abc import Callable

import pytest

from accounts.models import User
from tests.clock import later
from tests.conftest import MakeUser
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import refused_by_page, returned
from tests.protocol.conftest import MakeFlow

BACK = "https://rp.example.org/signed-out"


@pytest.fixture(params=["application", "root"])
def leaving(request: pytest.FixtureRequest, make_flow: MakeFlow) -> Flow:
    """A client that people come back to after they signed out."""
    return make_flow("leaving", issuer_mode=request.param, post_logout_redirect_uris=[BACK, f"{BACK}?a=1"])


def out(flow: Flow, **parameters: str) -> tuple[str, dict[str, str]]:
    """Where to go and with what."""
    return flow.metadata["end_session_endpoint"], parameters


def is_signed_in(flow: Flow, person: Person) -> bool:
    """Whether the browser's login still stands."""
    return returned(person.open(flow.start(prompt="none").url)).get("error") != "login_required"


# what is refused


@pytest.mark.parametrize("damage", ["garbage", "signature", "none", "claims"])
def test_a_hint_that_is_not_ours_is_400_and_signs_nobody_out(leaving: Flow, person: Person, damage: str) -> None:
    """§2; OpenID Foundation modules bad-id-token-hint and modified-id-token-hint"""
    header, claims, signature = leaving.tokens(person)["id_token"].split(".")
    hint = {
        "garbage": "nonsense",
        "signature": f"{header}.{claims}.{signature[:-6]}AAAAAA",
        "none": f"eyJhbGciOiJub25lIn0.{claims}.eA",
        "claims": f"{header}.e30.{signature}",
    }[damage]
    url, parameters = out(leaving, id_token_hint=hint, post_logout_redirect_uri=BACK)
    assert refused_by_page(person.http.get(url, params=parameters)) == "invalid_request"
    assert is_signed_in(leaving, person)


def test_a_hint_of_another_client_than_client_id_is_400(leaving: Flow, make_flow: MakeFlow, person: Person) -> None:
    """§2: "the OP MUST verify that the Client Identifier matches the one used when issuing the ID Token" """
    other = make_flow("other")
    url, parameters = out(leaving, id_token_hint=leaving.tokens(person)["id_token"], client_id=other.client_id)
    assert refused_by_page(person.http.get(url, params=parameters)) == "invalid_request"


def test_a_hint_of_another_issuer_is_400(make_flow: MakeFlow, person: Person) -> None:
    """§2, §4; contracts A11: signature, aud and iss are checked"""
    one, other = make_flow("one"), make_flow("other", post_logout_redirect_uris=[BACK])
    url, parameters = out(one, id_token_hint=other.tokens(person)["id_token"], post_logout_redirect_uri=BACK)
    assert refused_by_page(person.http.get(url, params=parameters)) == "invalid_request"


@pytest.mark.parametrize(
    "uri", ["https://evil.example/", f"{BACK}/", f"{BACK}?b=1", f"{BACK}?a=1&b=2", "https://rp.example.org/", f"{BACK}#f"]
)
def test_an_address_that_is_not_registered_is_400_and_not_shown(leaving: Flow, person: Person, uri: str) -> None:
    """§3: "the OP MUST NOT perform post-logout redirection"; contracts C 64"""
    url, parameters = out(leaving, id_token_hint=leaving.tokens(person)["id_token"], post_logout_redirect_uri=uri)
    answer = person.http.get(url, params=parameters)
    assert refused_by_page(answer) == "invalid_request"
    assert "evil.example" not in answer.text


def test_an_address_without_a_client_is_400(leaving: Flow, person: Person) -> None:
    """§3; OpenID Foundation module no-id-token-hint"""
    leaving.tokens(person)
    url, parameters = out(leaving, post_logout_redirect_uri=BACK, state="s")
    assert refused_by_page(person.http.get(url, params=parameters)) == "invalid_request"


def test_an_unknown_client_id_does_not_help(leaving: Flow, person: Person) -> None:
    """§3"""
    url, parameters = out(leaving, post_logout_redirect_uri=BACK, client_id="nobody")
    assert refused_by_page(person.http.get(url, params=parameters)) == "invalid_request"


@pytest.mark.parametrize(
    "parameters", [{}, {"state": "s"}, {"client_id": "leaving"}, {"client_id": "leaving", "post_logout_redirect_uri": BACK}]
)
def test_without_a_hint_the_person_is_asked_first(leaving: Flow, person: Person, parameters: dict[str, str]) -> None:
    """§2: "the OP SHOULD ask the End-User whether to log out"; OpenID Foundation modules no-params, only-state"""
    leaving.tokens(person)
    answer = person.http.get(out(leaving)[0], params=parameters)
    assert answer.status_code == 200
    assert 'id="logout-confirm"' in answer.text
    assert is_signed_in(leaving, person)


def test_a_request_beyond_all_bounds_is_400(leaving: Flow, person: Person) -> None:
    """§2"""
    answer = person.http.post(out(leaving)[0], data={"state": "x" * 8000})
    assert refused_by_page(answer) == "invalid_request"


def test_another_sites_form_does_not_confirm(leaving: Flow, person: Person) -> None:
    """§6; cross-site request forgery"""
    leaving.tokens(person)
    answer = person.http.post(out(leaving)[0], data={"decision": "logout"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert is_signed_in(leaving, person)


# what happens


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_hint_and_a_registered_address_lead_back_with_the_state(leaving: Flow, person: Person, method: str) -> None:
    """§2, §3; OpenID Foundation module rp-initiated-logout"""
    url, parameters = out(leaving, id_token_hint=leaving.tokens(person)["id_token"], post_logout_redirect_uri=BACK, state="a b&c")
    given = {"params": parameters} if method == "GET" else {"data": parameters}
    answer = person.http.request(method, url, **given)  # type: ignore[arg-type]
    if method == "POST":  # without our cookies, which another site's POST does not bring
        answer = person.http.get(answer.headers["location"])
    assert answer.is_redirect
    assert answer.headers["location"] in (f"{BACK}?state=a+b%26c", f"{BACK}?state=a%20b%26c")
    assert not is_signed_in(leaving, person)


def test_without_a_state_there_is_none(leaving: Flow, person: Person) -> None:
    """§3; OpenID Foundation module no-state"""
    url, parameters = out(leaving, id_token_hint=leaving.tokens(person)["id_token"], post_logout_redirect_uri=BACK)
    assert person.http.get(url, params=parameters).headers["location"] == BACK


def test_a_registered_query_is_kept(leaving: Flow, person: Person) -> None:
    """§3"""
    url, parameters = out(leaving, id_token_hint=leaving.tokens(person)["id_token"], post_logout_redirect_uri=f"{BACK}?a=1", state="s")
    assert person.http.get(url, params=parameters).headers["location"] == f"{BACK}?a=1&state=s"


def test_without_an_address_a_page_says_so(leaving: Flow, person: Person) -> None:
    """§3; OpenID Foundation module no-post-logout-redirect-uri"""
    url, parameters = out(leaving, id_token_hint=leaving.tokens(person)["id_token"], state="s")
    answer = person.http.get(url, params=parameters)
    assert (answer.status_code, "You are signed out" in answer.text) == (200, True)
    assert not is_signed_in(leaving, person)


def test_an_expired_hint_is_good(leaving: Flow, person: Person) -> None:
    """§2: "the OP SHOULD accept ID Tokens … even when the exp time has passed" """
    hint = leaving.tokens(person)["id_token"]
    with later(7200):
        url, parameters = out(leaving, id_token_hint=hint, post_logout_redirect_uri=BACK)
        assert person.http.get(url, params=parameters).headers["location"] == BACK


def test_without_a_session_one_is_led_back_all_the_same(leaving: Flow, person: Person, browser: Callable[..., Person]) -> None:
    """§3; contracts C 64"""
    url, parameters = out(leaving, id_token_hint=leaving.tokens(person)["id_token"], post_logout_redirect_uri=BACK)
    assert browser().http.get(url, params=parameters).headers["location"] == BACK


def test_a_confirmed_logout_leads_back_to_the_registered_address(leaving: Flow, person: Person) -> None:
    """§2, client_id; contracts A11"""
    leaving.tokens(person)
    url, parameters = out(leaving, client_id="leaving", post_logout_redirect_uri=BACK, state="s")
    person.answer = person.http.get(url, params=parameters)
    answer = person.press("logout-confirm")
    assert answer.headers["location"] == f"{BACK}?state=s"
    assert not is_signed_in(leaving, person)


def test_a_posted_request_keeps_its_parameters_through_the_question(leaving: Flow, person: Person) -> None:
    """§2: "OpenID Providers MUST support the use of the HTTP GET and POST methods" """
    leaving.tokens(person)
    url, parameters = out(leaving, client_id="leaving", post_logout_redirect_uri=BACK, state="s")
    asked = person.http.post(url, data=parameters)
    assert asked.status_code == 303
    person.answer = person.http.get(asked.headers["location"])
    assert person.press("logout-confirm").headers["location"] == f"{BACK}?state=s"


def test_a_hint_about_somebody_else_is_asked_about(
    leaving: Flow, person: Person, make_user: MakeUser, browser: Callable[..., Person], alice: User
) -> None:
    """§2: "When the OP detects … a different End-User … the OP SHOULD … ask" """
    make_user("bob")
    bob = browser("bob")
    hint = leaving.tokens(bob)["id_token"]
    leaving.tokens(person)
    url, parameters = out(leaving, id_token_hint=hint)
    assert 'id="logout-confirm"' in person.http.get(url, params=parameters).text
    assert is_signed_in(leaving, person)


def test_no_registered_address_means_the_parameter_is_ignored(make_flow: MakeFlow, person: Person) -> None:
    """Contracts A11"""
    flow = make_flow()
    url, parameters = out(flow, id_token_hint=flow.tokens(person)["id_token"], post_logout_redirect_uri=BACK)
    answer = person.http.get(url, params=parameters)
    assert (answer.status_code, "You are signed out" in answer.text) == (200, True)


def test_the_metadata_names_the_endpoint(leaving: Flow) -> None:
    """§2.1"""
    assert leaving.metadata["end_session_endpoint"].startswith("http://localhost:8000/")
