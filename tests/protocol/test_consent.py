"""OpenID Connect Core 1.0 §3.1.2.4: consent, its memory and its limits."""

from collections.abc import Callable

import pytest
from lxml import html

from accounts.models import User
from providers.models import Consent
from providers.services import clients, consents
from scopes.services import mappings
from tests.clock import later
from tests.conftest import MakeUser
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import error, refused_by_page
from tests.protocol.conftest import MakeFlow


def asked(person: Person, flow: Flow, scope: str | None, **parameters: str | None) -> dict[str, html.HtmlElement]:
    """The boxes of the consent page by scope, or nothing when there was no such page."""
    page = person.open(flow.start(scope, **parameters).url, stop_at="consent-approve")
    if not person.sees("consent-approve"):
        return {}
    return {box.get("value"): box for box in html.fromstring(page.text).xpath("//input[@type='checkbox']")}


def test_a_denial_is_not_remembered_as_consent(flow: Flow, person: Person) -> None:
    """§3.1.2.4"""
    assert flow.authorize(person, flow.start(), consent=False)["error"] == "access_denied"
    assert not Consent.objects.exists()
    assert asked(person, flow, "openid email")


def test_explicit_consent_is_asked_once(flow: Flow, person: Person) -> None:
    """§3.1.2.4"""
    flow.tokens(person, "openid email")
    flow.tokens(person, "openid email")
    flow.tokens(person, "openid")
    assert person.consents == 1


def test_the_page_lists_what_is_asked_for_and_openid_goes_without_saying(flow: Flow, person: Person) -> None:
    """§3.1.2.4"""
    assert set(asked(person, flow, "openid email groups")) == {"email", "groups"}


def test_no_scope_lists_the_configured_ones(make_flow: MakeFlow, person: Person) -> None:
    """Contracts C 20"""
    flow = make_flow(scope="openid email profile groups offline_access read:org")
    assert set(asked(person, flow, None)) == {"email", "profile", "groups"}


def test_only_what_is_new_is_marked_as_new(flow: Flow, person: Person) -> None:
    """Contracts C 31"""
    flow.tokens(person, "openid email")
    page = person.open(flow.start("openid email groups").url, stop_at="consent-approve")
    rows = {row.xpath(".//input/@value")[0]: row.text_content() for row in html.fromstring(page.text).xpath("//li[.//input]")}
    assert {scope: "New" in text for scope, text in rows.items()} == {"email": False, "groups": True}


def test_an_unticked_scope_is_not_granted(flow: Flow, person: Person) -> None:
    """Contracts D3, consent per scope"""
    started = flow.start("openid email groups")
    got = flow.authorize(person, started, scopes=["email"])
    tokens = flow.exchange(got["code"], started).json()
    assert tokens["scope"] == "openid email"
    assert "groups" not in flow.userinfo(tokens["access_token"]).json()


def test_what_was_unticked_is_remembered_as_declined(flow: Flow, person: Person) -> None:
    """Contracts D3"""
    flow.authorize(person, flow.start("openid email groups"), scopes=["email"])
    assert flow.tokens(person, "openid email groups")["scope"] == "openid email"
    assert person.consents == 1
    boxes = asked(person, flow, "openid email groups", prompt="consent")
    assert boxes["groups"].get("checked") is None
    assert boxes["email"].get("checked") is not None


def test_a_declined_scope_can_be_granted_later(flow: Flow, person: Person) -> None:
    """§3.1.2.4"""
    flow.authorize(person, flow.start("openid email groups"), scopes=["email"])
    flow.authorize(person, flow.start("openid email groups", prompt="consent"), scopes=["email", "groups"])
    assert flow.tokens(person, "openid email groups")["scope"] == "openid email groups"


def test_more_than_was_asked_for_is_never_granted(flow: Flow, person: Person) -> None:
    """RFC 6749 §3.3"""
    person.open(flow.start("openid email").url, stop_at="consent-approve")
    assert person.answer is not None
    token = html.fromstring(person.answer.text).xpath("//input[@name='csrfmiddlewaretoken']/@value")[0]
    form = {"decision": "allow", "scope": ["email", "groups", "offline_access", "bogus"], "csrfmiddlewaretoken": token}
    answer = person.http.post(str(person.answer.url), data=form, headers={"Origin": person.origin})
    assert answer.is_redirect
    assert Consent.objects.get().scope == "openid email"


@pytest.mark.parametrize("csrf", ["", "x" * 64])
def test_a_consent_without_our_form_is_refused(flow: Flow, person: Person, csrf: str) -> None:
    """RFC 6749 §10.12"""
    person.open(flow.start("openid email").url, stop_at="consent-approve")
    assert person.answer is not None
    form = {"decision": "allow", "scope": "email", "csrfmiddlewaretoken": csrf}
    answer = person.http.post(str(person.answer.url), data=form, headers={"Origin": person.origin})
    assert refused_by_page(answer, 403) == "invalid_request"


def test_expiring_consent_is_asked_again_after_its_time(make_flow: MakeFlow, person: Person) -> None:
    """Contracts C 31"""
    flow = make_flow(consent="expiring", consent_lifetime=3600)
    flow.tokens(person, "openid email")
    with later(3000):
        flow.tokens(person, "openid email")
        assert person.consents == 1
        assert set(asked(person, flow, "openid email groups")) == {"email", "groups"}
    with later(3700):
        assert asked(person, flow, "openid email")


def test_an_expired_consent_takes_nothing_along(make_flow: MakeFlow, person: Person) -> None:
    """Contracts C 31"""
    flow = make_flow(consent="expiring", consent_lifetime=60)
    flow.tokens(person, "openid email groups")
    with later(61):
        flow.tokens(person, "openid email")
        assert asked(person, flow, "openid groups")


def test_implicit_consent_is_not_asked(make_flow: MakeFlow, person: Person) -> None:
    """Contracts A6"""
    flow = make_flow(consent="implicit")
    assert flow.tokens(person, "openid email groups")["scope"] == "openid email groups"
    assert person.consents == 0


def test_offline_access_forces_consent_upon_an_implicit_client(make_flow: MakeFlow, person: Person) -> None:
    """§11: "prompt … consent … MUST be used unless other conditions … are in place"; rulings 20"""
    flow = make_flow(consent="implicit")
    assert "offline_access" in asked(person, flow, "openid offline_access")
    assert flow.authorize(person, flow.start("openid offline_access", prompt="none"))["error"] == "consent_required"


def test_a_stored_consent_with_offline_access_counts(make_flow: MakeFlow, person: Person) -> None:
    """Rulings 20"""
    flow = make_flow(consent="implicit")
    flow.tokens(person, "openid offline_access")
    assert "refresh_token" in flow.tokens(person, "openid offline_access", prompt="none")
    assert person.consents == 1


def test_the_force_can_be_switched_off(make_flow: MakeFlow, person: Person) -> None:
    """Contracts D1, force_consent_on_offline_access"""
    flow = make_flow(consent="implicit", force_consent_on_offline_access=False)
    assert "refresh_token" in flow.tokens(person, "openid offline_access")
    assert person.consents == 0


@pytest.mark.parametrize("scope", ["openid email", None])
def test_access_type_offline_is_another_way_to_ask(make_flow: MakeFlow, person: Person, scope: str | None) -> None:
    """Contracts, main line: as Google's clients ask for a refresh token"""
    flow = make_flow(scope="openid email offline_access")
    tokens = flow.tokens(person, scope, access_type="offline")
    assert set(tokens["scope"].split()) == {"openid", "email", "offline_access"}
    assert tokens["refresh_token"]


def test_access_type_offline_gives_nothing_that_the_client_may_not_have(make_flow: MakeFlow, person: Person) -> None:
    """RFC 6749 §3.3"""
    assert make_flow(scope="openid email").tokens(person, "openid", access_type="offline")["scope"] == "openid"


def test_offline_access_can_be_unticked(flow: Flow, person: Person) -> None:
    """§11"""
    started = flow.start("openid offline_access")
    tokens = flow.exchange(flow.authorize(person, started, scopes=[])["code"], started).json()
    assert tokens["scope"] == "openid"
    assert "refresh_token" not in tokens


def test_offline_access_without_the_refresh_grant_is_dropped(make_flow: MakeFlow, person: Person) -> None:
    """§11"""
    flow = make_flow(grant_types=["authorization_code"])
    assert flow.tokens(person, "openid offline_access")["scope"] == "openid"


@pytest.mark.parametrize("uri", ["http://127.0.0.1:5555/callback", "http://[::1]/cb", "com.example.app:/cb"])
def test_a_public_client_on_this_machine_is_never_silent(make_flow: MakeFlow, person: Person, uri: str) -> None:
    """RFC 8252 §8.6; details, protocol readings"""
    flow = make_flow("native", token_endpoint_auth_method="none", redirect_uris=[uri], consent="implicit")
    flow.tokens(person)
    flow.tokens(person)
    assert person.consents == 2
    assert flow.authorize(person, flow.start(prompt="none"))["error"] == "consent_required"


def test_consent_belongs_to_one_person(flow: Flow, person: Person, make_user: MakeUser, browser: Callable[..., Person]) -> None:
    """§3.1.2.4"""
    make_user("bob")
    flow.tokens(person)
    assert asked(browser("bob"), flow, "openid") == {}
    bob = browser("bob")
    flow.tokens(bob)
    assert bob.consents == 1


def test_a_revoked_consent_ends_its_tokens_and_is_asked_again(flow: Flow, person: Person, alice: User) -> None:
    """Details: deleting a consent ends its tokens"""
    tokens = flow.tokens(person, "openid offline_access")
    consents.revoke(Consent.objects.get(), actor="test")
    assert error(flow.userinfo(tokens["access_token"]), 401) == "invalid_token"
    assert error(flow.refresh(tokens["refresh_token"])) == "invalid_grant"
    flow.tokens(person, "openid offline_access")
    assert person.consents == 2


def test_a_new_resource_and_a_new_single_claim_are_asked_for(flow: Flow, person: Person) -> None:
    """§3.1.2.4, RFC 8707 §3"""
    flow.tokens(person, "openid email")
    flow.tokens(person, "openid email", resource="https://api.example.org/")
    assert person.consents == 2
    flow.tokens(person, "openid email", resource="https://api.example.org/")
    flow.tokens(person, "openid email", claims='{"id_token": {"email": null}}')
    assert person.consents == 3


def test_a_client_is_named_and_its_links_are_shown(make_flow: MakeFlow, person: Person) -> None:
    """Registration §2, policy_uri and tos_uri"""
    links = {
        "client_uri": "https://rp.example.org/",
        "policy_uri": "https://rp.example.org/policy",
        "tos_uri": "https://rp.example.org/tos",
    }
    flow = make_flow(client_name="Corner <Shop>", **links)
    page = person.open(flow.start("openid email").url, stop_at="consent-approve").text
    assert "Corner &lt;Shop&gt;" in page
    assert all(f'href="{link}"' in page for link in links.values())


def test_a_mandatory_scope_cannot_be_unticked(make_flow: MakeFlow, person: Person) -> None:
    """Details, `mandatory: true`"""
    mappings.create({"name": "badge", "attribute": "badge", "mandatory": True}, actor="test")
    flow = make_flow(scope="openid badge email")
    started = flow.start("openid badge email")
    got = flow.authorize(person, started, scopes=[])
    assert flow.exchange(got["code"], started).json()["scope"] == "openid badge"


def test_a_disabled_client_asks_nobody(flow: Flow, person: Person) -> None:
    """Details, `disabled: true`"""
    pending = person.http.get(flow.start().url).headers["location"]
    client = clients.find("shop")
    assert client is not None
    clients.update(client, {"disabled": True}, actor="test")
    assert refused_by_page(person.open(pending)) == "invalid_request"
    assert refused_by_page(person.open(flow.start().url)) == "invalid_request"
