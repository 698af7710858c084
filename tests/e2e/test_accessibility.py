"""axe has no serious finding on any page, in light and in dark."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.e2e.conftest import MakeSomebody
from tests.e2e.steps import OpenPage, confirm, fill_in, sign_in, sign_out, turn_on_codes
from tests.e2e.test_portal import signed_in_at_the_shop
from tests.flows import Flow

Accessible = Callable[[Page], None]


def in_both_schemes(page: Page, accessible: Accessible, *paths: str) -> None:
    """Check the page in front, or those at the paths."""
    for path in paths or ("",):
        if path:
            page.goto(path)
            confirm(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            accessible(page)


def test_the_way_in(page: Page, accessible: Accessible, somebody: str) -> None:
    in_both_schemes(page, accessible, "/accounts/login/", "/accounts/password/reset/", "/no-such-page/")
    page.goto("/accounts/login/?next=/me/")
    fill_in(page, somebody, "wrong")
    in_both_schemes(page, accessible)


def test_the_pages_of_an_authorization(page: Page, accessible: Accessible, shop: Flow, somebody: str) -> None:
    in_both_schemes(page, accessible, shop.start(client_id="nobody").url, shop.start().url)
    fill_in(page, somebody)
    page.wait_for_selector("#consent-approve")
    in_both_schemes(page, accessible)
    in_both_schemes(page, accessible, shop.start(prompt="select_account").url, "/admin/")


def test_the_form_that_answers(open_page: OpenPage, accessible: Accessible, shop: Flow, somebody: str) -> None:
    page = open_page()
    page.route("**/form_post*.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    page.goto(shop.start("openid", response_mode="form_post").url)
    fill_in(page, somebody)
    page.click("#consent-approve")
    page.wait_for_selector("#form-post-continue")
    in_both_schemes(page, accessible)


def test_the_portal(page: Page, accessible: Accessible, shop: Flow, somebody: str) -> None:
    sign_in(page, somebody)
    in_both_schemes(page, accessible, "/", "/me/consents/")  # nothing is there yet
    page.context.clear_cookies()
    signed_in_at_the_shop(page, shop, somebody)
    in_both_schemes(page, accessible, "/", "/me/", "/me/sessions/", "/me/consents/")


def test_the_pages_of_an_account(page: Page, accessible: Accessible, somebody: str) -> None:
    sign_in(page, somebody)
    in_both_schemes(page, accessible, "/accounts/email/", "/accounts/password/change/", "/accounts/reauthenticate/?next=/me/")


def test_second_factors(page: Page, accessible: Accessible, make_somebody: MakeSomebody) -> None:
    username = make_somebody()
    sign_in(page, username)
    in_both_schemes(
        page, accessible, "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/"
    )
    turn_on_codes(page)
    in_both_schemes(page, accessible)
    in_both_schemes(page, accessible, "/accounts/2fa/", "/accounts/2fa/totp/deactivate/", "/accounts/2fa/recovery-codes/generate/")
    page.goto("/me/")
    sign_out(page)
    page.goto("/accounts/login/")
    fill_in(page, username)
    page.wait_for_url("**/accounts/2fa/authenticate/**")
    in_both_schemes(page, accessible)


def test_the_way_out(page: Page, accessible: Accessible, shop: Flow, somebody: str) -> None:
    sign_in(page, somebody)
    in_both_schemes(page, accessible, "/accounts/logout/", shop.metadata["end_session_endpoint"])
    page.click("#logout-confirm")
    in_both_schemes(page, accessible)
