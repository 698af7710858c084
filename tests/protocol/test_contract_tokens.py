"""The published interface cases of applications (section C of the contract) from the token endpoint on, as rulings amend them.

Numbers are those of the list. Cases that a specification's module holds in full are here in one request each.
"""

from collections.abc import Callable

import pytest

from accounts.models import User
from scopes.services import mappings
from tests.clock import later
from tests.conftest import SECRET
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import element, error, header_of, refused_by_page, returned
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


# token


@pytest.mark.case(34)
def test_a_code_becomes_tokens_without_a_refresh_token(demo: Flow, person: Person) -> None:
    code, started = demo.code(person)
    answer = demo.exchange(code, started)
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 3600, "openid")
    assert "id_token" in body
    assert "refresh_token" not in body
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.case(35)
def test_offline_access_brings_a_refresh_token(demo: Flow, person: Person) -> None:
    assert demo.tokens(person, OFFLINE)["refresh_token"]


@pytest.mark.case(36)
def test_a_code_twice_kills_the_first_tokens(demo: Flow, person: Person) -> None:
    code, started = demo.code(person)
    token = demo.exchange(code, started).json()["access_token"]
    assert error(demo.exchange(code, started)) == "invalid_grant"
    assert error(demo.userinfo(token), 401) == "invalid_token"


@pytest.mark.case(37)
def test_a_code_after_its_time_is_invalid(demo: Flow, person: Person) -> None:
    code, started = demo.code(person)
    with later(61):
        assert error(demo.exchange(code, started)) == "invalid_grant"


@pytest.mark.case(38)
def test_a_code_of_another_client_is_invalid(demo: Flow, pub: Flow, person: Person) -> None:
    code, started = demo.code(person)
    assert error(pub.exchange(code, started)) == "invalid_grant"


@pytest.mark.case(39)
@pytest.mark.parametrize("auth", ["post", "basic"])
def test_a_wrong_secret_is_401(demo: Flow, auth: str) -> None:
    demo.auth, demo.client_secret = auth, "wrong"
    answer = demo.token("authorization_code", code="x")
    assert error(answer, 401) == "invalid_client"
    assert "www-authenticate" in answer.headers


@pytest.mark.case(40)
def test_another_registered_redirect_uri_is_invalid(make_flow: MakeFlow, person: Person) -> None:
    flow = make_flow("demo", redirect_uris=[CALLBACK, "https://rp.test/other"])
    code, started = flow.code(person)
    assert error(flow.exchange(code, started, redirect_uri="https://rp.test/other")) == "invalid_grant"


@pytest.mark.case(41)
@pytest.mark.parametrize("verifier", ["x" * 43, None])
def test_pkce_wants_its_verifier(demo: Flow, person: Person, verifier: str | None) -> None:
    code, started = demo.code(person)
    assert error(demo.exchange(code, started, code_verifier=verifier)) == "invalid_grant"


@pytest.mark.case(41)
def test_pkce_wants_no_verifier_without_challenge(demo: Flow, person: Person) -> None:
    code, started = demo.code(person, pkce=False)
    assert error(demo.exchange(code, started, code_verifier="x" * 43)) == "invalid_grant"


@pytest.mark.case(42)
def test_a_public_client_without_pkce_is_refused_at_authorize(pub: Flow) -> None:
    assert returned(pub.http.get(pub.start(pkce=False).url))["error"] == "invalid_request"


@pytest.mark.case(43)
@pytest.mark.parametrize(("methods", "outcome"), [(["S256"], "error"), (["S256", "plain"], "code")])
def test_plain_pkce_is_for_those_who_opt_in(make_flow: MakeFlow, person: Person, methods: list[str], outcome: str) -> None:
    flow = make_flow("demo", code_challenge_methods=methods)
    assert outcome in flow.authorize(person, flow.start(code_challenge="v" * 43, code_challenge_method="plain"))


@pytest.mark.case(44)
def test_a_rotated_token_is_invalid_after_the_grace(pub: Flow, person: Person) -> None:
    old = pub.tokens(person, OFFLINE)["refresh_token"]
    assert pub.refresh(old).json()["refresh_token"] != old
    with later(15):
        assert error(pub.refresh(old)) == "invalid_grant"


@pytest.mark.case(45)
def test_a_superset_is_invalid_scope_and_leaving_offline_access_out_loses_nothing(demo: Flow, person: Person) -> None:
    token = demo.tokens(person, "openid offline_access")["refresh_token"]
    assert error(demo.refresh(token, scope="openid offline_access email")) == "invalid_scope"
    assert demo.refresh(demo.refresh(token, scope="openid").json()["refresh_token"]).status_code == 200


@pytest.mark.case(46)
def test_a_refresh_keeps_auth_time_and_sub(demo: Flow, person: Person) -> None:
    tokens = demo.tokens(person, OFFLINE)
    with later(100):
        claims = demo.verify(demo.refresh(tokens["refresh_token"]).json()["id_token"])
    assert (claims["auth_time"], claims["sub"]) == (tokens["claims"]["auth_time"], tokens["claims"]["sub"])


@pytest.mark.case(47)
def test_two_refreshes_inside_the_grace_are_both_answered(pub: Flow, person: Person) -> None:
    token = pub.tokens(person, OFFLINE)["refresh_token"]
    answers = [pub.refresh(token) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["refresh_token"] == answers[1].json()["refresh_token"]


# userinfo and claims


@pytest.mark.case(56)
def test_userinfo_wants_a_token_with_openid(demo: Flow, person: Person) -> None:
    answer = demo.http.get(demo.metadata["userinfo_endpoint"])
    assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token"')
    assert error(answer, 401) == "invalid_token"
    assert error(demo.userinfo(demo.tokens(person, "email")["access_token"]), 403) == "insufficient_scope"


@pytest.mark.case(56)
def test_userinfo_by_get_and_post_are_the_same(demo: Flow, person: Person) -> None:
    token = demo.tokens(person, "openid email groups")["access_token"]
    got = demo.userinfo(token).json()
    assert set(got) == {"sub", "email", "email_verified", "groups"}
    assert got["email_verified"] is True  # that of the address, see rulings
    assert demo.http.post(demo.metadata["userinfo_endpoint"], headers={"Authorization": f"Bearer {token}"}).json() == got


@pytest.mark.case(57)
def test_claims_may_be_kept_out_of_the_id_token(make_flow: MakeFlow, person: Person) -> None:
    flow = make_flow("demo", include_claims_in_id_token=False)
    tokens = flow.tokens(person, "openid email")
    assert "email" not in tokens["claims"]
    assert flow.userinfo(tokens["access_token"]).json()["email"] == "alice@example.org"


@pytest.mark.case(58)
@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("hashed_user_id", lambda user: user.sub),
        ("user_id", lambda user: str(user.pk)),
        ("user_uuid", lambda user: str(user.uuid)),
        ("user_username", lambda user: "alice"),
        ("user_email", lambda user: "alice@example.org"),
        ("user_upn", lambda user: user.sub),
    ],
)
def test_each_sub_mode_says_what_it_says(
    make_flow: MakeFlow, person: Person, alice: User, mode: str, expected: Callable[[User], str]
) -> None:
    assert make_flow("demo", sub_mode=mode).tokens(person)["claims"]["sub"] == expected(alice)


@pytest.mark.case(60)
def test_two_mappings_of_one_scope_are_merged(make_flow: MakeFlow, person: Person) -> None:
    for name, role in (("roles-a", "reader"), ("roles-b", "writer")):
        mappings.create({"name": name, "scope_name": "roles", "template": f'{{"roles": ["{role}"]}}'}, actor="test")
    flow = make_flow("demo", scope="openid roles")
    assert flow.userinfo(flow.tokens(person, "openid roles")["access_token"]).json()["roles"] == ["reader", "writer"]


# introspection, revocation, CORS, logout


@pytest.mark.case(61)
def test_introspection_is_for_ones_own_tokens(demo: Flow, make_flow: MakeFlow, person: Person) -> None:
    token = demo.tokens(person)["access_token"]
    body = demo.introspect(token).json()
    assert (body["active"], body["client_id"], body["scope"]) == (True, "demo", "openid")
    assert make_flow("other").introspect(token).json() == {"active": False}
    assert error(demo.http.post(demo.metadata["introspection_endpoint"], data={"token": token}), 401) == "invalid_client"
    demo.revoke(token)
    assert demo.introspect(token).json() == {"active": False}


@pytest.mark.case(62)
def test_revoking_an_unknown_token_is_200_and_bad_credentials_401(demo: Flow) -> None:
    answer = demo.revoke("unknown")
    assert (answer.status_code, answer.json()) == (200, {})
    demo.client_secret = "wrong"
    assert error(demo.revoke("unknown"), 401) == "invalid_client"


@pytest.mark.case(63)
@pytest.mark.parametrize(("origin", "echoed"), [("https://rp.test", "https://rp.test"), ("https://evil.test", None)])
def test_cors_at_the_token_endpoint(make_flow: MakeFlow, origin: str, echoed: str | None) -> None:
    flow = make_flow("demo", redirect_uris=[CALLBACK], grant_types=["client_credentials"])
    answer = flow.post("token_endpoint", {"grant_type": "client_credentials"}, Origin=origin)
    assert answer.headers.get("access-control-allow-origin") == echoed
    preflight = flow.http.request("OPTIONS", flow.metadata["token_endpoint"], headers={"Origin": origin})
    assert preflight.headers["access-control-allow-origin"] == origin


@pytest.mark.case(64)
def test_end_session_with_hint_and_registered_uri_leads_back(make_flow: MakeFlow, person: Person, browser: Callable[..., Person]) -> None:
    flow = make_flow("demo", post_logout_redirect_uris=["https://rp.test/out"])
    hint = flow.tokens(person)["id_token"]
    url, back = (
        flow.metadata["end_session_endpoint"],
        {"id_token_hint": hint, "post_logout_redirect_uri": "https://rp.test/out", "state": "s"},
    )
    assert person.http.get(url, params=back).headers["location"] == "https://rp.test/out?state=s"
    with later(7200):  # an expired hint, and no session
        assert browser().http.get(url, params=back).headers["location"] == "https://rp.test/out?state=s"


@pytest.mark.case(64)
def test_end_session_refuses_other_uris_and_hints(make_flow: MakeFlow, person: Person) -> None:
    flow, other = make_flow("demo", post_logout_redirect_uris=["https://rp.test/out"]), make_flow("other")
    url, hint = flow.metadata["end_session_endpoint"], flow.tokens(person)["id_token"]
    answer = person.http.get(url, params={"id_token_hint": hint, "post_logout_redirect_uri": "https://evil.test/out"})
    assert refused_by_page(answer) == "invalid_request"
    assert "evil.test" not in answer.text
    assert refused_by_page(person.http.get(url, params={"id_token_hint": other.tokens(person)["id_token"]})) == "invalid_request"


@pytest.mark.case(64)
def test_end_session_with_client_id_alone_asks(make_flow: MakeFlow, person: Person) -> None:
    flow = make_flow("demo", post_logout_redirect_uris=["https://rp.test/out"])
    flow.tokens(person)
    answer = person.http.get(flow.metadata["end_session_endpoint"], params={"client_id": "demo"})
    assert element(answer, "logout-confirm")


@pytest.mark.case(67)
def test_form_post_is_a_form_that_posts_itself(demo: Flow, person: Person) -> None:
    page = person.open(demo.start(response_mode="form_post").url)
    assert f'action="{CALLBACK}"' in page.text
    assert 'name="code"' in page.text
    assert "form_post.js" in page.text


# against the GitHub dialect


@pytest.mark.case(84)
def test_the_token_endpoint_is_json_whatever_is_accepted(make_flow: MakeFlow) -> None:
    flow = make_flow("demo", grant_types=["client_credentials"])
    answer = flow.post("token_endpoint", {"grant_type": "client_credentials"}, Accept="application/x-www-form-urlencoded")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["access_token"]


@pytest.mark.case(85)
def test_github_scopes_are_dropped(make_flow: MakeFlow, person: Person) -> None:
    flow = make_flow("demo", scope="openid email user:email read:org")
    assert flow.tokens(person, "openid user:email read:org email")["scope"] == "openid email"


@pytest.mark.case(54)
def test_a_grant_that_is_off_is_unauthorized_and_an_unknown_one_unsupported(demo: Flow) -> None:
    assert error(demo.token("client_credentials")) == "unauthorized_client"
    assert error(demo.token("foo")) == "unsupported_grant_type"


@pytest.mark.case(39)
def test_the_secret_is_checked_before_the_code(demo: Flow, person: Person) -> None:
    code, started = demo.code(person)
    demo.client_secret = "wrong"
    assert error(demo.exchange(code, started), 401) == "invalid_client"
    demo.client_secret = SECRET
    assert header_of(demo.exchange(code, started).json()["id_token"])["alg"] == "RS256"
