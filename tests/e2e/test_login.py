"""Signing in with a password, in Chromium, on a phone and on a desk."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.steps import SIZES, OpenPage, fill_in, sign_in, sign_out


def test_a_wrong_password_is_said_in_words(anyone: Page, somebody: str) -> None:
    anyone.goto("/accounts/login/")
    fill_in(anyone, somebody, "not-the-password")
    expect(anyone.locator("#login-form")).to_contain_text("not correct")
    expect(anyone.locator("#id_login")).to_have_value(somebody)
    expect(anyone.locator("#id_password")).to_have_value("")


def test_an_unknown_name_gets_the_same_words(page: Page, somebody: str) -> None:
    said = []
    for name in (somebody, "nobody-of-that-name"):
        page.goto("/accounts/login/")
        fill_in(page, name, "not-the-password")
        expect(page.locator("#login-form")).to_contain_text("not correct")
        said.append(page.locator("#login-form").inner_text())
    assert said[0] == said[1]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scripts", [True, False])
def test_a_password_signs_in(open_page: OpenPage, somebody: str, size: str, scripts: bool) -> None:
    page = open_page(viewport=SIZES[size], java_script_enabled=scripts)
    sign_in(page, somebody)
    expect(page.locator("main")).to_contain_text("Alice Liddell")


@pytest.mark.parametrize("path", ["/accounts/login/", "/", "/me/", "/me/sessions/", "/me/consents/", "/accounts/2fa/"])
def test_nothing_is_wider_than_a_phone(open_page: OpenPage, somebody: str, path: str) -> None:
    page = open_page(viewport={"width": 360, "height": 740})
    if path != "/accounts/login/":
        sign_in(page, somebody)
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_e_mail_address_signs_in_too(page: Page, somebody: str) -> None:
    sign_in(page, f"{somebody}@example.org")
    expect(page.locator("main")).to_contain_text(somebody)


def test_a_page_that_wants_a_login_is_reached_after_it(anyone: Page, somebody: str) -> None:
    anyone.goto("/me/consents/")
    fill_in(anyone, somebody)
    anyone.wait_for_url("**/me/consents/")
    sign_out(anyone)
    anyone.goto("/me/consents/")
    expect(anyone.locator("#id_login")).to_be_visible()


def test_pages_for_staff_name_the_person_and_offer_another_account(anyone: Page, somebody: str) -> None:
    sign_in(anyone, somebody)
    anyone.goto("/admin/")
    expect(anyone.locator("#error-code")).to_have_text("access_denied")
    anyone.click("#account-switch")
    expect(anyone.locator("#id_login")).to_be_visible()
