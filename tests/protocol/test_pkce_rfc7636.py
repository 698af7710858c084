"""RFC 7636: Proof Key for Code Exchange."""

import pytest

from tests.flows import Flow, s256
from tests.person import Person
from tests.protocol.answers import error, returned
from tests.protocol.conftest import MakeFlow

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = s256(VERIFIER)


@pytest.mark.parametrize("given", [{"security_profile": "oauth21"}, {"security_profile": "oidc", "require_pkce": True}])
def test_a_client_that_needs_pkce_cannot_leave_it_out(make_flow: MakeFlow, given: dict[str, object]) -> None:
    """§4.4.1"""
    flow = make_flow(**given)
    assert returned(flow.http.get(flow.start(pkce=False).url))["error"] == "invalid_request"


def test_a_public_client_always_needs_pkce(make_flow: MakeFlow) -> None:
    """§4.4.1, RFC 9700 §2.1.1"""
    flow = make_flow("native", token_endpoint_auth_method="none", security_profile="oidc")
    got = returned(flow.http.get(flow.start(pkce=False).url))
    assert (got["error"], "code_challenge" in got["error_description"]) == ("invalid_request", True)


@pytest.mark.parametrize("method", ["S512", "s256", "plain", "", None])
def test_a_method_that_the_client_has_not_is_refused(flow: Flow, method: str | None) -> None:
    """§4.4.1; `plain` is also what no method means (§4.3)"""
    url = flow.start(code_challenge=CHALLENGE, code_challenge_method=method).url
    assert returned(flow.http.get(url))["error"] == "invalid_request"


@pytest.mark.parametrize(
    "challenge", [CHALLENGE[:-1], CHALLENGE + "x", CHALLENGE + "=", CHALLENGE[:-1] + "+", "x" * 44, CHALLENGE[:-1] + "."]
)
def test_an_s256_challenge_is_43_characters_of_base64url(flow: Flow, challenge: str) -> None:
    """§4.2"""
    url = flow.start(code_challenge=challenge).url
    assert returned(flow.http.get(url))["error"] == "invalid_request"


def test_a_method_without_a_challenge_is_refused(plain: Flow) -> None:
    """§4.3"""
    url = plain.start(pkce=False, code_challenge_method="S256").url
    assert returned(plain.http.get(url))["error"] == "invalid_request"


@pytest.mark.parametrize("verifier", [None, "x" * 43, VERIFIER + "x", VERIFIER[:-1], CHALLENGE, "short", "x" * 129, "ü" * 50])
def test_a_wrong_or_missing_verifier_is_invalid_grant_and_burns_the_code(flow: Flow, person: Person, verifier: str | None) -> None:
    """§4.6"""
    code, started = flow.code(person, code_challenge=CHALLENGE)
    assert error(flow.exchange(code, started, code_verifier=verifier)) == "invalid_grant"
    assert error(flow.exchange(code, started, code_verifier=VERIFIER)) == "invalid_grant"


def test_the_verifier_of_the_specification_fits_its_challenge(flow: Flow, person: Person) -> None:
    """Appendix B"""
    assert CHALLENGE == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    code, started = flow.code(person, code_challenge=CHALLENGE)
    assert flow.exchange(code, started, code_verifier=VERIFIER).status_code == 200


def test_a_verifier_without_a_challenge_is_a_downgrade(plain: Flow, person: Person) -> None:
    """RFC 9700 §4.8.2"""
    code, started = plain.code(person, pkce=False)
    assert error(plain.exchange(code, started, code_verifier=VERIFIER)) == "invalid_grant"


def test_a_confidential_client_of_the_profile_oidc_may_leave_pkce_out(plain: Flow, person: Person) -> None:
    """RFC 9700 §2.1.1: a nonce may stand in"""
    code, started = plain.code(person, pkce=False)
    assert plain.exchange(code, started).status_code == 200


@pytest.mark.parametrize("method", ["plain", None])
def test_plain_works_for_a_client_that_opted_in(make_flow: MakeFlow, person: Person, method: str | None) -> None:
    """§4.2, §4.3; rulings, case 43"""
    flow = make_flow(code_challenge_methods=["S256", "plain"])
    code, started = flow.code(person, code_challenge=VERIFIER, code_challenge_method=method)
    assert flow.exchange(code, started, code_verifier=VERIFIER).status_code == 200


@pytest.mark.parametrize("challenge", ["x" * 42, "x" * 129, "x" * 42 + "/"])
def test_a_plain_challenge_has_the_form_of_a_verifier(make_flow: MakeFlow, challenge: str) -> None:
    """§4.2"""
    flow = make_flow(code_challenge_methods=["S256", "plain"])
    url = flow.start(code_challenge=challenge, code_challenge_method="plain").url
    assert returned(flow.http.get(url))["error"] == "invalid_request"


def test_a_plain_challenge_is_not_answered_with_its_hash(make_flow: MakeFlow, person: Person) -> None:
    """§4.6"""
    flow = make_flow(code_challenge_methods=["S256", "plain"])
    code, started = flow.code(person, code_challenge=CHALLENGE, code_challenge_method="plain")
    assert error(flow.exchange(code, started, code_verifier=VERIFIER)) == "invalid_grant"


def test_the_metadata_names_plain_only_where_a_client_has_it(flow: Flow, make_flow: MakeFlow) -> None:
    """RFC 8414 §2, code_challenge_methods_supported"""
    assert flow.metadata["code_challenge_methods_supported"] == ["S256"]
    assert make_flow("old", code_challenge_methods=["S256", "plain"]).metadata["code_challenge_methods_supported"] == ["S256", "plain"]
