"""Passkeys in a real browser, with a virtual authenticator (Web Authentication Level 2 §11): added, then signed in with."""

import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.person import PASSWORD
from tests.services.server import Server

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def device(page: Page) -> Callable[[bool], None]:
    """A page whose browser has an authenticator; `device(False)` makes the person look away, `device(True)` back."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    key = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]

    def present(enabled: bool) -> None:
        session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": enabled})

    return present


@pytest.fixture
def owner(page: Page, device: Callable[[bool], None], server: Server) -> Page:
    """Somebody new with a passkey, signed out."""
    name = f"owner-{secrets.token_hex(4)}"
    server.apply({"users": [{"username": name, "password": PASSWORD}]})
    page.goto("/accounts/login/?next=/accounts/2fa/webauthn/add/")
    page.fill("#id_login", name)
    page.fill("#id_password", PASSWORD)
    page.click("#login-submit")
    page.wait_for_url("**/accounts/reauthenticate/**")  # a new key always wants the password once more
    page.fill("#id_password", PASSWORD)
    page.click("#login-submit")
    page.fill("#id_name", "Laptop")
    page.check("#id_passwordless")
    page.click("#passkey-add")
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    page.goto("/accounts/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("Laptop")
    device(False)  # nobody answers while the login page offers the key by itself
    page.click("#sign-out")
    page.wait_for_selector("#passkey-login")
    return page


def test_a_passkey_that_is_offered_with_the_user_name_signs_in(owner: Page, device: Callable[[bool], None]) -> None:
    device(True)  # the virtual authenticator picks the suggestion by itself
    owner.goto("/accounts/login/?next=/me/")
    owner.wait_for_url("**/me/")
    expect(owner.locator("main")).to_contain_text("1 key.")


def test_the_button_signs_in_where_passkeys_are_not_suggested(owner: Page, device: Callable[[bool], None]) -> None:
    owner.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")
    device(True)
    owner.goto("/accounts/login/?next=/me/")
    owner.click("#passkey-login")
    owner.wait_for_url("**/me/")


def test_a_refused_passkey_is_said_in_words(owner: Page) -> None:
    owner.click("#passkey-login")
    expect(owner.locator("#passkey-failed")).to_be_visible()
