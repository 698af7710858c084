"""Chromium in front of a live server; what a failed test saw is kept in tests/artifacts."""

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.application import application
from tests.e2e.steps import SIZES, OpenPage
from tests.e2e.watch import Watch
from tests.flows import Flow
from tests.person import PASSWORD
from tests.services.server import ROOT, Server

ARTIFACTS = ROOT / "tests" / "artifacts"
AXE = ROOT / "tests" / "interop" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}
SECRET = "a-secret-of-the-shop-of-more-than-32-bytes"

MakeSomebody = Callable[..., str]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is missing; tests/setup installs it"
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    expect.set_options(timeout=15_000)  # a busy machine is no failure
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*sandbox, "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The origin of the shop's own site."""
    with application() as origin:
        yield origin


@pytest.fixture
def open_page(chromium: Browser, server: Server, site: str, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Open a page in a fresh browser profile: `open_page(color_scheme="dark", viewport={"width": 390, "height": 844})`.

    A page that logs an error or loads something from elsewhere fails the test.
    """
    opened: list[tuple[Page, Watch]] = []

    def open_fresh(**options: Any) -> Page:
        context = chromium.new_context(base_url=server.base_url, **options)
        context.set_default_timeout(30_000)
        page = context.new_page()
        opened.append((page, Watch(page, server.base_url, site)))
        return page

    yield open_fresh
    failed = getattr(request.node, "failed", False)
    complaints = [complaint for _, watch in opened for complaint in watch.complaints]
    for number, (page, _) in enumerate(opened):
        if (failed or complaints) and not page.is_closed():
            _keep(page, f"{request.node.name}-{number}")
        page.context.close()
    assert complaints == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page at desk width."""
    return open_page(viewport=SIZES["desk"])


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def anyone(request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
    """A page with JavaScript, and one without."""
    return open_page(viewport=SIZES["desk"], java_script_enabled=request.param)


@pytest.fixture(scope="session")
def management(server: Server) -> Iterator[httpx.Client]:
    """The management API as administrator."""
    with httpx.Client(base_url=f"{server.base_url}/api/v1/", headers={"Authorization": f"Bearer {server.token}"}, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def make_somebody(management: httpx.Client) -> MakeSomebody:
    """Make a person whom no other test knows; returns the user name."""

    def make(**fields: Any) -> str:
        name = f"somebody-{secrets.token_hex(4)}"
        given = {"username": name, "password": PASSWORD, "email": f"{name}@example.org", "email_verified": True, **fields}
        answer = management.post("users/", json=given)
        assert answer.status_code == 201, answer.text
        return name

    return make


@pytest.fixture
def somebody(make_somebody: MakeSomebody) -> str:
    """The user name of a person whom no other test knows."""
    return make_somebody(given_name="Alice", family_name="Liddell")


@pytest.fixture(scope="session")
def shop(server: Server, management: httpx.Client, site: str) -> Iterator[Flow]:
    """An application that signs people in."""
    slug = f"shop-{secrets.token_hex(4)}"
    wanted: dict[str, Any] = {"slug": slug, "client_id": slug, "client_name": "Corner Shop", "client_secret": SECRET, "consent": "explicit"}
    wanted |= {"grant_types": ["authorization_code", "refresh_token"], "scope": "openid profile email offline_access"}
    wanted |= {"redirect_uris": [f"{site}/callback"], "post_logout_redirect_uris": [f"{site}/signed-out"]}
    answer = management.post("clients/", json=wanted)
    assert answer.status_code == 201, answer.text
    with httpx.Client(base_url=server.base_url, timeout=30) as machine:
        yield Flow(machine, f"{server.base_url}/application/o/{slug}/", slug, SECRET, f"{site}/callback")


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Fail when axe has a serious finding on the page."""

    def check(page: Page) -> None:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("async () => (await axe.run()).violations")
        assert [_finding(item) for item in found if item["impact"] in SERIOUS] == []

    return check


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember on the test that it failed, for the fixtures that clean up after it."""
    outcome: Any = yield
    if outcome.get_result().failed:
        item.failed = True  # type: ignore[attr-defined]


def _finding(item: dict[str, Any]) -> str:
    return f"{item['id']}: {item['help']} {[node['target'] for node in item['nodes']]}"


def _keep(page: Page, name: str) -> None:
    folder = Path(ARTIFACTS)
    folder.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^\w.-]+", "-", name)[:100]
    page.screenshot(path=folder / f"{stem}.png", full_page=True)
    (folder / f"{stem}.html").write_text(page.content(), encoding="utf-8")
