"""Input that no client sends, and what must not leak when it comes."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from audit.models import Event
from providers.statements import access_tokens
from tests.door import client as open_door
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import error, refused_by_page
from tests.security.test_login import login

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
POSTS = ("token_endpoint", "introspection_endpoint", "revocation_endpoint")


def raw(flow: Flow, endpoint: str, body: bytes | str, **headers: str) -> httpx.Response:
    """A body as it is, from the client itself."""
    return flow.http.post(flow.metadata[endpoint], content=body, headers={**FORM, **headers}, auth=(flow.client_id, flow.client_secret))


@pytest.mark.row(237)
@pytest.mark.parametrize("value", ["%FF", "%C0%AF", "%ED%A0%80", "%F0%9F%98%80", "%E2%80%AE", "%", "%zz", "%00", "\xff"])
def test_bytes_that_are_no_text(flow: Flow, value: str):
    for endpoint in POSTS:
        for name in ("token", "grant_type", "client_id", "code", value):
            answer = raw(flow, endpoint, f"{name}={value}".encode("latin-1"))
            assert answer.status_code in (200, 400, 401)
    for name in ("client_id", "redirect_uri", "scope", "state", "nonce", "login_hint", "claims", "prompt", value):
        assert flow.http.get(f"/authorize?{name}={value}").status_code in (302, 303, 400)


@pytest.mark.row(237)
@pytest.mark.parametrize("value", ["%FF", "%C0%AF", "%ED%A0%80", "%F0%9F%98%80", "%E2%80%AE", "%", "%zz", "%00", "%0D%0Ax:y"])
def test_paths_that_are_no_text(db: None, value: str):
    door = Client(raise_request_exception=True)  # unlike httpx, it spells a path as servers do
    paths = "/{} /authorize/continue/{}/ /application/o/{}/ /accounts/login/?next={} /end-session?state={} /admin/{} /me/sessions/{}/end/ "
    paths += "/accounts/password/reset/key/{}/ /accounts/confirm-email/{}/ /application/o/{}/end-session/ /application/o/{}/jwks/ "
    paths += "/static/{} /accounts/login/?next=/authorize/continue/{}/ /authorize?client_id={} "
    paths += "/admin/accounts/user/?q={} /api/v1/users/?username={}"
    for path in paths.split():
        answer = door.get(path.format(value))
        assert answer.status_code < 500 and "x" not in answer.headers
        answer = door.post("/accounts/login/", {"next": f"/authorize/continue/{unquote(value)}/"})
        assert answer.status_code < 500


@pytest.mark.row(237)
def test_cookies_that_are_no_text(db: None):
    door = Client(raise_request_exception=True)
    for value in ("a\0b" * 10, "\xff" * 30, "\\" * 30):
        for name in ("idp-session", "idp-browser", "idp-pending", "idp-csrf", "idp-language"):
            door.cookies[name] = value
        for path in ("/accounts/login/", "/me/", "/authorize?client_id=x", "/authorize/continue/x/", "/end-session"):
            assert door.get(path).status_code < 500


@pytest.mark.row(237)
@pytest.mark.parametrize(
    "name", ["alice\0", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "\u202ealice", "x" * 100000, "%FF"]
)
def test_names_that_are_no_names(http: httpx.Client, name: str):
    assert login(http, name, "wrong-wrong-wrong").status_code == 200


@pytest.mark.row(238)
def test_too_much_is_refused_at_once(flow: Flow):
    before = time.perf_counter()
    for body in ("x" * 2_000_000, "&".join(f"p{number}=1" for number in range(5000)), "token=" + "x" * 70000):
        assert raw(flow, "token_endpoint", body).status_code in (400, 413)
    assert error(raw(flow, "token_endpoint", "&".join(["grant_type=client_credentials"] * 1000))) == "invalid_request"
    many = " ".join(f"s{number}" for number in range(8000))
    assert raw(flow, "token_endpoint", f"grant_type=client_credentials&scope={many}").status_code in (400, 413)
    assert flow.http.get(f"/authorize?state={'x' * 16000}").status_code in (400, 414)
    assert flow.http.post("/authorize", content="state=" + "x" * 2_000_000, headers=FORM).status_code in (400, 413)
    assert flow.http.get("/jwk", headers={f"X-{number}": "x" * 100 for number in range(300)}).status_code == 431
    assert time.perf_counter() - before < 5


@pytest.mark.row(239)
@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/xml",
        "",
        "x" * 500,
        "text/plain; application/x-www-form-urlencoded",
    ],
)
@pytest.mark.parametrize("endpoint", POSTS)
def test_a_body_of_another_kind_is_refused(flow: Flow, endpoint: str, content_type: str):
    for body in ('{"grant_type":"client_credentials","token":"x"}', "grant_type=client_credentials&token=x"):
        answer = raw(flow, endpoint, body, **{"Content-Type": content_type})
        assert answer.status_code in (400, 415) and "access_token" not in answer.text
        assert answer.json()["error"] == "invalid_request"


@pytest.mark.row(239)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "TRACE", "x"])
def test_other_methods_are_refused(flow: Flow, method: str):
    for endpoint in POSTS:
        assert flow.http.request(method, flow.metadata[endpoint]).status_code == 405
    assert flow.http.request("POST", flow.metadata["jwks_uri"]).status_code == 405
    for path in ("/authorize", "/end-session"):
        if method not in ("GET", "HEAD"):
            assert flow.http.request(method, path).status_code == 405


@pytest.mark.row(241)
@pytest.mark.parametrize("scope", ["openid\temail", "openid\nemail", 'openid "email"', "openid \u00e9", "openid\\email", "openid\x7f"])
def test_a_scope_outside_its_grammar_is_refused(flow: Flow, person: Person, scope: str):
    person.open("/accounts/login/")
    answer = person.http.get(flow.start(scope).url)
    assert answer.status_code == 400 or "error=invalid_scope" in answer.headers["location"]


@pytest.mark.row(241)
def test_a_scope_counts_once_and_letter_by_letter(flow: Flow, person: Person):
    issued = flow.tokens(person, "openid  email openid OPENID EMAIL email")
    assert issued["scope"] == "openid email" == flow.introspect(issued["access_token"]).json()["scope"]


@pytest.mark.row(245)
@pytest.mark.parametrize(
    "path",
    [
        "//admin/",
        "/%2e/admin/",
        "/admin;x/",
        "/x/..%2fadmin/",
        "/admin./",
        "/ADMIN/",
        "/admin%00/",
        "/./admin/",
        "/api/v1//users/",
        "//api/v1/users/",
        "/api/v1/users;x",
    ],
)
def test_no_spelling_of_a_path_opens_what_is_closed(http: httpx.Client, path: str):
    request = http.build_request("GET", "/")
    request.url = httpx.URL(f"http://localhost:8000{path}")
    answer = http.send(request)
    assert answer.status_code in (301, 302, 303, 400, 401, 403, 404)
    assert "evil" not in answer.headers.get("location", "") and not answer.headers.get("location", "/").startswith("//")


@pytest.mark.row(249)
@pytest.mark.parametrize("suffix", ["/x.css", ".css", "/a.js", ";x.css", "%2fx.css", "?x.css", "/../x.png"])
def test_personal_answers_cannot_be_made_to_look_static(flow: Flow, person: Person, suffix: str):
    token = flow.tokens(person)["access_token"]
    for path in ("/application/o/userinfo", "/userinfo", "/me/sessions/", "/accounts/email/", "/me/"):
        answer = person.http.get(f"{path}{suffix}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in (301, 302, 400, 401, 404) or "no-store" in answer.headers["cache-control"]


@pytest.mark.row(249)
def test_only_documents_and_files_may_be_kept(flow: Flow, person: Person, exchanges: Any):
    flow.tokens(person, "openid offline_access")
    for path in (
        "/",
        "/me/",
        "/me/sessions/",
        "/me/consents/",
        "/accounts/email/",
        "/nothing",
        "/playground/",
        "/end-session",
        "/authorize",
    ):
        person.http.get(path)
    for answer in exchanges.answers:
        kept = "no-store" not in answer.headers.get("cache-control", "")
        assert not kept or answer.request.url.path.endswith(("openid-configuration", "/jwks/", "/jwk")), answer.request.url


@pytest.mark.row(250)
@pytest.mark.parametrize("text", ["alice\r\nFAKE admin logged in", "alice\x1b[2J\x1b[31m", "x" * 100_000, "alice\u2028FAKE", "alice\x00"])
def test_nothing_typed_makes_a_line_of_its_own_in_the_log(flow: Flow, http: httpx.Client, written: Any, text: str):
    login(http, text, "wrong-wrong-wrong")
    http.get("/authorize", params={"client_id": text[:5000]})
    http.get("/nothing", headers={"User-Agent": text.encode("ascii", "replace").decode().replace("\r\n", " ")})
    flow.http.post(flow.metadata["token_endpoint"], data={"grant_type": text, "client_id": text, "client_secret": "x"})
    for line in written.lines:
        # The text form ends with the frames of an exception; the rest is one line of what can be shown.
        assert "\x1b" not in line and "\nFAKE" not in line and "\u2028" not in line and len(line) < 20_000
    assert all(len(event.subject) <= 255 and "\n" not in event.subject for event in Event.objects.all())


@pytest.mark.row(251)
def test_a_broken_database_is_told_as_a_pause(flow: Flow, monkeypatch: pytest.MonkeyPatch, exchanges: Any, written: Any):
    def broken(*args: Any, **kwargs: Any) -> None:
        raise OperationalError('connection to server at "10.0.0.5", port 5432 failed: FATAL: password authentication failed for user "idp"')

    monkeypatch.setattr(access_tokens, "find", broken)
    answers = [flow.userinfo("at_x"), flow.introspect("x"), flow.revoke("x")]
    for answer in answers:
        assert answer.status_code == 503 and answer.headers["retry-after"] and "10.0.0.5" not in answer.text
    assert not any("10.0.0.5" in line for line in written.lines)


@pytest.mark.row(251)
def test_what_breaks_inside_is_told_by_an_id_alone(flow: Flow, monkeypatch: pytest.MonkeyPatch, exchanges: Any, written: Any):
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("at_secret in /srv/app/secret.py: SELECT token FROM x")

    exchanges.expected.add(500)
    monkeypatch.setattr(access_tokens, "find", broken)
    for answer in (flow.userinfo("at_x"), flow.introspect("x")):
        assert error(answer, 500) == "server_error" and answer.json()["request_id"] and "secret" not in answer.text
    monkeypatch.setattr("providers.views.authorize.requests.parse", broken)
    with open_door(raises=False) as http:
        page = http.get("/authorize?x=1")
    assert refused_by_page(page, 500) == "server_error" and "secret" not in page.text and "/srv" not in page.text
    assert not any("at_secret" in line for line in written.lines)


@pytest.mark.row(251)
@pytest.mark.parametrize(
    "path",
    ["/nothing", "/__debug__/", "/.git/config", "/.env", "/admin/nothing/", "/static/../idp/settings.py", "/static/%2e%2e/manage.py"],
)
def test_there_is_nothing_to_see(http: httpx.Client, path: str):
    answer = http.get(path)
    assert answer.status_code in (301, 302, 404) and "SECRET_KEY" not in answer.text and not settings.DEBUG


@pytest.mark.row(247)
def test_a_whole_flow_leaves_no_secret_in_log_or_events(
    flow: Flow, person: Person, make_flow: Callable[..., Flow], written: Any, exchanges: Any
):
    issued = flow.tokens(person, "openid profile email offline_access")
    again = flow.refresh(issued["refresh_token"]).json()
    flow.introspect(again["access_token"])
    flow.refresh("rt_" + "y" * 43)
    flow.http.get(flow.metadata["userinfo_endpoint"], params={"access_token": again["access_token"]})
    flow.http.post(flow.metadata["token_endpoint"], params={"client_secret": flow.client_secret}, data={"grant_type": "x"})
    flow.http.get("/nothing", params={"token": again["access_token"], "code": "ac_" + "z" * 43})
    flow.revoke(again["access_token"])
    login(person.http, "nobody", "a-Password-in-the-wrong-place")
    assert written.lines and len(exchanges.secrets()) > 5
    # `_invariants` compares; here only that cookies stay out as well.
    cookies = {cookie.value for cookie in person.http.cookies.jar if cookie.value and len(cookie.value) >= 16}
    assert not [value for value in cookies if any(value in line for line in written.lines)]
