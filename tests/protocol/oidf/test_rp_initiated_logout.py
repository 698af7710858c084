"""oidcc-rp-initiated-logout-certification-test-plan: one test a module, under its name."""

import httpx
import pytest

from tests.protocol.answers import refused_by_page, returned
from tests.protocol.oidf.conftest import RelyingParty

BACK = "https://suite.example.org/test/a/gatehouse/post_logout_redirect"


def logout(rp: RelyingParty, **parameters: str) -> httpx.Response:
    """Call the end session endpoint."""
    return rp.person.http.get(rp.flow.metadata["end_session_endpoint"], params=parameters)


def is_signed_in(rp: RelyingParty) -> bool:
    """What the suite asks with prompt=none afterwards."""
    return "code" in returned(rp.person.open(rp.start(prompt="none", response_mode=None).url))


def assert_confirms(rp: RelyingParty, answer: httpx.Response) -> None:
    """Nobody goes back by themselves; the person confirms and is signed out."""
    assert answer.status_code == 200
    assert is_signed_in(rp)
    rp.person.answer = answer
    done = rp.person.press("logout-confirm")
    assert "You are signed out" in done.text
    assert not is_signed_in(rp)


def test_rp_initiated_logout_discovery_endpoint_verification(rp: RelyingParty) -> None:
    """oidcc-rp-initiated-logout-discovery-endpoint-verification"""
    assert rp.flow.metadata["end_session_endpoint"]


def test_rp_initiated_logout(rp: RelyingParty) -> None:
    """oidcc-rp-initiated-logout"""
    hint = rp.login()["id_token"]
    assert is_signed_in(rp)
    answer = logout(rp, id_token_hint=hint, post_logout_redirect_uri=BACK, state="a-state")
    assert answer.headers["location"] == f"{BACK}?state=a-state"
    assert not is_signed_in(rp)


@pytest.mark.parametrize("uri", [f"{BACK}/wrong", f"{BACK}?foo=bar"], ids=["bad", "query-added"])
def test_rp_initiated_logout_bad_post_logout_redirect_uri(rp: RelyingParty, uri: str) -> None:
    """oidcc-rp-initiated-logout-bad-post-logout-redirect-uri, -query-added-to-post-logout-redirect-uri"""
    hint = rp.login()["id_token"]
    assert refused_by_page(logout(rp, id_token_hint=hint, post_logout_redirect_uri=uri, state="s")) == "invalid_request"


@pytest.mark.parametrize("kind", ["modified", "bad"])
def test_rp_initiated_logout_bad_id_token_hint(rp: RelyingParty, kind: str) -> None:
    """oidcc-rp-initiated-logout-modified-id-token-hint (alg none), -bad-id-token-hint (another signature)"""
    header, claims, signature = rp.login()["id_token"].split(".")
    hint = f"eyJhbGciOiJub25lIn0.{claims}." if kind == "modified" else f"{header}.{claims}.{signature[::-1]}"
    assert refused_by_page(logout(rp, id_token_hint=hint, post_logout_redirect_uri=BACK, state="s")) == "invalid_request"
    assert is_signed_in(rp)


def test_rp_initiated_logout_no_id_token_hint(rp: RelyingParty) -> None:
    """oidcc-rp-initiated-logout-no-id-token-hint"""
    rp.login()
    assert refused_by_page(logout(rp, post_logout_redirect_uri=BACK, state="s")) == "invalid_request"
    assert is_signed_in(rp)


def test_rp_initiated_logout_no_params(rp: RelyingParty) -> None:
    """oidcc-rp-initiated-logout-no-params"""
    rp.login()
    assert_confirms(rp, logout(rp))


def test_rp_initiated_logout_only_state(rp: RelyingParty) -> None:
    """oidcc-rp-initiated-logout-only-state"""
    rp.login()
    assert_confirms(rp, logout(rp, state="s"))


def test_rp_initiated_logout_no_post_logout_redirect_uri(rp: RelyingParty) -> None:
    """oidcc-rp-initiated-logout-no-post-logout-redirect-uri"""
    answer = logout(rp, id_token_hint=rp.login()["id_token"], state="s")
    assert (answer.status_code, "You are signed out" in answer.text) == (200, True)
    assert not is_signed_in(rp)


def test_rp_initiated_logout_no_state(rp: RelyingParty) -> None:
    """oidcc-rp-initiated-logout-no-state"""
    answer = logout(rp, id_token_hint=rp.login()["id_token"], post_logout_redirect_uri=BACK)
    assert answer.headers["location"] == BACK
    assert not is_signed_in(rp)
