"""What the tests share. Fixtures that need a server start the real one (`tests/services`)."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Group, User
from tests.door import client as open_door
from tests.person import PASSWORD, Person
from tests.services.server import Server

MakeUser = Callable[..., User]


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
def _empty_cache(request: pytest.FixtureRequest) -> None:
    """What one test put into the shared cache is not there for the next."""
    if request.node.get_closest_marker("django_db") or {"db", "transactional_db"} & set(request.fixturenames):
        request.getfixturevalue("_django_db_helper")
        cache.clear()


@pytest.fixture
def product_hashers(settings: LazySettings) -> None:
    """The password hashers of the product, in place of the fast one of the tests."""
    settings.PASSWORD_HASHERS = settings.PRODUCT_PASSWORD_HASHERS


@pytest.fixture
def make_user(db: None) -> MakeUser:
    """Make a person with a verified address; `groups` are names, other fields those of the model."""

    def make(
        username: str = "alice", *, password: str = PASSWORD, email: str | None = None, groups: tuple[str, ...] = (), **fields: Any
    ) -> User:
        address = f"{username}@example.org" if email is None else email
        user = User.objects.create_user(username, password, email=address, **fields)
        if address:
            EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
        user.groups.set([Group.objects.get_or_create(name=name)[0] for name in groups])
        return user

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
