"""Races over two server processes on one PostgreSQL database, judged by what is left when they are over."""

import base64
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from providers.conf import BUDGETS
from tests.flows import CALLBACK, Flow
from tests.person import PASSWORD, Person
from tests.security.forging import ASSERTION_TYPE, claims_for, joined, public_jwk
from tests.security.racing import Landed, race, request
from tests.services.server import Server

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]

SECRET = "a-client-secret-of-more-than-32-bytes"
KEY = ec.generate_private_key(ec.SECP256R1())
AT_ONCE = 50
PEOPLE = ("alice", "bob", "carol", "dora", "erin", "frank")
SHOP = {
    "client_secret": SECRET,
    "redirect_uris": [CALLBACK],
    "grant_types": ["authorization_code", "refresh_token"],
    "scope": "openid offline_access",
}
CONFIGURATION: dict[str, Any] = {
    "users": [{"username": name, "password": PASSWORD, "email": f"{name}@example.org", "email_verified": True} for name in PEOPLE],
    "clients": [
        {"slug": "shop", "client_id": "shop", "refresh_token_rotation": True, **SHOP},
        {"slug": "signer", "client_id": "signer", "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [public_jwk(KEY)]},
         "grant_types": ["client_credentials"], "scope": "profile"},
    ],
}  # fmt: skip


@dataclass
class Pair:
    """Two servers on one database."""

    first: Server
    second: Server

    @property
    def ports(self) -> list[int]:
        """Where they listen."""
        return [self.first.port, self.second.port]

    def count(self, sql: str, *params: Any) -> int:
        """One number out of the database."""
        with psycopg.connect(str(self.first.database_url)) as connection:
            row = connection.execute(sql, params).fetchone()
        return int(row[0]) if row else 0

    def post(self, path: str, form: dict[str, str], **headers: str) -> bytes:
        """A request as the shop, unless headers say otherwise."""
        host = urlsplit(self.first.base_url).netloc
        basic = {"Authorization": "Basic " + base64.b64encode(f"shop:{SECRET}".encode()).decode("ascii")}
        return request(path, form, host, **{**basic, **headers})

    def token(self, **form: str) -> bytes:
        """A token request of the shop."""
        return self.post("/application/o/token/", form)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Two servers with the limits on."""
    cluster = os.environ["TEST_DATABASE_URL"]
    with Server(cluster, IDP_RATE_LIMITS="on", IDP_WORKERS="1", IDP_DEMO="0") as first:
        same = {name: first.environment[name] for name in first.environment if name.startswith("IDP_") and name != "IDP_BIND"}
        with Server(None, **same) as second:
            first.apply(CONFIGURATION)
            yield Pair(first, second)


@pytest.fixture
def flow(pair: Pair) -> Iterator[Flow]:
    """The shop."""
    with httpx.Client(base_url=pair.first.base_url, timeout=60) as http:
        yield Flow(http, f"{pair.first.base_url}/application/o/shop/", "shop", SECRET)


@pytest.fixture(scope="module")
def alice(pair: Pair) -> Iterator[Person]:
    """Alice at her browser, who signs in once."""
    with httpx.Client(base_url=pair.first.base_url, timeout=60) as http:
        yield Person(http, "alice")


def statuses(landed: list[Landed]) -> set[int]:
    """What came back; nothing may have broken."""
    assert all(answer.status for answer in landed)
    return {answer.status for answer in landed}


def alive(flow: Flow, tokens: set[str]) -> set[str]:
    """The tokens that are still worth something."""
    return {token for token in tokens if flow.introspect(token).json()["active"]}


@pytest.mark.row(61)
@pytest.mark.parametrize("turn", range(3))
def test_a_code_is_redeemed_once(pair: Pair, flow: Flow, alice: Person, turn: int):
    code, started = flow.code(alice, "openid offline_access")
    before = pair.count("SELECT count(*) FROM providers_accesstoken"), pair.count("SELECT count(*) FROM providers_refreshtoken")
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": started.verifier}
    landed = race([pair.token(**form)] * AT_ONCE, pair.ports)
    assert statuses(landed) <= {200, 400}
    won = [answer.json for answer in landed if answer.status == 200]
    assert len(won) == 1 and {answer.json["error"] for answer in landed if answer.status == 400} == {"invalid_grant"}
    assert pair.count("SELECT count(*) FROM providers_accesstoken") == before[0] + 1
    assert pair.count("SELECT count(*) FROM providers_refreshtoken") == before[1] + 1
    # Forty-nine others presented the code as well: whoever won has nothing of it.
    assert alive(flow, {won[0]["access_token"], won[0]["refresh_token"]}) == set()


@pytest.mark.row(54)
def test_wrong_verifiers_at_once_are_one_attempt(pair: Pair, flow: Flow, alice: Person):
    code, started = flow.code(alice)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    landed = race([pair.token(**form, code_verifier=secrets.token_urlsafe(48)) for _ in range(AT_ONCE)], pair.ports)
    assert statuses(landed) == {400}
    assert flow.exchange(code, started).status_code == 400


@pytest.mark.row(99)
@pytest.mark.row(101)
@pytest.mark.parametrize("turn", range(3))
def test_a_refresh_token_has_one_successor(pair: Pair, flow: Flow, alice: Person, turn: int):
    token = flow.tokens(alice, "openid offline_access")["refresh_token"]
    before = pair.count("SELECT count(*) FROM providers_refreshtoken")
    landed = race([pair.token(grant_type="refresh_token", refresh_token=token)] * AT_ONCE, pair.ports)
    assert statuses(landed) <= {200, 503} and sum(answer.status == 200 for answer in landed) >= 1
    successors = {answer.json["refresh_token"] for answer in landed if answer.status == 200}
    assert len(successors) == 1 and pair.count("SELECT count(*) FROM providers_refreshtoken") == before + 1
    assert flow.refresh(successors.pop()).status_code == 200


@pytest.mark.row(99)
def test_a_stolen_token_raced_against_its_owner_ends_the_family(pair: Pair, flow: Flow, alice: Person):
    first = flow.tokens(alice, "openid offline_access")["refresh_token"]
    second = flow.refresh(first).json()["refresh_token"]
    third = flow.refresh(second).json()["refresh_token"]
    requests = [pair.token(grant_type="refresh_token", refresh_token=token) for _ in range(AT_ONCE // 2) for token in (first, third)]
    landed = race(requests, pair.ports)
    assert statuses(landed) <= {200, 400, 503}
    received = {answer.json[name] for answer in landed if answer.status == 200 for name in ("access_token", "refresh_token")}
    assert alive(flow, {first, second, third, *received}) == set()
    assert all(flow.refresh(token).status_code == 400 for token in (first, second, third))


@pytest.mark.row(102)
def test_a_revocation_raced_against_refreshes_wins(pair: Pair, flow: Flow, alice: Person):
    token = flow.tokens(alice, "openid offline_access")["refresh_token"]
    revoke = pair.post("/application/o/revoke/", {"token": token})
    landed = race([pair.token(grant_type="refresh_token", refresh_token=token) for _ in range(AT_ONCE - 2)] + [revoke] * 2, pair.ports)
    assert {answer.status for answer in landed[-2:]} == {200} and statuses(landed) <= {200, 400, 503}
    received = {answer.json[name] for answer in landed[:-2] if answer.status == 200 for name in ("access_token", "refresh_token")}
    assert alive(flow, {token, *received}) == set()


@pytest.mark.row(83)
def test_an_assertion_is_used_once(pair: Pair):
    assertion = joined({"alg": "ES256"}, claims_for("signer", f"{pair.first.base_url}/application/o/signer/"), None, KEY)
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
    host = urlsplit(pair.first.base_url).netloc
    before = pair.count("SELECT count(*) FROM providers_accesstoken")
    landed = race([request("/application/o/token/", form, host)] * 25, pair.ports)
    assert [answer.status for answer in landed].count(200) == 1 and statuses(landed) == {200, 401}
    assert pair.count("SELECT count(*) FROM providers_accesstoken") == before + 1


@pytest.mark.row(45)
def test_a_consent_pressed_many_times_gives_one_code(pair: Pair, flow: Flow):
    with httpx.Client(base_url=pair.first.base_url, timeout=60) as http:
        bob = Person(http, "bob")
        page = bob.open(flow.start().url, stop_at="consent-approve")
        before = pair.count("SELECT count(*) FROM providers_authorizationcode")
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in http.cookies.jar)
        form = {"decision": "allow", "csrfmiddlewaretoken": page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]}
        press = pair.post(page.url.path, form, Cookie=cookies, Origin=pair.first.base_url, Authorization="")
        landed = race([press] * 20, pair.ports)
    assert statuses(landed) <= {303, 403, 503}
    assert sum("code=" in answer.headers for answer in landed) == 1
    assert pair.count("SELECT count(*) FROM providers_authorizationcode") == before + 1


@pytest.mark.row(119)
def test_what_one_process_ends_is_ended_in_the_other_at_once(pair: Pair, flow: Flow):
    with httpx.Client(base_url=pair.first.base_url, timeout=60) as http:
        issued = flow.tokens(Person(http, "dora"), "openid offline_access")
    ask = [pair.post("/application/o/introspect/", {"token": issued["access_token"]})]
    assert all(race(ask, [port])[0].json["active"] for port in pair.ports)
    pair.first.idp("user", "disable", "dora")
    before = time.monotonic()
    assert not any(race(ask, [port])[0].json["active"] for port in pair.ports) and time.monotonic() - before < 1
    for port in pair.ports:
        assert race([pair.token(grant_type="refresh_token", refresh_token=issued["refresh_token"])], [port])[0].status == 400


# What follows uses the budgets of this address up; nothing signs in here after it.


@pytest.mark.row(79)
def test_a_burst_of_wrong_secrets_is_throttled_in_both_processes(pair: Pair):
    host = urlsplit(pair.first.base_url).netloc
    form = {"grant_type": "client_credentials", "client_id": "signer", "client_secret": "x"}
    landed = race(
        [
            request("/application/o/token/", {**form, "client_id": "shop", "client_secret": f"wrong-{number}"}, host)
            for number in range(100)
        ],
        pair.ports,
    )
    assert [answer.status for answer in landed].count(401) <= BUDGETS["client_secret"][0] and statuses(landed) == {401, 429}


@pytest.mark.row(189)
def test_a_burst_of_guesses_is_verified_no_more_often_than_the_budget_allows(pair: Pair):
    with httpx.Client(base_url=pair.first.base_url, timeout=60) as http:
        http.get("/accounts/login/")
        csrf = http.cookies["idp-csrf"]
        spelled = ["carol", "CAROL", "carol@example.org", "Carol@Example.org", "\uff43arol"]

        def guess(number: int) -> bytes:
            form = {"login": spelled[number % 5], "password": f"guess-number-{number}", "csrfmiddlewaretoken": csrf}
            return pair.post("/accounts/login/", form, Cookie=f"idp-csrf={csrf}", Origin=pair.first.base_url, Authorization="")

        landed = race([guess(number) for number in range(200)], pair.ports)
        assert statuses(landed) <= {200, 429, 503}
        verified = pair.count("SELECT count(*) FROM audit_event WHERE kind = 'login.failed' AND subject ILIKE '%%carol%%'")
        assert 0 < verified <= BUDGETS["login"][0]
        form = {"login": "carol", "password": PASSWORD, "csrfmiddlewaretoken": csrf}
        assert not http.post("/accounts/login/", data=form, headers={"Origin": pair.first.base_url}).is_redirect
