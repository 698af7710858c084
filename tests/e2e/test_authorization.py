"""An application asks, a person decides: consent, denial, accounts, errors and answers by form, with and without JavaScript."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import MakeSomebody
from tests.e2e.steps import SIZES, OpenPage, fill_in, sign_in
from tests.flows import Flow, Started

SCOPE = "openid profile email offline_access"


@pytest.fixture
def asked(anyone: Page, shop: Flow, somebody: str) -> tuple[Page, Started]:
    """Somebody who was sent here by the shop, has signed in and sees what it asks for."""
    started = shop.start(SCOPE)
    anyone.goto(started.url)
    fill_in(anyone, somebody)
    expect(anyone.locator("#consent-approve")).to_be_visible()
    return anyone, started


def returned(page: Page) -> dict[str, str]:
    """What the application got in its address."""
    page.wait_for_url("**/callback?**")
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def test_an_unknown_client_gets_an_error_page_that_leads_nowhere(anyone: Page, shop: Flow) -> None:
    anyone.goto(shop.start(client_id="nobody").url)
    expect(anyone.locator("#error-code")).to_have_text("invalid_request")
    expect(anyone.locator("#error-id")).not_to_be_empty()
    assert anyone.locator(f"a[href*='{urlsplit(shop.redirect_uri).netloc}']").count() == 0


def test_what_was_denied_is_said_to_the_application(asked: tuple[Page, Started]) -> None:
    page, started = asked
    page.click("#consent-deny")
    answer = returned(page)
    assert (answer["error"], answer["state"]) == ("access_denied", started.state)


def test_a_scope_that_was_unticked_is_not_granted(asked: tuple[Page, Started], shop: Flow) -> None:
    page, started = asked
    page.uncheck("input[name=scope][value=email]")
    page.click("#consent-approve")
    answer = returned(page)
    assert answer["state"] == started.state
    tokens = shop.exchange(answer["code"], started).json()
    assert set(tokens["scope"].split()) == {"openid", "profile", "offline_access"}
    assert "email" not in shop.userinfo(tokens["access_token"]).json()


def test_what_was_allowed_is_not_asked_again(asked: tuple[Page, Started], shop: Flow) -> None:
    page, _ = asked
    page.click("#consent-approve")
    returned(page)
    started = shop.start(SCOPE)
    page.goto(started.url)
    assert shop.exchange(returned(page)["code"], started).status_code == 200


def test_another_person_takes_over_at_the_consent(asked: tuple[Page, Started], shop: Flow, make_somebody: MakeSomebody) -> None:
    page, started = asked
    other = make_somebody(given_name="Dinah")
    page.click("#account-switch")
    fill_in(page, other)
    expect(page.locator("main")).to_contain_text("Dinah")
    page.click("#consent-approve")
    tokens = shop.exchange(returned(page)["code"], started).json()
    assert shop.userinfo(tokens["access_token"]).json()["given_name"] == "Dinah"


def test_the_chooser_goes_on_with_who_is_signed_in(anyone: Page, shop: Flow, somebody: str) -> None:
    sign_in(anyone, somebody)
    started = shop.start(SCOPE, prompt="select_account")
    anyone.goto(started.url)
    anyone.click("#account-continue")
    anyone.click("#consent-approve")
    assert shop.exchange(returned(anyone)["code"], started).status_code == 200


def test_the_chooser_leads_to_another_account(anyone: Page, shop: Flow, somebody: str, make_somebody: MakeSomebody) -> None:
    sign_in(anyone, somebody)
    started = shop.start(SCOPE, prompt="select_account")
    anyone.goto(started.url)
    anyone.click("#account-switch")
    fill_in(anyone, make_somebody(given_name="Dinah"))
    expect(anyone.locator("main")).to_contain_text("Dinah")
    anyone.click("#consent-approve")
    assert "code" in returned(anyone)


@pytest.mark.parametrize("scripts", [True, False])
def test_an_answer_by_form_is_sent_without_a_click_where_scripts_run(open_page: OpenPage, shop: Flow, somebody: str, scripts: bool) -> None:
    page = open_page(viewport=SIZES["phone"], java_script_enabled=scripts)
    sign_in(page, somebody)
    started = shop.start(SCOPE, response_mode="form_post")
    page.goto(started.url)
    with page.expect_request(shop.redirect_uri) as sent:
        page.click("#consent-approve")
        if not scripts:
            page.click("#form-post-continue")
    assert sent.value.method == "POST"
    answer = {name: values[0] for name, values in parse_qs(sent.value.post_data or "").items()}
    assert answer["state"] == started.state and answer["iss"] == shop.metadata["issuer"]
    assert shop.exchange(answer["code"], started).status_code == 200
    expect(page.locator("h1")).to_have_text("Back at the shop")
