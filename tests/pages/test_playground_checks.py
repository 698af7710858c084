"""Each check of the playground goes red when, and only when, its own value is off."""

import time
from dataclasses import replace
from typing import Any

import pytest

from providers import jose
from providers.services import key_pairs
from providers.views.playground import checks, exchange, steps
from providers.views.playground.evidence import Attempt, Evidence, Message, Party

ISSUER = "https://login.example.org/application/o/playground/"
NOW = int(time.time())
PAIR = key_pairs.generate("RS256")
OTHER = key_pairs.generate("RS256")
ACCESS_TOKEN = "at_of-this-very-answer"
PARTY = Party("playground", "a secret", ISSUER, "https://login.example.org/playground/callback")
ATTEMPT = Attempt("state", "nonce", "v" * 43, checks.s256("v" * 43), "openid email", "", NOW - 5)
JSON = {"content-type": "application/json", "cache-control": "no-store"}
METADATA = Message("GET", "", status=200, body={"issuer": ISSUER, "code_challenge_methods_supported": ["S256"]})
CLAIMS = {
    "iss": ISSUER, "sub": "somebody", "aud": "playground", "exp": NOW + 60, "iat": NOW, "nonce": "nonce", "auth_time": NOW - 60,
    "at_hash": jose.half_hash(ACCESS_TOKEN, "RS256"),
}  # fmt: skip


def signed(pair: Any = PAIR, algorithm: str = "RS256", **claims: Any) -> str:
    stated = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    signer = jose.private_signer(pair.jwk.export_private(), PAIR.jwk["kid"], algorithm)
    return jose.sign(stated, signer)


def evidence(id_token: str = "", *, jwks: dict[str, Any] | None = None, token: dict[str, Any] | None = None, **changes: Any) -> Evidence:
    keys = {"keys": [PAIR.jwk.export_public(as_dict=True)]} if jwks is None else jwks
    body = {"access_token": ACCESS_TOKEN, "token_type": "Bearer", "scope": "openid email", **(token or {})}
    seen = Evidence(
        party=PARTY,
        attempt=ATTEMPT,
        authorization_url="https://login.example.org/authorize?state=state",
        answer={"code": "ac_code", "state": "state", "iss": ISSUER},
        repeated=(),
        now=NOW,
        metadata=METADATA,
        token=Message("POST", "", status=200, headers=JSON, body=body),
        keys=Message("GET", "", status=200, body=keys),
        id_token=exchange.open_id_token(id_token or signed(), keys, "RS256"),
        userinfo=Message("GET", "", status=200, headers=JSON, body={"sub": "somebody"}),
    )
    return replace(seen, **changes)


def red(seen: Evidence) -> set[str]:
    return {check.name for check in checks.of(seen) if not check.ok}


def test_good_evidence_is_green():
    assert red(evidence()) == set()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iss", "https://evil.example/"),
        ("iss", None),
        ("aud", "another"),
        ("aud", ["playground", "another"]),
        ("aud", None),
        ("azp", "another"),
        pytest.param("exp", NOW - 60, id="exp-past"),
        ("exp", "tomorrow"),
        ("exp", True),
        pytest.param("iat", NOW - 3600, id="iat-long-ago"),
        pytest.param("iat", NOW + 3600, id="iat-ahead"),
        ("nonce", "old"),
        ("nonce", None),
        pytest.param("auth_time", NOW + 3600, id="auth_time-ahead"),
        ("auth_time", None),
        ("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
        ("at_hash", None),
    ],
)
def test_a_claim_that_is_off_is_red(name: str, value: Any):
    assert red(evidence(signed(**{name: value}))) == {name}


def test_an_audience_may_be_an_array_of_this_client_alone():
    assert red(evidence(signed(aud=["playground"], azp="playground"))) == set()


@pytest.mark.parametrize("sub", ["", "ä", "x" * 256, 7])
def test_a_sub_of_the_wrong_form_is_red(sub: Any):
    assert "sub" in red(evidence(signed(sub=sub)))


def test_a_login_that_was_demanded_has_to_be_new():
    assert red(evidence(attempt=replace(ATTEMPT, prompt="login"))) == {"auth_time"}
    assert red(evidence(signed(auth_time=NOW), attempt=replace(ATTEMPT, prompt="login"))) == set()


def test_nothing_of_a_token_with_a_false_signature_is_believed():
    seen = red(evidence(signed(pair=OTHER)))
    assert {"signature", "iss", "aud", "azp", "exp", "iat", "nonce", "at_hash", "sub", "userinfo-sub"} <= seen
    assert not {"alg", "kid"} & seen


def test_a_key_that_is_not_published_is_red():
    assert {"kid", "signature"} <= red(evidence(jwks={"keys": [OTHER.jwk.export_public(as_dict=True)]}))


def test_another_algorithm_than_the_agreed_one_is_red():
    pair = key_pairs.generate("ES256")
    token = jose.sign(CLAIMS, jose.private_signer(pair.jwk.export_private(), pair.jwk["kid"], "ES256"))
    assert {"alg", "signature"} <= red(evidence(token, jwks={"keys": [pair.jwk.export_public(as_dict=True)]}))


@pytest.mark.parametrize("text", ["", "a.b", "e30.e30.", "not a token"])
def test_what_is_no_token_is_red(text: str):
    seen = replace(evidence(), id_token=exchange.open_id_token(text, {"keys": []}, "RS256"))
    assert {"alg", "kid", "signature", "sub"} <= red(seen)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"answer": {"code": "c", "state": "other", "iss": ISSUER}}, "state"),
        ({"answer": {"code": "c", "iss": ISSUER}}, "state"),
        ({"answer": {"code": "c", "state": "state"}}, "answer-iss"),
        ({"repeated": ("code",)}, "answer-unrepeated"),
        ({"metadata": replace(METADATA, body={**METADATA.body, "issuer": "https://evil.example/"})}, "metadata-issuer"),
        ({"metadata": replace(METADATA, body={"issuer": ISSUER})}, "pkce"),
        ({"attempt": replace(ATTEMPT, code_challenge="v" * 43)}, "pkce"),
        ({"userinfo": Message("GET", "", status=200, headers=JSON, body={"sub": "else"})}, "userinfo-sub"),
    ],
)
def test_a_message_that_is_off_is_red(change: dict[str, Any], name: str):
    assert red(evidence(**change)) == {name}


@pytest.mark.parametrize(
    ("token", "name"), [({"token_type": "mac"}, "token-type"), ({"scope": "openid email admin"}, "scope"), ({"scope": "email"}, "scope")]
)
def test_a_token_answer_that_is_off_is_red(token: dict[str, Any], name: str):
    assert red(evidence(token=token)) == {name}


def test_tokens_that_a_cache_may_keep_are_red():
    token = Message("POST", "", status=200, headers={**JSON, "cache-control": "public"}, body=evidence().token.body)
    assert red(replace(evidence(), token=token)) == {"token-no-store"}


def test_values_in_strange_places_do_not_break_the_page():
    seen = evidence(signed(exp=[1], aud={"a": 1}, name={"b": []}, groups=[]))
    assert steps.context(seen)["red"]
