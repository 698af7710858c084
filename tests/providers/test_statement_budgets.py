"""How many statements each machine endpoint makes (issue 2, "Speed"; rulings 30). Counted warm, one request each."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scopes.services import assignments
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import returned

Statements = Callable[[], CaptureQueriesContext]
AROUND = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
OFFLINE = "openid profile email groups offline_access"


def split(seen: CaptureQueriesContext) -> tuple[list[str], list[str]]:
    """Reads and writes; what only begins and ends a transaction is neither."""
    texts = [query["sql"] for query in seen if not query["sql"].lstrip().upper().startswith(AROUND)]
    writes = [text for text in texts if any(f"{verb} " in text.upper() for verb in ("INSERT", "UPDATE", "DELETE"))]
    return [text for text in texts if text not in writes], writes


@pytest.fixture(params=["opaque", "jwt"])
def shop(request: pytest.FixtureRequest, make_flow: Callable[..., Flow]) -> Flow:
    grants = ["authorization_code", "refresh_token", "client_credentials"]
    flow = make_flow(access_token_format=request.param, grant_types=grants, refresh_token_rotation=True)
    _ = flow.metadata
    return flow


@pytest.fixture
def crowded(make_flow: Callable[..., Flow], alice: object) -> Flow:
    """A client that only some people may use, which costs a look at who they are."""
    assignments.create({"name": "staff", "groups": ["engineering"]}, actor="test")
    flow = make_flow("crowded", assignments=["staff"], grant_types=["authorization_code", "refresh_token"], refresh_token_rotation=True)
    _ = flow.metadata
    return flow


def test_client_credentials(shop: Flow, statements: Statements) -> None:
    shop.token("client_credentials")
    with statements() as seen:
        assert shop.token("client_credentials", scope="email").status_code == 200
    reads, writes = split(seen)
    assert len(writes) == 1, writes
    assert len(reads) <= 1, reads


def test_introspection(shop: Flow, person: Person, statements: Statements) -> None:
    token = shop.tokens(person, OFFLINE)["access_token"]
    shop.introspect(token)
    with statements() as seen:
        assert shop.introspect(token).json()["active"]
    reads, writes = split(seen)
    assert (len(writes), len(reads) <= 2) == (0, True), seen.captured_queries


def test_introspection_of_a_client_for_some(crowded: Flow, person: Person, statements: Statements) -> None:
    token = crowded.tokens(person, OFFLINE)["access_token"]
    crowded.introspect(token)
    with statements() as seen:
        assert crowded.introspect(token).json()["active"]
    reads, writes = split(seen)
    assert (len(writes), len(reads) <= 2) == (0, True), seen.captured_queries


def test_userinfo(shop: Flow, person: Person, statements: Statements) -> None:
    token = shop.tokens(person, OFFLINE)["access_token"]
    shop.userinfo(token)
    with statements() as seen:
        assert shop.userinfo(token).status_code == 200
    reads, writes = split(seen)
    assert (len(writes), len(reads) <= 2) == (0, True), seen.captured_queries


def test_userinfo_of_a_client_for_some(crowded: Flow, person: Person, statements: Statements) -> None:
    token = crowded.tokens(person, OFFLINE)["access_token"]
    crowded.userinfo(token)
    with statements() as seen:
        assert crowded.userinfo(token).status_code == 200
    reads, writes = split(seen)
    assert (len(writes), len(reads) <= 2) == (0, True), seen.captured_queries


@pytest.mark.parametrize("scope", ["openid", OFFLINE])
def test_code_exchange(shop: Flow, person: Person, statements: Statements, scope: str) -> None:
    """Three on PostgreSQL; SQLite cannot write two tables in one statement and makes one more."""
    shop.tokens(person, scope)
    code, started = shop.code(person, scope)
    with statements() as seen:
        assert shop.exchange(code, started).status_code == 200
    reads, writes = split(seen)
    assert len(reads) + len(writes) <= (3 if connection.vendor == "postgresql" else 4), seen.captured_queries


def test_refresh(shop: Flow, person: Person, statements: Statements) -> None:
    token = shop.tokens(person, OFFLINE)["refresh_token"]
    token = shop.refresh(token).json()["refresh_token"]
    with statements() as seen:
        assert shop.refresh(token).status_code == 200
    reads, writes = split(seen)
    assert len(reads) + len(writes) <= 4, seen.captured_queries


def test_refresh_of_a_client_for_some(crowded: Flow, person: Person, statements: Statements) -> None:
    token = crowded.tokens(person, OFFLINE)["refresh_token"]
    with statements() as seen:
        assert crowded.refresh(token).status_code == 200
    reads, writes = split(seen)
    assert len(reads) + len(writes) <= (4 if connection.vendor == "postgresql" else 5), seen.captured_queries


@pytest.mark.parametrize("path", ["jwks_uri", "discovery", "root discovery"])
def test_documents(shop: Flow, statements: Statements, path: str) -> None:
    named = {
        "jwks_uri": shop.metadata["jwks_uri"],
        "discovery": f"{shop.issuer}.well-known/openid-configuration",
        "root discovery": "/.well-known/openid-configuration",
    }
    shop.http.get(named[path])
    with statements() as seen:
        assert shop.http.get(named[path]).status_code == 200
    assert not list(seen)


def test_revocation(shop: Flow, person: Person, statements: Statements) -> None:
    token = shop.tokens(person)["access_token"]
    with statements() as seen:
        assert shop.revoke(token).status_code == 200
    reads, writes = split(seen)
    assert (len(writes), len(reads) <= 2) == (1, True), seen.captured_queries


def test_a_refusal_costs_no_write(shop: Flow, statements: Statements) -> None:
    shop.introspect("x")
    with statements() as seen:
        assert shop.userinfo("at_x").status_code == 401
        assert shop.token("authorization_code", code="x", redirect_uri="x").status_code == 400
    assert not split(seen)[1]


def test_an_authorization_that_needs_nobody(shop: Flow, person: Person, statements: Statements) -> None:
    shop.tokens(person)
    url = shop.start(prompt="none").url
    person.http.get(url)
    with statements() as seen:
        assert "code" in returned(person.http.get(url))
    reads, writes = split(seen)
    assert len(reads) + len(writes) <= (3 if connection.vendor == "postgresql" else 4), seen.captured_queries
