"""A relying party as black box: what it sends and what it verifies, in-process or over the network."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.person import Person

CALLBACK = "http://127.0.0.1:5555/callback"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]


def s256(verifier: str) -> str:
    """The code challenge of a verifier (RFC 7636 §4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode("ascii")


@dataclass(frozen=True)
class Started:
    """An authorization request under way: its URL and what the relying party keeps for the return."""

    url: str
    state: str
    nonce: str
    verifier: str
    redirect_uri: str


@dataclass
class Flow:
    """One client at one issuer. `auth` is `basic`, `post` or `none`; `issuer` is as in its discovery document."""

    http: httpx.Client
    issuer: str
    client_id: str
    client_secret: str = ""
    redirect_uri: str = CALLBACK
    auth: str = "basic"
    _discovered: dict[str, Any] = field(default_factory=dict)

    @property
    def metadata(self) -> dict[str, Any]:
        """The issuer's discovery document."""
        if not self._discovered:
            answer = self.http.get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            assert answer.status_code == 200, f"discovery: {answer.status_code} {answer.text[:300]}"
            self._discovered = answer.json()
        return self._discovered

    def start(self, scope: str | None = "openid", *, pkce: bool = True, **parameters: str | None) -> Started:
        """Build an authorization request; a parameter given as `None` is left out."""
        verifier = secrets.token_urlsafe(48) if pkce else ""
        query: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": scope,
            "state": secrets.token_urlsafe(12),
            "nonce": secrets.token_urlsafe(12),
            "code_challenge": s256(verifier) if pkce else None,
            "code_challenge_method": "S256" if pkce else None,
            **parameters,
        }
        sent = {name: value for name, value in query.items() if value is not None}
        url = f"{self.metadata['authorization_endpoint']}?{urlencode(sent)}"
        return Started(url, sent.get("state", ""), sent.get("nonce", ""), verifier, sent.get("redirect_uri", ""))

    def authorize(self, person: Person, started: Started, **answers: Any) -> dict[str, str]:
        """Send the person there; returns the parameters of the redirect back, whatever they say."""
        answer = person.open(started.url, **answers)
        assert answer.is_redirect, f"no redirect to the client: {answer.status_code} {answer.url} {answer.text[:500]}"
        target = answer.headers["location"]
        assert target.startswith(started.redirect_uri or self.redirect_uri), target
        return {name: values[0] for name, values in parse_qs(urlsplit(target).query, keep_blank_values=True).items()}

    def code(self, person: Person, scope: str | None = "openid", *, pkce: bool = True, **parameters: str | None) -> tuple[str, Started]:
        """A code for this person, with state and `iss` checked (RFC 9207)."""
        started = self.start(scope, pkce=pkce, **parameters)
        got = self.authorize(person, started)
        assert got.get("state", "") == started.state, got
        assert got.get("iss") == self.metadata["issuer"], got
        assert "code" in got, got
        return got["code"], started

    def post(self, endpoint: str, data: dict[str, Any], **headers: str) -> httpx.Response:
        """POST a form to an endpoint named as in the metadata, authenticated as this client."""
        form = {name: value for name, value in data.items() if value is not None}
        credentials = None
        if self.auth == "basic":
            credentials = httpx.BasicAuth(self.client_id, self.client_secret)
        elif self.auth == "post":
            form |= {"client_id": self.client_id, "client_secret": self.client_secret}
        else:
            form |= {"client_id": self.client_id}
        return self.http.post(self.metadata[endpoint], data=form, auth=credentials, headers={"Accept": "application/json", **headers})

    def token(self, grant_type: str, **parameters: Any) -> httpx.Response:
        """A token request."""
        return self.post("token_endpoint", {"grant_type": grant_type, **parameters})

    def exchange(self, code: str, started: Started, **parameters: Any) -> httpx.Response:
        """Redeem a code."""
        kept = {"code": code, "redirect_uri": started.redirect_uri or None, "code_verifier": started.verifier or None}
        return self.token("authorization_code", **{**kept, **parameters})

    def tokens(self, person: Person, scope: str | None = "openid", **parameters: str | None) -> dict[str, Any]:
        """The whole code flow; `claims` of the result are those of the verified ID token."""
        code, started = self.code(person, scope, **parameters)
        answer = self.exchange(code, started)
        assert answer.status_code == 200, f"code exchange: {answer.status_code} {answer.text[:500]}"
        body: dict[str, Any] = answer.json()
        if "id_token" in body:
            body["claims"] = self.verify(body["id_token"])
            assert body["claims"].get("nonce", "") == started.nonce, body["claims"]
        return body

    def refresh(self, refresh_token: str, **parameters: Any) -> httpx.Response:
        """Use a refresh token."""
        return self.token("refresh_token", refresh_token=refresh_token, **parameters)

    def introspect(self, token: str, **parameters: Any) -> httpx.Response:
        """RFC 7662."""
        return self.post("introspection_endpoint", {"token": token, **parameters})

    def revoke(self, token: str, **parameters: Any) -> httpx.Response:
        """RFC 7009."""
        return self.post("revocation_endpoint", {"token": token, **parameters})

    def userinfo(self, access_token: str) -> httpx.Response:
        """OpenID Connect Core 1.0 §5.3."""
        return self.http.get(self.metadata["userinfo_endpoint"], headers={"Authorization": f"Bearer {access_token}"})

    def verify(self, token: str, audience: str | None = None) -> dict[str, Any]:
        """The claims of a JWT, after its signature, issuer and audience were checked."""
        keys = KeySet.import_key_set(self.http.get(self.metadata["jwks_uri"]).json())
        claims = dict(jwt.decode(token, keys, algorithms=ALGORITHMS).claims)
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        assert claims["iss"] == self.metadata["issuer"], claims
        assert (audience or self.client_id) in audiences, claims
        return claims
