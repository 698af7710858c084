"""Chromium in front of a live server; what a failed test saw is kept in tests/artifacts."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.services.server import ROOT, Server

ARTIFACTS = ROOT / "tests" / "artifacts"
AXE = ROOT / "tests" / "interop" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is missing; tests/setup installs it"
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*sandbox, "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, server: Server, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Open a page in a fresh browser profile: `open_page(color_scheme="dark", viewport={"width": 390, "height": 844})`."""
    pages: list[Page] = []

    def open_fresh(**options: Any) -> Page:
        context = chromium.new_context(base_url=server.base_url, **options)
        context.set_default_timeout(15_000)
        pages.append(context.new_page())
        return pages[-1]

    yield open_fresh
    failed = getattr(request.node, "failed", False)
    for number, page in enumerate(pages):
        if failed and not page.is_closed():
            _keep(page, f"{request.node.name}-{number}")
        page.context.close()


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page at desk width."""
    return open_page(viewport={"width": 1280, "height": 900})


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Fail when axe has a serious finding on the page."""

    def check(page: Page) -> None:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("async () => (await axe.run()).violations")
        serious = [
            f"{item['id']}: {item['help']} {[node['target'] for node in item['nodes']]}" for item in found if item["impact"] in SERIOUS
        ]
        assert serious == []

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
