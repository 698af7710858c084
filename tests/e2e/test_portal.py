"""What people see and end of their own: consents, sessions, the login itself, with and without JavaScript."""

from playwright.sync_api import Page, expect

from tests.e2e.steps import SIZES, OpenPage, fill_in, sign_in
from tests.e2e.test_authorization import SCOPE, returned
from tests.flows import Flow


def signed_in_at_the_shop(page: Page, shop: Flow, username: str) -> dict[str, str]:
    """Sign in to the shop and allow all that it asks for; returns its tokens."""
    started = shop.start(SCOPE)
    page.goto(started.url)
    fill_in(page, username)
    page.click("#consent-approve")
    tokens: dict[str, str] = shop.exchange(returned(page)["code"], started).json()
    return tokens


def test_an_application_is_listed_after_its_use(anyone: Page, shop: Flow, somebody: str) -> None:
    signed_in_at_the_shop(anyone, shop, somebody)
    anyone.goto("/")
    expect(anyone.locator("main")).to_contain_text("Corner Shop")


def test_a_consent_taken_back_ends_the_access(anyone: Page, shop: Flow, somebody: str) -> None:
    tokens = signed_in_at_the_shop(anyone, shop, somebody)
    anyone.goto("/me/consents/")
    expect(anyone.locator(".panel")).to_contain_text("Corner Shop")
    anyone.get_by_role("button", name="Take back").click()
    expect(anyone.locator("main")).to_contain_text("Nothing allowed yet")
    assert shop.userinfo(tokens["access_token"]).status_code == 401
    assert shop.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_session_elsewhere_is_ended(anyone: Page, open_page: OpenPage, somebody: str) -> None:
    elsewhere = open_page(viewport=SIZES["phone"])
    sign_in(elsewhere, somebody)
    sign_in(anyone, somebody)
    anyone.goto("/me/sessions/")
    expect(anyone.locator(".panel-row")).to_have_count(2)
    anyone.get_by_role("button", name="Sign out there").click()
    expect(anyone.locator(".panel-row")).to_have_count(1)
    elsewhere.goto("/me/")
    expect(elsewhere.locator("#id_login")).to_be_visible()


def test_all_sessions_elsewhere_are_ended(page: Page, open_page: OpenPage, somebody: str) -> None:
    elsewhere = open_page(viewport=SIZES["phone"], java_script_enabled=False)
    sign_in(elsewhere, somebody)
    sign_in(page, somebody, "/me/sessions/")
    page.click("#sessions-end-others")
    expect(page.locator(".panel-row")).to_have_count(1)
    elsewhere.goto("/me/")
    expect(elsewhere.locator("#id_login")).to_be_visible()


def test_signing_out_is_asked_before_it_is_done(anyone: Page, shop: Flow, somebody: str) -> None:
    sign_in(anyone, somebody)
    anyone.goto(shop.metadata["end_session_endpoint"])
    anyone.click("#logout-cancel")
    anyone.goto("/me/")
    expect(anyone.locator("main")).to_contain_text(somebody)
    anyone.goto(shop.metadata["end_session_endpoint"])
    anyone.click("#logout-confirm")
    expect(anyone.locator("h1")).to_have_text("You are signed out")
    anyone.goto("/me/")
    expect(anyone.locator("#id_login")).to_be_visible()


def test_an_application_that_signs_out_gets_the_person_back(anyone: Page, shop: Flow, site: str, somebody: str) -> None:
    tokens = signed_in_at_the_shop(anyone, shop, somebody)
    query = f"id_token_hint={tokens['id_token']}&post_logout_redirect_uri={site}/signed-out&state=see-you"
    anyone.goto(f"{shop.metadata['end_session_endpoint']}?{query}")
    if anyone.locator("#logout-confirm").count():
        anyone.click("#logout-confirm")
    anyone.wait_for_url(f"{site}/signed-out?state=see-you")
    anyone.goto("/me/")
    expect(anyone.locator("#id_login")).to_be_visible()
