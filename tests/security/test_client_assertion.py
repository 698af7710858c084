"""Attacks on client assertions: every claim, every header, every shape that a signed JWT could be bent into (RFC 8725)."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from providers.models import Client, Replay
from providers.services import clients
from tests.conftest import SECRET
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import error
from tests.security.forging import ASSERTION_TYPE, b64, claims_for, joined, malleated, public_jwk, signed

MakeFlow = Callable[..., Flow]
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
EVIL = ec.generate_private_key(ec.SECP256R1())
KEYS = {"keys": [public_jwk(RSA, kid="rsa", use="sig"), public_jwk(EC, kid="ec", alg="ES256")]}
MACHINE: dict[str, Any] = {"grant_types": ["client_credentials"], "redirect_uris": [], "scope": "profile"}


@pytest.fixture
def signer(make_flow: MakeFlow) -> Flow:
    """A client that signs its assertions."""
    return make_flow("signer", token_endpoint_auth_method="private_key_jwt", jwks=KEYS, **MACHINE)


@pytest.fixture
def hmac(make_flow: MakeFlow) -> Flow:
    """A client that keys its assertions with its secret."""
    return make_flow("hmac", token_endpoint_auth_method="client_secret_jwt", **MACHINE)


def good(flow: Flow, **changes: Any) -> str:
    """An assertion that is accepted, unless the changes to its claims forbid it."""
    return joined({"alg": "ES256", "kid": "ec"}, claims_for(flow.client_id, flow.issuer, **changes), None, EC)


def asked(flow: Flow, assertion: str, **form: str | None) -> httpx.Response:
    """A token request with an assertion and nothing else."""
    data = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion, **form}
    return flow.http.post(flow.metadata["token_endpoint"], data={name: value for name, value in data.items() if value is not None})


def refused(flow: Flow, assertion: str, **form: str | None) -> None:
    """401, and the canary still passes."""
    before = time.perf_counter()
    assert error(asked(flow, assertion, **form), 401) == "invalid_client"
    assert time.perf_counter() - before < 2


@pytest.mark.row(81)
@pytest.mark.parametrize(
    "audience",
    [
        None,
        "",
        "https://other.example/",
        "http://localhost:8000/",
        "http://localhost:8000",
        "http://localhost:8000/application/o/signer",
        "http://localhost:8000/application/o/signe",
        "http://localhost:8000/application/o/signer//",
        "http://localhost:8000/application/o/shop/",
        [],
        ["http://localhost:8000/application/o/signer/", "https://evil.example/"],
        [["http://localhost:8000/application/o/signer/"]],
        7,
        {"x": 1},
        "http://localhost:8000/application/o/signer/ https://evil.example/",
        "HTTP://LOCALHOST:8000/application/o/signer/",
    ],
)
def test_an_assertion_for_somebody_else_is_refused(signer: Flow, audience: Any):
    refused(signer, good(signer, aud=audience))


@pytest.mark.row(81)
def test_an_assertion_for_the_issuer_alone_is_accepted(signer: Flow):
    assert asked(signer, good(signer)).status_code == 200
    assert asked(signer, good(signer, aud=[signer.issuer])).status_code == 200


@pytest.mark.row(82)
@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "other"},
        {"sub": "other"},
        {"iss": None},
        {"sub": None},
        {"iss": "other", "sub": "other"},
        {"sub": ""},
        {"sub": ["signer"]},
        {"iss": 5},
        {"sub": "sign\0er"},
        {"sub": "SIGNER", "iss": "SIGNER"},
    ],
)
def test_iss_and_sub_are_the_client(signer: Flow, other: Flow, changes: dict[str, Any]):
    refused(signer, good(signer, **changes))


@pytest.mark.row(82)
def test_a_key_of_another_client_is_refused(signer: Flow, make_flow: MakeFlow):
    make_flow("evil", token_endpoint_auth_method="private_key_jwt", jwks={"keys": [public_jwk(EVIL, kid="ec")]}, **MACHINE)
    refused(signer, joined({"alg": "ES256", "kid": "ec"}, claims_for("signer", signer.issuer), None, EVIL))


@pytest.mark.row(83)
@pytest.mark.parametrize(
    "changes",
    [
        {"exp": None},
        {"exp": -60},
        {"exp": -11},
        {"exp": 10 * 365 * 86400},
        {"exp": 3700},
        {"nbf": 70},
        {"iat": 70},
        {"exp": "x"},
        {"exp": True},
        {"exp": 1e300},
        {"iat": []},
        {"nbf": "soon"},
    ],
)
def test_an_assertion_lives_briefly(signer: Flow, changes: dict[str, Any]):
    now = int(time.time())
    refused(
        signer,
        good(signer, **{name: now + value if isinstance(value, int) and value is not True else value for name, value in changes.items()}),
    )


@pytest.mark.row(83)
def test_a_clock_a_few_seconds_ahead_is_forgiven(signer: Flow):
    assert asked(signer, good(signer, iat=int(time.time()) + 8, nbf=int(time.time()) + 8)).status_code == 200


@pytest.mark.row(83)
@pytest.mark.parametrize("jti", [None, "", 5, "x" * 600, ["x"]])
def test_an_assertion_names_itself(signer: Flow, jti: Any):
    refused(signer, good(signer, jti=jti))


@pytest.mark.row(83)
def test_an_assertion_is_used_once(signer: Flow):
    assertion = good(signer)
    assert asked(signer, assertion).status_code == 200
    refused(signer, assertion)
    for path in ("introspection_endpoint", "revocation_endpoint"):
        form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion, "token": "x"}
        assert error(signer.http.post(signer.metadata[path], data=form), 401) == "invalid_client"


@pytest.mark.row(83)
def test_what_is_refused_takes_no_room(signer: Flow):
    refused(signer, good(signer, aud="https://other.example/"))
    refused(signer, joined({"alg": "ES256"}, claims_for("signer", signer.issuer), None, EVIL))
    assert not Replay.objects.exists()


@pytest.mark.row(83)
def test_the_name_of_an_assertion_belongs_to_its_client(signer: Flow, make_flow: MakeFlow):
    second = make_flow("second", token_endpoint_auth_method="private_key_jwt", jwks=KEYS, **MACHINE)
    assert [asked(flow, good(flow, jti="the same")).status_code for flow in (signer, second)] == [200, 200]


@pytest.mark.row(85)
def test_a_public_key_is_no_shared_secret(signer: Flow):
    public = RSA.public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    for key in (pem, pem.strip(), der, json.dumps(KEYS["keys"][0]).encode(), json.dumps(KEYS).encode(), b"", b"\0"):
        for header in ({"alg": "HS256"}, {"alg": "HS256", "kid": "rsa"}):
            refused(signer, joined(header, claims_for("signer", signer.issuer), None, key))


@pytest.mark.row(85)
def test_a_secret_does_not_sign_for_a_client_with_keys(signer: Flow, hmac: Flow):
    refused(signer, joined({"alg": "HS256"}, claims_for("signer", signer.issuer), None, SECRET.encode()))
    refused(hmac, joined({"alg": "ES256"}, claims_for("hmac", hmac.issuer), None, EC))
    assert asked(hmac, joined({"alg": "HS256"}, claims_for("hmac", hmac.issuer), None, SECRET.encode())).status_code == 200
    refused(hmac, joined({"alg": "HS256"}, claims_for("hmac", hmac.issuer), None, b""))


@pytest.mark.row(86)
@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", "HS256", "RS1", "ES256K", "dir", "PBES2-HS256+A128KW"])
def test_an_algorithm_that_nobody_allowed_is_refused(signer: Flow, algorithm: str):
    for signature in (b"", b"x"):
        token = joined({"alg": algorithm}, claims_for("signer", signer.issuer), signature)
        refused(signer, token)
        refused(signer, token.rstrip(".") + ".")


@pytest.mark.row(86)
def test_the_registered_algorithm_alone_counts(make_flow: MakeFlow):
    flow = make_flow("signer", token_endpoint_auth_method="private_key_jwt", jwks=KEYS, token_endpoint_auth_signing_alg="RS256", **MACHINE)
    refused(flow, good(flow))
    refused(flow, joined({"alg": "RS512", "kid": "rsa"}, claims_for("signer", flow.issuer), None, RSA))
    assert asked(flow, joined({"alg": "RS256", "kid": "rsa"}, claims_for("signer", flow.issuer), None, RSA)).status_code == 200


@pytest.mark.row(86)
def test_a_key_that_does_not_fit_its_algorithm_is_refused(make_flow: MakeFlow):
    weak, big = rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP384R1())
    flow = make_flow("signer", token_endpoint_auth_method="private_key_jwt", jwks=KEYS, **MACHINE)
    Client.objects.filter(slug="signer").update(jwks={"keys": [public_jwk(weak, kid="weak"), public_jwk(big, kid="big")]}, version=9)
    claims = claims_for("signer", flow.issuer)
    refused(flow, joined({"alg": "RS256", "kid": "weak"}, claims, None, weak))
    refused(flow, joined({"alg": "ES256", "kid": "big"}, claims, None, big))
    refused(flow, joined({"alg": "RS256", "kid": "rsa"}, claims, None, RSA))


@pytest.mark.row(87)
def test_a_key_that_comes_along_is_ignored(signer: Flow, sink: list[str]):
    jwk = public_jwk(EVIL)
    for members in (
        {"jwk": jwk},
        {"jku": sink[0]},
        {"x5u": sink[0]},
        {"x5c": ["MIIB"]},
        {"jwk": jwk, "kid": "ec"},
        {"jku": sink[0], "kid": "new"},
    ):
        refused(signer, joined({"alg": "ES256", **members}, claims_for("signer", signer.issuer), None, EVIL))
    assert sink[1:] == []


@pytest.mark.row(89)
@pytest.mark.parametrize(
    "members",
    [
        {"crit": ["x"], "x": 1},
        {"crit": []},
        {"crit": "b64"},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"b64": True},
        {"zip": "DEF"},
        {"kid": 5},
        {"typ": 5},
        {"alg": ["ES256"]},
        {"alg": None},
        {"cty": "JWT", "crit": ["exp"]},
    ],
)
def test_headers_that_must_be_understood_are_refused(signer: Flow, members: dict[str, Any]):
    header = {"alg": "ES256", "kid": "ec", **members}
    payload = b64(json.dumps(claims_for("signer", signer.issuer)))
    data = f"{b64(json.dumps(header))}.{payload}"
    refused(signer, f"{data}.{b64(signed(data.encode(), EC, 'ES256'))}")


@pytest.mark.row(90)
@pytest.mark.parametrize(
    "typ", ["at+jwt", "application/at+jwt", "AT+JWT", "logout+jwt", "dpop+jwt", "oauth-authz-req+jwt", "token-introspection+jwt"]
)
def test_a_token_of_another_kind_is_no_assertion(signer: Flow, typ: str):
    refused(signer, joined({"alg": "ES256", "kid": "ec", "typ": typ}, claims_for("signer", signer.issuer), None, EC))


@pytest.mark.row(90)
def test_tokens_that_we_made_are_no_assertions(signer: Flow, make_flow: MakeFlow, person: Person):
    flow = make_flow("shop", access_token_format="jwt", id_token_signed_response_alg="HS256")
    issued = flow.exchange(*flow.code(person, "openid offline_access")).json()
    for token in (issued["id_token"], issued["access_token"], issued["refresh_token"]):
        refused(signer, token)
        refused(signer, token, client_id="shop")


@pytest.mark.row(91)
def test_an_encrypted_token_is_no_assertion(signer: Flow):
    refused(signer, ".".join([b64('{"alg":"RSA-OAEP","enc":"A256GCM"}'), b64("key"), b64("iv"), b64("text"), b64("tag")]))
    refused(signer, ".".join([b64('{"alg":"dir","enc":"A256GCM"}'), "", b64("iv"), b64("text"), b64("tag")]))


@pytest.mark.row(93)
@pytest.mark.parametrize(
    "payload",
    [
        '{"a":' * 3000 + "1" + "}" * 3000,
        "[" * 9000,
        '{"sub":"signer","sub":"signer"}',
        '{"sub":"signer","exp":NaN}',
        '{"sub":"signer","exp":Infinity}',
        '{"sub":"signer","exp":%s}' % ("9" * 5000),
        '{"sub":"signer","exp":1e999}',
        '{"sub":"signer","jti":"\\ud800"}',
        '"signer"',
        "[]",
        "7",
        "null",
        "",
        "{",
        '{"sub":"signer"}x',
        "{" + ",".join(f'"m{number}":1' for number in range(1200)) + "}",
    ],
)
def test_hostile_json_is_refused_quickly(signer: Flow, payload: str):
    data = f"{b64(json.dumps({'alg': 'ES256', 'kid': 'ec'}))}.{b64(payload)}"
    before = time.perf_counter()
    refused(signer, f"{data}.{b64(signed(data.encode(), EC, 'ES256'))}")
    assert time.perf_counter() - before < 1


@pytest.mark.row(93)
def test_an_oversized_assertion_is_refused_unread(signer: Flow):
    refused(signer, joined({"alg": "ES256", "kid": "ec", "pad": "x" * 20000}, claims_for("signer", signer.issuer), None, EC))
    assert asked(signer, "x" * 1_000_000).status_code == 413


@pytest.mark.row(94)
def test_only_the_compact_form_is_read(signer: Flow):
    head, payload, signature = good(signer).split(".")
    flat = {"protected": head, "payload": payload, "signature": signature}
    general = {"payload": payload, "signatures": [{"protected": head, "signature": signature}] * 2}
    for form in (flat, general, {**flat, "header": {"alg": "none"}}):
        refused(signer, json.dumps(form))
    token = good(signer)
    for bent in (f" {token}", f"{token}\n", f"{token}=", f"{token}.", f".{token}", token.replace(".", ".."), token[:-1], f"{token}A"):
        refused(signer, bent)


@pytest.mark.row(95)
def test_a_signature_of_zeros_is_refused(signer: Flow):
    for signature in (b"\0" * 64, b"\0" * 63 + b"\1", b"\1" * 64, b"", b"\xff" * 64):
        refused(signer, joined({"alg": "ES256", "kid": "ec"}, claims_for("signer", signer.issuer), signature))


@pytest.mark.row(95)
def test_another_spelling_of_a_signature_is_still_a_replay(signer: Flow):
    assertion = good(signer)
    assert asked(signer, assertion).status_code == 200
    refused(signer, malleated(assertion))


@pytest.mark.row(97)
def test_an_assertion_comes_alone_and_complete(signer: Flow, other: Flow):
    refused(signer, good(signer), client_id="other")
    for form in ({"client_assertion_type": None}, {"client_assertion_type": "x"}, {"client_secret": "x"}):
        answer = asked(signer, good(signer), **form)
        assert answer.status_code in (400, 401) and "access_token" not in answer.text
    assert asked(signer, "").status_code in (400, 401)
    twice = f"client_assertion={good(signer)}&client_assertion={good(signer)}"
    body = f"grant_type=client_credentials&{twice}&client_assertion_type={ASSERTION_TYPE}"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert error(signer.http.post(signer.metadata["token_endpoint"], content=body, headers=headers)) == "invalid_request"


@pytest.mark.row(90)
def test_an_assertion_is_no_access_token(signer: Flow):
    assert signer.userinfo(good(signer)).status_code == 401


def rotated(signer: Flow) -> None:
    """Take the client's old keys away, as another process would."""
    assert asked(signer, good(signer)).status_code == 200
    clients.update(Client.objects.get(slug="signer"), {"jwks": {"keys": [public_jwk(EVIL, kid="new")]}}, actor="test")


@pytest.mark.row(119)
def test_a_key_that_was_taken_away_is_dead_in_every_process(signer: Flow):
    rotated(signer)
    refused(signer, good(signer))
    new = joined({"alg": "ES256", "kid": "new"}, claims_for("signer", signer.issuer), None, EVIL)
    assert asked(signer, new).status_code == 200


@pytest.mark.row(83)
@pytest.mark.parametrize("path", ["token_endpoint", "introspection_endpoint", "revocation_endpoint"])
def test_a_change_of_the_client_does_not_use_an_assertion_up_twice(signer: Flow, path: str):
    issued = asked(signer, good(signer)).json()["access_token"]
    clients.update(Client.objects.get(slug="signer"), {"client_name": "Renamed"}, actor="test")
    form = {"grant_type": "client_credentials", "token": issued, "client_assertion_type": ASSERTION_TYPE, "client_assertion": good(signer)}
    assert signer.http.post(signer.metadata[path], data=form).status_code == 200
