"""What wrk sends for each operation: plans for `ops.lua`, made from a contestant's endpoints and clients."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from browser import FORM, Browser, Reply, send

REDIRECT_URI = "https://rp.example/cb"
SERVICE = ("svc", "svc-secret-svc-secret-svc-secret-svc")
WEB = ("web", "web-secret-web-secret-web-secret-web")
USER = ("alice", "alice-password-for-the-bench")
SCOPE = "openid profile email offline_access"
VERIFIER = "bench-verifier-" + "0123456789" * 4
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()

Json = dict[str, object]


@dataclass(frozen=True)
class Endpoints:
    """Paths of one server."""

    discovery: str
    authorize: str
    token: str
    introspect: str
    userinfo: str
    jwks: str

    @classmethod
    def discover(cls, port: int, path: str, defaults: dict[str, str]) -> "Endpoints":
        """Read the discovery document; `defaults` stands in for what it leaves out."""
        document = {**defaults, **_json(send(port, "GET", path))}

        def at(name: str) -> str:
            return urlsplit(str(document[name])).path

        return cls(
            path,
            at("authorization_endpoint"),
            at("token_endpoint"),
            at("introspection_endpoint"),
            at("userinfo_endpoint"),
            at("jwks_uri"),
        )


@dataclass
class Target:
    """A running server and how to talk to it."""

    port: int
    browser: Browser
    endpoints: Endpoints
    credentials: dict[str, str]
    distinct: int
    seeds: int
    group: int

    def headers(self, more: dict[str, str] | None = None, *, client: tuple[str, str] | None = None) -> dict[str, str]:
        """Headers of a machine's request, with Basic credentials when a client is given."""
        base = {"Host": f"127.0.0.1:{self.port}", "Accept": "application/json", **(more or {})}
        if client:
            pair = ":".join(quote(part, safe="") for part in client)
            base |= {"Content-Type": FORM, "Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        return base

    def authorize_path(self) -> str:
        """The authorization request every code flow makes."""
        query = {
            "response_type": "code",
            "client_id": WEB[0],
            "redirect_uri": REDIRECT_URI,
            "scope": SCOPE,
            "state": "bench",
            "nonce": "bench-nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return f"{self.endpoints.authorize}?{urlencode(query)}"

    def sign_in(self) -> None:
        """Sign the user in once; later calls cost nothing."""
        if not self.browser.cookies:
            self.browser.sign_in(self.authorize_path(), REDIRECT_URI, self.credentials)

    def tokens(self) -> Json:
        """Run one whole code flow and return the token response; raises `RuntimeError`."""
        self.sign_in()
        reply = self.browser.open("GET", self.authorize_path())
        codes = parse_qs(urlsplit(reply.header("Location")).query).get("code")
        if not codes:
            raise RuntimeError(f"authorize: {reply.status} {reply.header('Location')} {reply.body[:200]!r}")
        before, after = _code_body()
        return _json(send(self.port, "POST", self.endpoints.token, before + codes[0] + after, self.headers(client=WEB)))

    def access_tokens(self) -> list[str]:
        """Distinct tokens of one user, so that nothing profits from seeing a single key."""
        return [str(self.tokens()["access_token"]) for _ in range(self.distinct)]


def _json(reply: Reply) -> Json:
    if reply.status != HTTPStatus.OK:
        raise RuntimeError(f"expected 200, got {reply.status}: {reply.body[:200]!r}")
    document = json.loads(reply.body)
    if not isinstance(document, dict):
        raise RuntimeError("expected a JSON object")
    return document


def _code_body() -> tuple[str, str]:
    tail = urlencode({"redirect_uri": REDIRECT_URI, "code_verifier": VERIFIER})
    return "grant_type=authorization_code&code=", f"&{tail}"


def _raw(method: str, path: str, headers: dict[str, str], body: str = "") -> str:
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines) + "\r\n\r\n" + body


def _cycle(target: Target, requests: Iterable[tuple[str, str, dict[str, str], str]], key: str) -> Json:
    """Ready-made requests; each is tried here once and must answer with a true value under `key`."""
    planned = list(requests)
    for method, path, headers, body in planned:
        if not _json(send(target.port, method, path, body, headers)).get(key):
            raise RuntimeError(f"{path} answers without {key!r}")
    return {"kind": "cycle", "requests": [_raw(*request) for request in planned]}


def client_credentials(target: Target) -> Json:
    """One opaque token by client credentials, Basic authentication."""
    body = "grant_type=client_credentials&scope=read"
    return _cycle(target, [("POST", target.endpoints.token, target.headers(client=SERVICE), body)], "access_token")


def introspect(target: Target) -> Json:
    """The web client asks about its users' tokens."""
    headers = target.headers(client=WEB)
    bodies = ["token=" + quote(token, safe="") for token in target.access_tokens()]
    return _cycle(target, [("POST", target.endpoints.introspect, headers, body) for body in bodies], "active")


def userinfo(target: Target) -> Json:
    """Bearer requests."""
    sent = [target.headers({"Authorization": f"Bearer {token}"}) for token in target.access_tokens()]
    return _cycle(target, [("GET", target.endpoints.userinfo, headers, "") for headers in sent], "sub")


def refresh(target: Target) -> Json:
    """Rotation: each answer's refresh token is the next request's."""
    seeds = [quote(str(target.tokens()["refresh_token"]), safe="") for _ in range(target.seeds)]
    step = {
        "method": "POST",
        "path": target.endpoints.token,
        "headers": target.headers(client=WEB),
        "before": "grant_type=refresh_token&refresh_token=",
        "after": "",
        "take": {"from": "body", "pattern": '"refresh_token"%s*:%s*"([^"]+)"', "step": 1},
    }
    return {"kind": "chain", "steps": [step], "seeds": seeds}


def code(target: Target) -> Json:
    """Authorize with PKCE as a signed-in user, then exchange the code: two requests a flow."""
    target.tokens()
    before, after = _code_body()
    authorize = {
        "method": "GET",
        "path": target.authorize_path(),
        "headers": target.headers(target.browser.cookie_header()),
        "before": "",
        "after": "",
        "take": {"from": "location", "pattern": "[?&]code=([^&]+)", "step": 2},
    }
    exchange = {
        "method": "POST",
        "path": target.endpoints.token,
        "headers": target.headers(client=WEB),
        "before": before,
        "after": after,
        "take": {"from": "body", "pattern": '"id_token"%s*:%s*"([^"]+)"'},
    }
    return {"kind": "chain", "steps": [authorize, exchange], "seeds": []}


def jwks(target: Target) -> Json:
    """The published keys."""
    return _cycle(target, [("GET", target.endpoints.jwks, target.headers(), "")], "keys")


def discovery(target: Target) -> Json:
    """The discovery document."""
    return _cycle(target, [("GET", target.endpoints.discovery, target.headers(), "")], "issuer")


OPERATIONS: dict[str, Callable[[Target], Json]] = {
    "cc": client_credentials,
    "introspect": introspect,
    "userinfo": userinfo,
    "refresh": refresh,
    "code": code,
    "jwks": jwks,
    "discovery": discovery,
}
