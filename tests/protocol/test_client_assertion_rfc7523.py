"""RFC 7523: JWT client authentication (private_key_jwt and client_secret_jwt of OpenID Connect Core 1.0 §9)."""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from providers.jose import b64url
from tests.clock import later
from tests.conftest import SECRET
from tests.flows import Flow
from tests.protocol.answers import error
from tests.protocol.conftest import MakeFlow

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
RSA = JWK.generate(kty="RSA", size=2048, kid="rsa")
KEYS = {
    "RS256": RSA,
    "PS256": RSA,
    "RS512": RSA,
    "PS384": RSA,
    "ES256": JWK.generate(kty="EC", crv="P-256", kid="p256"),
    "ES384": JWK.generate(kty="EC", crv="P-384", kid="p384"),
    "ES512": JWK.generate(kty="EC", crv="P-521", kid="p521"),
    "EdDSA": JWK.generate(kty="OKP", crv="Ed25519", kid="ed"),
}
JWKS = {"keys": [key.export_public(as_dict=True) for key in {id(key): key for key in KEYS.values()}.values()]}
STRANGER = JWK.generate(kty="RSA", size=2048, kid="rsa")
LONG_SECRET = SECRET * 2
SHARED = JWK(kty="oct", k=b64url(LONG_SECRET.encode()))
Sign = Callable[..., str]


def claims_for(flow: Flow, **changes: Any) -> dict[str, Any]:
    """The claims of a good assertion, with changes; `None` leaves one out."""
    now = int(time.time())
    good = {"iss": "shop", "sub": "shop", "aud": flow.metadata["token_endpoint"], "jti": uuid.uuid4().hex, "iat": now, "exp": now + 60}
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def signed(claims: Any, key: JWK = RSA, algorithm: str = "RS256", **header: Any) -> str:
    """A compact JWS."""
    jws = JWS(json.dumps(claims) if not isinstance(claims, str) else claims)
    jws.allowed_algs = [algorithm]
    protected = {"alg": algorithm, **({"kid": key["kid"]} if key.get("kid") else {}), **header}
    jws.add_signature(key, alg=algorithm, protected=json.dumps({name: value for name, value in protected.items() if value is not None}))
    return str(jws.serialize(compact=True))


def present(flow: Flow, assertion: str, **parameters: str) -> httpx.Response:
    """A token request with a client assertion."""
    form = {"grant_type": "client_credentials", "client_assertion_type": TYPE, "client_assertion": assertion, **parameters}
    return flow.http.post(flow.metadata["token_endpoint"], data=form)


@pytest.fixture
def keyed(make_flow: MakeFlow) -> Flow:
    """A client with keys of its own."""
    return make_flow(token_endpoint_auth_method="private_key_jwt", jwks=JWKS, grant_types=["client_credentials"], scope="email")


@pytest.fixture
def shared(make_flow: MakeFlow) -> Flow:
    """A client that signs with its secret."""
    return make_flow(
        token_endpoint_auth_method="client_secret_jwt", client_secret=LONG_SECRET, grant_types=["client_credentials"], scope="email"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "other"},
        {"sub": "other"},
        {"sub": None},
        {"sub": 7},
        {"sub": "a\0b"},
        {"iss": None},
        {"aud": None},
        {"aud": []},
        {"aud": "https://elsewhere.example/token"},
        {"aud": ["http://localhost:8000/application/o/token/", "https://elsewhere.example/"]},
        {"aud": {"a": 1}},
        {"exp": None},
        {"exp": 1},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 2**60},
        {"exp": int(time.time()) + 90_000},
        {"nbf": int(time.time()) + 3600},
        {"iat": int(time.time()) + 3600},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 600},
    ],
)
def test_claims_that_do_not_fit_are_refused(keyed: Flow, changes: dict[str, Any]) -> None:
    """§3"""
    assert error(present(keyed, signed(claims_for(keyed, **changes))), 401) == "invalid_client"


@pytest.mark.parametrize("typ", ["at+jwt", "application/at+jwt", "logout+jwt", "dpop+jwt"])
def test_another_kind_of_token_is_refused(keyed: Flow, typ: str) -> None:
    """RFC 8725 §3.11"""
    assert error(present(keyed, signed(claims_for(keyed), typ=typ)), 401) == "invalid_client"


@pytest.mark.parametrize("assertion", ["x", "a.b.c", "..", "x" * 20_000, "e30.e30.e30", "eyJhbGciOiJSUzI1NiJ9.W10.eA"])
def test_what_cannot_be_read_is_refused(keyed: Flow, assertion: str) -> None:
    """RFC 7521 §4.2"""
    assert error(present(keyed, assertion), 401) == "invalid_client"


def test_a_signature_of_a_stranger_is_refused(keyed: Flow) -> None:
    """§3, 9."""
    assert error(present(keyed, signed(claims_for(keyed), STRANGER)), 401) == "invalid_client"


def test_a_secret_in_place_of_a_key_is_refused(keyed: Flow) -> None:
    """RFC 8725 §2.1: algorithm confusion"""
    public = JWK(kty="oct", k=JWKS["keys"][0]["n"])
    assert error(present(keyed, signed(claims_for(keyed), public, "HS256")), 401) == "invalid_client"


def test_none_is_no_algorithm(keyed: Flow) -> None:
    """RFC 8725 §3.2"""
    header, claims, _ = signed(claims_for(keyed)).split(".")
    for forged in (f"eyJhbGciOiJub25lIn0.{claims}.", f"eyJhbGciOiJub25lIn0.{claims}.eA", f"{header}.{claims}."):
        assert error(present(keyed, forged), 401) == "invalid_client"


def test_an_algorithm_other_than_the_registered_one_is_refused(make_flow: MakeFlow) -> None:
    """Core §9; Registration §2, token_endpoint_auth_signing_alg"""
    flow = make_flow(
        token_endpoint_auth_method="private_key_jwt", jwks=JWKS, grant_types=["client_credentials"], token_endpoint_auth_signing_alg="ES256"
    )
    assert error(present(flow, signed(claims_for(flow))), 401) == "invalid_client"
    assert present(flow, signed(claims_for(flow), KEYS["ES256"], "ES256")).status_code == 200


def test_a_secret_is_not_accepted_from_a_client_with_keys(keyed: Flow) -> None:
    """Core §9"""
    for auth in ("basic", "post"):
        keyed.auth, keyed.client_secret = auth, SECRET
        assert error(keyed.token("client_credentials"), 401) == "invalid_client"
    keyed.auth = "none"
    assert error(keyed.token("client_credentials"), 401) == "invalid_client"


def test_an_assertion_is_not_accepted_from_a_client_with_a_secret(make_flow: MakeFlow) -> None:
    """Core §9"""
    flow = make_flow(grant_types=["client_credentials"], client_secret=LONG_SECRET)
    assert error(present(flow, signed(claims_for(flow), SHARED, "HS256")), 401) == "invalid_client"


def test_an_assertion_is_used_once(keyed: Flow) -> None:
    """§3, 7.: jti"""
    assertion = signed(claims_for(keyed))
    assert present(keyed, assertion).status_code == 200
    assert error(present(keyed, assertion), 401) == "invalid_client"
    with later(50):
        assert error(present(keyed, assertion), 401) == "invalid_client"


@pytest.mark.parametrize(
    ("extra", "status", "code"),
    [
        ({"client_secret": "x"}, 400, "invalid_request"),
        ({"client_assertion_type": "urn:other"}, 400, "invalid_request"),
        ({"client_id": "other"}, 401, "invalid_client"),
    ],
)
def test_an_assertion_stands_alone(keyed: Flow, extra: dict[str, str], status: int, code: str) -> None:
    """RFC 7521 §4.2"""
    assert error(present(keyed, signed(claims_for(keyed)), **extra), status) == code


def test_an_assertion_type_without_an_assertion_is_refused(keyed: Flow) -> None:
    """RFC 7521 §4.2"""
    assert error(present(keyed, "")) == "invalid_request"


def test_an_assertion_of_an_unknown_client_is_refused(keyed: Flow) -> None:
    """§3.2"""
    assert error(present(keyed, signed(claims_for(keyed, iss="nobody", sub="nobody"))), 401) == "invalid_client"


@pytest.mark.parametrize("algorithm", list(KEYS))
def test_a_signature_of_the_client_is_accepted(keyed: Flow, algorithm: str) -> None:
    """Core §9, private_key_jwt"""
    assert present(keyed, signed(claims_for(keyed), KEYS[algorithm], algorithm)).status_code == 200


@pytest.mark.parametrize("audience", ["issuer", "token_endpoint", "list"])
def test_issuer_and_token_endpoint_are_audiences(keyed: Flow, audience: str) -> None:
    """§3, 3."""
    named = {
        "issuer": keyed.issuer,
        "token_endpoint": keyed.metadata["token_endpoint"],
        "list": [keyed.issuer, keyed.metadata["token_endpoint"]],
    }
    assert present(keyed, signed(claims_for(keyed, aud=named[audience])), client_id="shop").status_code == 200


def test_an_assertion_opens_introspection_and_revocation_too(keyed: Flow) -> None:
    """RFC 7662 §2.1, RFC 7009 §2.1"""
    token = present(keyed, signed(claims_for(keyed))).json()["access_token"]
    for name in ("introspection_endpoint", "revocation_endpoint"):
        form = {"token": token, "client_assertion_type": TYPE, "client_assertion": signed(claims_for(keyed, aud=keyed.metadata[name]))}
        assert keyed.http.post(keyed.metadata[name], data=form).status_code == 200


def test_a_key_without_kid_is_found_by_trying(make_flow: MakeFlow) -> None:
    """RFC 7515 §4.1.4"""
    flow = make_flow(token_endpoint_auth_method="private_key_jwt", jwks=JWKS, grant_types=["client_credentials"])
    assert present(flow, signed(claims_for(flow), RSA, kid=None)).status_code == 200


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_mac_under_the_secret_is_accepted(shared: Flow, algorithm: str) -> None:
    """Core §9, client_secret_jwt"""
    assert present(shared, signed(claims_for(shared), SHARED, algorithm)).status_code == 200


def test_a_mac_under_another_secret_is_refused(shared: Flow) -> None:
    """Core §9"""
    other = JWK(kty="oct", k="b" * 43)
    assert error(present(shared, signed(claims_for(shared), other, "HS256")), 401) == "invalid_client"


def test_a_mac_is_used_once(shared: Flow) -> None:
    """§3, 7."""
    assertion = signed(claims_for(shared), SHARED, "HS256")
    assert [present(shared, assertion).status_code for _ in range(2)] == [200, 401]
