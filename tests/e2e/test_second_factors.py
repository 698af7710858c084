"""Codes of an authenticator app and recovery codes, in Chromium with and without JavaScript. Passkeys: test_passkeys.py."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.steps import code_of, fill_in, sign_in, sign_out, turn_on_codes


@dataclass
class Owner:
    """Somebody with an authenticator app, signed out."""

    page: Page
    username: str
    secret: str
    recovery_codes: list[str]

    def enter(self, code: str) -> None:
        """Sign in with the password and this code."""
        self.page.goto("/accounts/login/?next=/me/")
        fill_in(self.page, self.username)
        self.page.wait_for_url("**/accounts/2fa/authenticate/**")
        self.page.fill("#id_code", code)
        self.page.click("#login-submit")


@pytest.fixture
def owner(anyone: Page, somebody: str) -> Owner:
    sign_in(anyone, somebody)
    secret = turn_on_codes(anyone)
    codes = anyone.input_value("#recovery_codes").split()
    sign_out(anyone)
    return Owner(anyone, somebody, secret, codes)


def test_a_wrong_code_does_not_sign_in(owner: Owner) -> None:
    owner.enter("000000" if code_of(owner.secret) != "000000" else "111111")
    expect(owner.page.locator("main")).to_contain_text("Incorrect code")
    owner.page.goto("/me/")
    expect(owner.page.locator("#id_code")).to_be_visible()  # the second step is still to be taken


def test_a_code_signs_in_after_the_password(owner: Owner) -> None:
    # The code of now was used to set it up; the clock of an app may be one period ahead.
    owner.enter(code_of(owner.secret, 1))
    owner.page.wait_for_url("**/me/")
    expect(owner.page.locator("main")).to_contain_text("Codes from your app are asked for")


def test_a_recovery_code_signs_in_once(owner: Owner) -> None:
    owner.enter(owner.recovery_codes[0])
    owner.page.wait_for_url("**/me/")
    sign_out(owner.page)
    owner.enter(owner.recovery_codes[0])
    expect(owner.page.locator("main")).to_contain_text("Incorrect code")


def test_somebody_else_can_sign_in_at_the_second_step(owner: Owner) -> None:
    owner.page.goto("/accounts/login/")
    fill_in(owner.page, owner.username)
    owner.page.wait_for_url("**/accounts/2fa/authenticate/**")
    owner.page.click("#account-switch")
    expect(owner.page.locator("#id_login")).to_be_visible()
