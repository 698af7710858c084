"""What the tests share. Fixtures that need a server start the real one (`tests/services`)."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Group, User
from accounts.services import users
from providers import limits
from providers.client_auth import client_keys
from providers.endpoints import document
from providers.models import Client
from providers.services import clients, key_pairs, keys
from providers.statements import clients as client_statements
from providers.statements import registry as registry_statements
from scopes.services import assignments, mappings
from tests.door import client as open_door
from tests.flows import CALLBACK, Flow
from tests.person import PASSWORD, Person
from tests.services.server import Server

MakeUser = Callable[..., User]
MakeClient = Callable[..., Client]

SECRET = "a-client-secret-of-more-than-32-bytes"
SCOPE = "openid profile email address phone groups offline_access"
AUTHENTICATION = {"client_secret_basic": "basic", "client_secret_post": "post", "none": "none"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs PostgreSQL when the run is on SQLite; `make test` runs it in the other pass."""
    if connection.vendor == "postgresql":
        return
    left_out = [item for item in items if item.get_closest_marker("postgresql")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--no-skips`: a test that was skipped fails the run."""
    parser.addoption("--no-skips", action="store_true", help="what cannot run is a failure")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn skips into a failure where everything has to run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.config.getoption("--no-skips") and reporter and reporter.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def _fresh_process(request: pytest.FixtureRequest) -> None:
    """What one test left in memory or in the shared cache is not there for the next."""
    client_statements.forget()
    registry_statements.forget()
    document.forget()
    limits._blocked.clear()
    client_keys._kept.clear()
    if request.node.get_closest_marker("django_db") or {"db", "transactional_db"} & set(request.fixturenames):
        request.getfixturevalue("_django_db_helper")
        cache.clear()


@pytest.fixture(scope="session")
def signing_keys() -> list[dict[str, Any]]:
    """Pairs for the default key, made once: generating RSA keys takes a while."""
    pairs = [(status, key_pairs.generate("RS256").jwk.export_private(as_dict=True)) for status in ("active", "next")]
    return [{"status": status, "private_jwk": jwk} for status, jwk in pairs]


@pytest.fixture
def instance(db: None, signing_keys: list[dict[str, Any]]) -> None:
    """What the first start makes: standard scopes, the assignment for everybody, the default key."""
    mappings.ensure_builtin()
    assignments.ensure_allow_all()
    if not keys.find(keys.DEFAULT):
        key = {"name": keys.DEFAULT, "algorithm": keys.DEFAULT_ALGORITHM, "signing_keys": signing_keys}
        keys.create(key, actor="", trusted=True, managed=True)


@pytest.fixture
def product_hashers(settings: LazySettings) -> None:
    """The password hashers of the product, in place of the fast one of the tests."""
    settings.PASSWORD_HASHERS = settings.PRODUCT_PASSWORD_HASHERS


@pytest.fixture
def make_user(instance: None) -> MakeUser:
    """Make a person with a verified address through the service; groups that are not there are made first."""

    def make(username: str = "alice", **fields: Any) -> User:
        for name in fields.get("groups", ()):
            Group.objects.get_or_create(name=name)
        given = {"password": PASSWORD, "email": f"{username}@example.org", "email_verified": True, **fields}
        return users.create({"username": username, **given, "groups": list(fields.get("groups", ()))}, actor="test")

    return make


@pytest.fixture
def make_client(instance: None) -> MakeClient:
    """Make a client through the service: confidential, with the secret `SECRET` and `CALLBACK`, unless fields say otherwise."""

    def make(slug: str = "shop", **fields: Any) -> Client:
        given: dict[str, Any] = {
            "client_id": slug,
            "client_name": slug.title(),
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "scope": SCOPE,
            **fields,
        }
        if given.get("token_endpoint_auth_method") not in ("none", "private_key_jwt"):
            given.setdefault("client_secret", SECRET)
        return clients.create({"slug": slug, **given}, actor="test")

    return make


@pytest.fixture
def alice(make_user: MakeUser) -> User:
    """Alice Liddell, a member of `engineering`."""
    return make_user("alice", given_name="Alice", family_name="Liddell", groups=("engineering",))


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """A browser or a machine in front of our WSGI application."""
    with open_door() as client:
        yield client


@pytest.fixture
def browser() -> Iterator[Callable[..., Person]]:
    """Sit people down at browsers: `browser("alice")` is Alice with cookies of her own."""
    opened: list[httpx.Client] = []

    def sit_down(username: str = "", password: str = PASSWORD, **options: Any) -> Person:
        opened.append(open_door(**options))
        return Person(opened[-1], username, password)

    yield sit_down
    for client in opened:
        client.close()


@pytest.fixture
def person(alice: User, browser: Callable[..., Person]) -> Person:
    """Alice at her browser."""
    return browser(alice.username)


@pytest.fixture
def make_flow(http: httpx.Client, make_client: MakeClient) -> Callable[..., Flow]:
    """Make a client and act as it: `make_flow("native", token_endpoint_auth_method="none").tokens(person)`."""

    def make(slug: str = "shop", **fields: Any) -> Flow:
        client = make_client(slug, **fields)
        root = client.application is None or client.application.issuer_mode == "root"
        base = str(http.base_url).rstrip("/")
        return Flow(
            http=http,
            issuer=f"{base}/" if root else f"{base}/application/o/{slug}/",
            client_id=client.client_id,
            client_secret=fields.get("client_secret", SECRET),
            redirect_uri=next(iter(fields.get("redirect_uris", [CALLBACK])), ""),
            auth=AUTHENTICATION.get(client.token_endpoint_auth_method, "none"),
        )

    return make


@pytest.fixture
def flow(make_flow: Callable[..., Flow]) -> Flow:
    """The shop: a confidential client at an issuer of its own."""
    return make_flow("shop")


@pytest.fixture
def statements(db: None) -> Callable[[], CaptureQueriesContext]:
    """Count SQL: `with statements() as seen: …`, then `len(seen)` or `[query["sql"] for query in seen]`."""
    return lambda: CaptureQueriesContext(connection)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The product in a process of its own, on PostgreSQL when the run is, else on SQLite."""
    with Server(os.environ.get("TEST_DATABASE_URL"), **_redis()) as running:
        yield running


def _redis() -> dict[str, str]:
    url = os.environ.get("TEST_REDIS_URL")
    return {"IDP_REDIS_URL": url} if url else {}
