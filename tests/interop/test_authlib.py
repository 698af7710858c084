"""Authlib (PyPI) as relying party."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc.jwk import RSAKey

from tests.interop.conftest import CALLBACK, SCOPE, SECRET
from tests.person import Person

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib")


METHODS = {
    "web": "client_secret_basic",
    "posted": "client_secret_post",
    "signed": "private_key_jwt",
    "native": "none",
    "profiled": "client_secret_basic",
}


class RelyingParty:
    """What an application does with Authlib, by its documentation."""

    def __init__(self, issuer: str, client_id: str, method: str, **options: Any) -> None:
        # Authlib authenticates a revocation by a method of its own.
        methods = {"token_endpoint_auth_method": method, "revocation_endpoint_auth_method": method}
        self.session = OAuth2Client(
            client_id, scope=SCOPE, redirect_uri=CALLBACK, code_challenge_method="S256", leeway=0, timeout=30, **methods, **options
        )
        self.metadata = httpx.get(f"{issuer}.well-known/openid-configuration", timeout=30).json()
        assert self.metadata["issuer"] == issuer

    def sign_in(self, person: Person) -> tuple[dict[str, Any], CodeIDToken]:
        """The tokens and the validated ID token of this person."""
        verifier, nonce = generate_token(48), generate_token(24)
        url, state = self.session.create_authorization_url(self.metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
        back = person.open(url).headers["location"]
        token = self.session.fetch_token(self.metadata["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier)
        return token, self.validate(token["id_token"], nonce)

    def validate(self, id_token: str, nonce: str) -> CodeIDToken:
        """OpenID Connect Core 1.0 §3.1.3.7."""
        keys = JsonWebKey.import_key_set(httpx.get(self.metadata["jwks_uri"], timeout=30).json())
        claims = JsonWebToken(self.metadata["id_token_signing_alg_values_supported"]).decode(
            id_token,
            keys,
            claims_cls=CodeIDToken,
            claims_options={
                "iss": {"essential": True, "value": self.metadata["issuer"]},
                "aud": {"essential": True, "value": self.session.client_id},
            },
            claims_params={"nonce": nonce, "client_id": self.session.client_id},
        )
        claims.validate()
        return claims


@pytest.fixture(params=METHODS)
def relying_party(request: pytest.FixtureRequest, address: Callable[..., str], rsa_key: RSAKey) -> RelyingParty:
    """Each way to authenticate, with an issuer of its own and at the root."""
    issuer = address("" if request.param in ("native", "profiled") else request.param)
    secret = {"native": None, "signed": rsa_key.as_pem(private=True)}.get(request.param, SECRET)
    made = RelyingParty(issuer, request.param, METHODS[request.param], client_secret=secret)
    if request.param == "signed":
        made.session.register_client_auth_method(PrivateKeyJWT(made.metadata["token_endpoint"], alg="RS256", headers={"kid": rsa_key.kid}))
    return made


def test_a_person_signs_in(relying_party: RelyingParty, alice: Person) -> None:
    token, claims = relying_party.sign_in(alice)
    userinfo = relying_party.session.get(relying_party.metadata["userinfo_endpoint"]).json()
    assert userinfo["sub"] == claims["sub"]
    assert userinfo["email"] == "alice@example.org"
    assert userinfo["groups"] == ["engineering"]
    assert set(token["scope"].split()) == set(SCOPE.split())


def test_tokens_are_refreshed(relying_party: RelyingParty, alice: Person) -> None:
    token, _ = relying_party.sign_in(alice)
    fresh = relying_party.session.refresh_token(relying_party.metadata["token_endpoint"], refresh_token=token["refresh_token"])
    assert fresh["access_token"] != token["access_token"]
    assert relying_party.session.get(relying_party.metadata["userinfo_endpoint"]).json()["name"] == "Alice Liddell"


def test_tokens_are_introspected_and_revoked(relying_party: RelyingParty, alice: Person) -> None:
    token, _ = relying_party.sign_in(alice)
    endpoint = relying_party.metadata["introspection_endpoint"]
    asked = {"token": token["access_token"], "token_type_hint": "access_token"}
    if relying_party.session.token_endpoint_auth_method != "none":
        before = relying_party.session.introspect_token(endpoint, **asked)
        assert before.json()["active"] is True
    revoked = relying_party.session.revoke_token(relying_party.metadata["revocation_endpoint"], **asked)
    assert revoked.status_code == 200
    assert relying_party.session.get(relying_party.metadata["userinfo_endpoint"]).status_code == 401


@pytest.mark.parametrize("relying_party", ["web", "posted", "signed", "profiled"], indirect=True)
def test_a_machine_gets_a_token(relying_party: RelyingParty) -> None:
    token = relying_party.session.fetch_token(relying_party.metadata["token_endpoint"], grant_type="client_credentials", scope="groups")
    assert token["token_type"] == "Bearer"
    assert "refresh_token" not in token
