"""Both doors, byte for byte: the machine endpoints in front of Django and the same ones behind it (architecture 6a.10)."""

import io
import re
from typing import Any

import pytest
from django.test import Client as DjangoClient

from idp.wsgi import application
from tests.conftest import SECRET, MakeClient
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import claims_of
from tests.protocol.conftest import MakeFlow

FORM = "application/x-www-form-urlencoded"
PATHS = {
    "token": "/application/o/token/",
    "userinfo": "/application/o/userinfo/",
    "introspect": "/application/o/introspect/",
    "revoke": "/application/o/revoke/",
    "jwks": "/application/o/shop/jwks/",
    "metadata": "/application/o/shop/.well-known/openid-configuration",
    "metadata 8414": "/.well-known/oauth-authorization-server/application/o/shop",
    "root metadata": "/.well-known/openid-configuration",
    "root jwks": "/jwk",
    "root token": "/token",
    "issuer": "/application/o/shop/",
    "nobody": "/application/o/nobody/jwks/",
}
CREDENTIALS = f"client_id=shop&client_secret={SECRET}"
REQUESTS: list[tuple[str, str, str, bytes, dict[str, str]]] = [
    *(("GET", name, "", b"", {}) for name in PATHS),
    *(("HEAD", name, "", b"", {}) for name in ("metadata", "jwks", "token")),
    *(("OPTIONS", name, "", b"", {"Origin": "https://any.example"}) for name in ("token", "userinfo", "metadata")),
    *(("PUT", name, "", b"x", {}) for name in ("token", "metadata")),
    ("GET", "metadata", "", b"", {"If-None-Match": "W/*"}),
    ("POST", "token", "", b"", {}),
    ("POST", "token", "", b"grant_type=foo", {}),
    ("POST", "token", "", f"grant_type=foo&{CREDENTIALS}".encode(), {}),
    ("POST", "token", "", f"grant_type=client_credentials&{CREDENTIALS}".encode(), {"Origin": "http://127.0.0.1:5555"}),
    ("POST", "token", "", b"grant_type=a&grant_type=b", {}),
    ("POST", "token", "", b"grant_type=%ff", {}),
    ("POST", "token", "", b"grant_type=\xff\x00", {}),
    ("POST", "token", "", b"{}", {"Content-Type": "application/json"}),
    ("POST", "token", "", b"--x\r\n", {"Content-Type": "multipart/form-data; boundary=x"}),
    ("POST", "token", "grant_type=foo", b"", {}),
    ("POST", "token", "%ff=%ff", b"grant_type=x", {}),
    ("POST", "token", "", b"x" * 70_000, {}),
    ("POST", "token", "", b"grant_type=x", {"Authorization": "Basic %%%"}),
    ("POST", "token", "", b"grant_type=x", {"Authorization": "Basic " + "A" * 5000}),
    ("POST", "token", "", b"grant_type=x", {"X-Long": "x" * 17_000}),
    ("POST", "token", "", b"grant_type=x", {"Host": "evil.example"}),
    ("POST", "introspect", "", f"token=x&{CREDENTIALS}".encode(), {}),
    ("POST", "introspect", "", b"token=x", {}),
    ("POST", "revoke", "", f"token=x&{CREDENTIALS}".encode(), {}),
    ("POST", "userinfo", "", b"access_token=x", {}),
    ("GET", "userinfo", "access_token=x", b"", {}),
    ("GET", "userinfo", "", b"", {"Authorization": "Bearer x"}),
    ("GET", "userinfo", "", b"", {"Authorization": "Bearer \xe4\xf6"}),
]
VOLATILE = re.compile(rb'"request_id":"[0-9a-f]+"|"access_token":"[^"]+"')
Answer = tuple[int, list[tuple[str, str]], bytes]


def in_front(method: str, path: str, query: str, body: bytes, headers: dict[str, str]) -> Answer:
    """What the WSGI application answers."""
    seen: list[Any] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "HTTP_HOST": "localhost:8000",
    }
    given = {"Content-Type": FORM, **headers} if body else headers
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in given.items() if name != "Content-Type"}
    if body:
        environ |= {"CONTENT_TYPE": given["Content-Type"], "CONTENT_LENGTH": str(len(body))}
    answered = b"".join(application(environ, lambda status, sent: seen.extend((status, sent))))
    return int(seen[0].split()[0]), seen[1], answered


def behind(method: str, path: str, query: str, body: bytes, headers: dict[str, str]) -> Answer:
    """What Django answers."""
    given = {"Content-Type": FORM, **headers} if body else headers
    extra = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in given.items() if name != "Content-Type"}
    answer = DjangoClient(raise_request_exception=False).generic(
        method,
        f"{path}?{query}" if query else path,
        body,
        content_type=given.get("Content-Type", ""),
        **{"HTTP_HOST": "localhost:8000", **extra},  # type: ignore[arg-type]
    )
    return answer.status_code, list(answer.headers.items()), answer.content


def comparable(answer: Answer) -> tuple[int, list[tuple[str, str]], bytes]:
    """Without what differs between any two answers, and in one order."""
    status, headers, body = answer
    kept = [(name, value) for name, value in headers if name != "X-Request-Id" and not (name == "Content-Length" and VOLATILE.search(body))]
    return status, sorted(kept), VOLATILE.sub(b"", body)


@pytest.mark.parametrize(("method", "name", "query", "body", "headers"), REQUESTS)
def test_both_doors_answer_alike(make_client: MakeClient, method: str, name: str, query: str, body: bytes, headers: dict[str, str]) -> None:
    """Status, headers and body, malformed requests included"""
    make_client(grant_types=["client_credentials", "authorization_code"], scope="email")
    request = (method, PATHS[name], query, body, headers)
    assert comparable(in_front(*request)) == comparable(behind(*request))


def test_a_whole_flow_gives_the_same_at_both_doors(make_flow: MakeFlow, person: Person) -> None:
    """The same claims, but for what is new each time"""
    flow = make_flow(access_token_format="jwt")
    seen = []
    for door in (in_front, behind):
        code, started = flow.code(person)
        body = (
            f"grant_type=authorization_code&code={code}&redirect_uri={started.redirect_uri}&code_verifier={started.verifier}&{CREDENTIALS}"
        )
        status, _, answered = door("POST", PATHS["token"], "", body.encode(), {})
        assert status == 200
        token = re.search(rb'"access_token":"([^"]+)"', answered)
        assert token is not None
        claims = claims_of(token[1].decode())
        seen.append({name: value for name, value in claims.items() if name not in ("jti", "iat", "exp")})
        status, _, told = door("GET", PATHS["userinfo"], "", b"", {"Authorization": f"Bearer {token[1].decode()}"})
        seen.append({"status": status, "told": told})
    assert seen[0] == seen[2]
    assert seen[1] == seen[3]


def test_every_answer_of_both_doors_has_an_id(flow: Flow) -> None:
    """`X-Request-Id` leads to the log"""
    for door in (in_front, behind):
        _, headers, body = door("POST", PATHS["token"], "", b"grant_type=x", {})
        assert dict(headers)["X-Request-Id"].encode() in body


def test_the_length_is_said(flow: Flow) -> None:
    """RFC 9110 §8.6"""
    _, headers, body = in_front("GET", PATHS["metadata"], "", b"", {})
    assert ("Content-Length", str(len(body))) in headers
