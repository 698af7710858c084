"""oidcc-basic-certification-test-plan and oidcc-formpost-basic-certification-test-plan: one test a module, under its name."""

import json
from collections.abc import Callable

import pytest

from tests.clock import later
from tests.person import Person
from tests.protocol.answers import error, header_of, refused_by_page, returned
from tests.protocol.conftest import EVERY_CLAIM, MakeFlow
from tests.protocol.oidf.conftest import RelyingParty


def test_server(rp: RelyingParty) -> None:
    """oidcc-server"""
    assert rp.login()["claims"]


def test_server_client_secret_post(rp: RelyingParty) -> None:
    """oidcc-server-client-secret-post"""
    rp.flow.auth = "post"
    assert rp.login()["claims"]


def test_response_type_missing(rp: RelyingParty) -> None:
    """oidcc-response-type-missing"""
    started = rp.start(response_type=None)
    assert rp.read(rp.person.http.get(started.url), started)["error"] in ("invalid_request", "unsupported_response_type")


def test_idtoken_signature(rp: RelyingParty) -> None:
    """oidcc-idtoken-signature"""
    assert header_of(rp.login()["id_token"])["alg"] == "RS256"


def test_idtoken_unsigned(rp: RelyingParty) -> None:
    """oidcc-idtoken-unsigned: skipped by the suite when it is not advertised"""
    assert "none" not in rp.flow.metadata["id_token_signing_alg_values_supported"]


def test_userinfo_get(rp: RelyingParty) -> None:
    """oidcc-userinfo-get"""
    assert rp.login()["told"]["sub"]


def test_userinfo_post_header(rp: RelyingParty) -> None:
    """oidcc-userinfo-post-header"""
    body = rp.login()
    url = rp.flow.metadata["userinfo_endpoint"]
    assert rp.flow.http.post(url, headers={"Authorization": f"Bearer {body['access_token']}"}).json() == body["told"]


def test_userinfo_post_body(rp: RelyingParty) -> None:
    """oidcc-userinfo-post-body"""
    body = rp.login()
    assert rp.flow.http.post(rp.flow.metadata["userinfo_endpoint"], data={"access_token": body["access_token"]}).json() == body["told"]


def test_ensure_request_without_nonce_succeeds_for_code_flow(rp: RelyingParty) -> None:
    """oidcc-ensure-request-without-nonce-succeeds-for-code-flow"""
    assert "nonce" not in rp.login(nonce=None)["claims"]


@pytest.mark.parametrize(
    ("scope", "claims"),
    [
        (
            "profile",
            "name given_name family_name middle_name nickname preferred_username profile picture website gender birthdate zoneinfo locale",
        ),
        ("email", "email email_verified"),
        ("address", "address"),
        ("phone", "phone_number phone_number_verified"),
        ("profile email address phone", " ".join([*EVERY_CLAIM, "email", "email_verified"])),
    ],
    ids=["profile", "email", "address", "phone", "all"],
)
def test_scope(rp: RelyingParty, scope: str, claims: str) -> None:
    """oidcc-scope-profile, -email, -address, -phone, -all"""
    told = rp.login(f"openid {scope}")["told"]
    assert not set(claims.split()) - set(told)
    assert isinstance(told.get("address", {}), dict)
    assert isinstance(told.get("email_verified", True), bool)
    assert isinstance(told.get("phone_number_verified", True), bool)
    assert isinstance(told.get("updated_at", 0), int)


def test_alternate_happy_flow(rp: RelyingParty) -> None:
    """oidcc-alternate-happy-flow: another order of scopes and of parameters"""
    started = rp.start("email openid")
    address, _, query = started.url.partition("?")
    turned = "&".join(reversed(query.split("&")))
    got = rp.read(rp.person.open(f"{address}?{turned}"), started)
    assert rp.exchange(got["code"], started)["told"]["email"]


def test_ensure_request_with_unknown_parameter_succeeds(rp: RelyingParty) -> None:
    """oidcc-ensure-request-with-unknown-parameter-succeeds"""
    assert rp.login(extra="foobar")["claims"]


@pytest.mark.parametrize("display", ["page", "popup"])
def test_display(rp: RelyingParty, display: str) -> None:
    """oidcc-display-page, oidcc-display-popup"""
    assert rp.login(display=display)["claims"]


def test_prompt_login(rp: RelyingParty) -> None:
    """oidcc-prompt-login"""
    first = rp.login()
    with later(2):
        second = rp.login(prompt="login")
    assert rp.person.logins == 2
    assert second["claims"]["auth_time"] > first["claims"]["auth_time"]
    assert second["claims"]["sub"] == first["claims"]["sub"]


def test_prompt_none_not_logged_in(rp: RelyingParty) -> None:
    """oidcc-prompt-none-not-logged-in"""
    started = rp.start(prompt="none")
    assert rp.read(rp.person.http.get(started.url), started)["error"] == "login_required"


def test_prompt_none_logged_in(rp: RelyingParty) -> None:
    """oidcc-prompt-none-logged-in"""
    first = rp.login()
    second = rp.login(prompt="none")
    assert (rp.person.logins, rp.person.consents) == (1, 1)
    assert {name: second["claims"][name] for name in ("sub", "auth_time")} == {name: first["claims"][name] for name in ("sub", "auth_time")}


def test_max_age_1(rp: RelyingParty) -> None:
    """oidcc-max-age-1"""
    first = rp.login()
    with later(3):
        second = rp.login(max_age="1")
    assert rp.person.logins == 2
    assert second["claims"]["auth_time"] > first["claims"]["auth_time"]


def test_max_age_10000(rp: RelyingParty) -> None:
    """oidcc-max-age-10000"""
    first = rp.login(max_age="10000")
    second = rp.login(max_age="10000")
    assert rp.person.logins == 1
    assert second["claims"]["auth_time"] == first["claims"]["auth_time"]


def test_id_token_hint(rp: RelyingParty) -> None:
    """oidcc-id-token-hint"""
    first = rp.login()
    second = rp.login(prompt="none", id_token_hint=first["id_token"])
    assert second["claims"]["sub"] == first["claims"]["sub"]
    assert rp.person.logins == 1


def test_login_hint(rp: RelyingParty) -> None:
    """oidcc-login-hint"""
    assert rp.login(login_hint="claire")["claims"]


def test_ui_locales(rp: RelyingParty) -> None:
    """oidcc-ui-locales"""
    assert rp.login(ui_locales="se")["claims"]


def test_claims_locales(rp: RelyingParty) -> None:
    """oidcc-claims-locales"""
    assert rp.login(claims_locales="se")["claims"]


def test_ensure_request_with_acr_values_succeeds(rp: RelyingParty) -> None:
    """oidcc-ensure-request-with-acr-values-succeeds"""
    wanted = rp.flow.metadata["acr_values_supported"][0]
    assert rp.login(acr_values=wanted)["claims"]["acr"] == wanted


def test_codereuse(rp: RelyingParty) -> None:
    """oidcc-codereuse"""
    started = rp.start()
    code = rp.authorize(started)["code"]
    rp.exchange(code, started)
    assert error(rp.flow.exchange(code, started)) == "invalid_grant"


def test_codereuse_30seconds(rp: RelyingParty) -> None:
    """oidcc-codereuse-30seconds: refused, and the access token of the first use is revoked"""
    started = rp.start()
    code = rp.authorize(started)["code"]
    body = rp.exchange(code, started)
    with later(30):
        assert error(rp.flow.exchange(code, started)) == "invalid_grant"
        assert rp.flow.userinfo(body["access_token"]).status_code == 401


def test_ensure_registered_redirect_uri(rp: RelyingParty) -> None:
    """oidcc-ensure-registered-redirect-uri"""
    assert refused_by_page(rp.person.http.get(rp.start(redirect_uri=f"{rp.flow.redirect_uri}/other").url)) == "invalid_request"


def test_ensure_post_request_succeeds(rp: RelyingParty) -> None:
    """oidcc-ensure-post-request-succeeds"""
    started = rp.start()
    address, _, query = started.url.partition("?")
    answer = rp.flow.http.post(address, content=query, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert "code" in rp.read(rp.person.open(answer.headers["location"]), started)


@pytest.mark.parametrize("where", ["userinfo", "id_token"])
def test_claims_essential(rp: RelyingParty, where: str) -> None:
    """oidcc-claims-essential"""
    body = rp.login("openid profile", claims=json.dumps({where: {"name": {"essential": True}}}))
    assert body["told" if where == "userinfo" else "claims"]["name"] == EVERY_CLAIM["name"]


def test_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(rp: RelyingParty) -> None:
    """oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported"""
    started = rp.start(request="eyJhbGciOiJub25lIn0.eyJzdGF0ZSI6IngifQ.")
    assert rp.read(rp.person.http.get(started.url), started)["error"] == "request_not_supported"


def test_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(rp: RelyingParty) -> None:
    """oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported"""
    started = rp.start(request_uri="https://suite.example.org/requests/1")
    assert rp.read(rp.person.http.get(started.url), started)["error"] == "request_uri_not_supported"


def test_ensure_request_object_with_redirect_uri(rp: RelyingParty) -> None:
    """oidcc-ensure-request-object-with-redirect-uri: skipped by the suite when request objects are not advertised"""
    assert rp.flow.metadata["request_parameter_supported"] is False


def test_refresh_token(rp: RelyingParty, make_flow: MakeFlow) -> None:
    """oidcc-refresh-token"""
    assert "refresh_token" in rp.flow.metadata["grant_types_supported"]
    first = rp.login("openid offline_access", prompt="consent")
    with later(2):
        answer = rp.flow.refresh(first["refresh_token"])
        second = rp.flow.verify(answer.json()["id_token"])
    assert answer.status_code == 200
    assert {name: second[name] for name in ("iss", "sub", "aud", "auth_time")} == {
        name: first["claims"][name] for name in ("iss", "sub", "aud", "auth_time")
    }
    assert second["iat"] > first["claims"]["iat"]
    other = make_flow("second")
    assert error(other.refresh(answer.json()["refresh_token"])) == "invalid_grant"


def test_ensure_request_with_valid_pkce_succeeds(rp: RelyingParty) -> None:
    """oidcc-ensure-request-with-valid-pkce-succeeds"""
    started = rp.flow.start("openid", response_mode=rp.response_mode)
    assert rp.exchange(rp.authorize(started)["code"], started)["claims"]


def test_two_browsers_have_nothing_in_common(rp: RelyingParty, browser: Callable[..., Person]) -> None:
    """Every module of the suite begins with a browser without cookies."""
    rp.login()
    answer = browser().http.get(rp.start(prompt="none", response_mode=None).url)
    assert returned(answer)["error"] == "login_required"
