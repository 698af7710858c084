"""The first minute of a newcomer, in Chromium: sign in to the playground and see every check green."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from idp import demo

SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}
CHECKS = 23


def sign_in(page: Page) -> None:
    """Press the button, sign in as the demo user, agree."""
    page.goto("/playground/")
    page.locator("#playground-start").click()
    page.locator("#id_login").fill(demo.USERNAME)
    page.locator("#id_password").fill(demo.PASSWORD)
    page.locator("#login-submit").click()
    # The consent is remembered from the second time on.
    page.wait_for_url(lambda url: "/authorize/continue/" in url or "/playground/callback" in url)
    if page.locator("#consent-approve").count():
        page.locator("#consent-approve").click()
    page.wait_for_url("**/playground/callback**")


def test_every_check_is_green(page: Page) -> None:
    sign_in(page)
    expect(page.locator("#playground-checks-ok")).to_be_visible()
    expect(page.locator("[data-check]")).to_have_count(CHECKS)
    expect(page.locator("[data-check][data-ok=true]")).to_have_count(CHECKS)


def test_it_works_without_javascript(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page)
    expect(page.locator("#playground-checks-ok")).to_be_visible()


def test_coming_back_with_reload_does_not_use_the_code_again(page: Page) -> None:
    sign_in(page)
    page.reload()
    expect(page.locator("#playground-lost")).to_be_visible()


def test_a_denial_comes_back_as_what_it_is(page: Page) -> None:
    sign_in(page)
    page.goto("/playground/")
    page.locator("#prompt").select_option("consent")
    page.locator("#playground-start").click()
    page.locator("#consent-deny").click()
    expect(page.locator("#playground-error-code")).to_have_text("access_denied")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_pages_fit_and_are_accessible(
    open_page: Callable[..., Page], accessible: Callable[[Page], None], size: str, scheme: str
) -> None:
    page = open_page(viewport=SIZES[size], color_scheme=scheme)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.goto("/playground/")
    accessible(page)
    sign_in(page)
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert refused == []
