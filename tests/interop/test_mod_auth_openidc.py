"""Apache's mod_auth_openidc (Debian) as relying party: a site that people reach only signed in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.interop.apache import apache
from tests.interop.conftest import SCOPE, SECRET, MakeRelyingParty
from tests.person import Person
from tests.services.process import free_port


@dataclass
class Site:
    """The origin of a site and how its sign-in answers travel."""

    origin: str
    response_mode: str

    def reach(self, person: Person, path: str = "/members/page") -> httpx.Response:
        """Go there, sign in on the way when that is asked, and return what the site shows."""
        return self.arrive(person, person.http.get(f"{self.origin}{path}"))

    def arrive(self, person: Person, answer: httpx.Response) -> httpx.Response:
        """Follow the browser from site to server and back until a page stands."""
        for _ in range(12):
            if answer.is_redirect:
                target = str(answer.url.join(answer.headers["location"]))
                answer = person.open(target) if target.startswith(person.origin) else person.http.get(target)
            elif person.sees("form-post-continue") and str(answer.url).startswith(person.origin):
                answer = person.press("form-post-continue", follow=False)
            else:
                return answer
        raise AssertionError(f"no page after many redirects, the last is {answer.url}")


@pytest.fixture(scope="module", params=["query", "form_post"])
def site(request: pytest.FixtureRequest, make_relying_party: MakeRelyingParty, address: Callable[..., str]) -> Iterator[Site]:
    """The site behind a login, and its client here."""
    port = free_port()
    slug = f"site-{port}"
    made = make_relying_party(
        slug,
        client_secret=SECRET,
        scope=SCOPE,
        redirect_uris=[f"http://127.0.0.1:{port}/members/callback"],
        post_logout_redirect_uris=[f"http://127.0.0.1:{port}/"],
    )
    settings = {"issuer": address(slug), "client_id": made["client_id"], "client_secret": SECRET, "passphrase": SECRET, "scope": SCOPE}
    # A browser brings `SameSite=Lax` cookies to no form of another site.
    same_site = "Off" if request.param == "form_post" else "On"
    with apache(port, response_mode=request.param, same_site=same_site, **settings) as origin:
        yield Site(origin, request.param)


def test_a_person_reaches_the_page_and_it_knows_them(site: Site, alice: Person) -> None:
    page = site.reach(alice)
    assert page.status_code == 200, page.text
    shown = dict(line.split("=", 1) for line in page.text.splitlines())
    assert shown["REMOTE_USER"] == "alice@example.org"
    assert shown["OIDC_CLAIM_name"] == "Alice Liddell"
    assert shown["OIDC_CLAIM_groups"] == "engineering"
    assert alice.logins == 1


def test_claims_decide_about_access(site: Site, alice: Person) -> None:
    assert site.reach(alice, "/members/engineers").status_code == 200
    assert site.reach(alice, "/members/directors").status_code in (401, 403)


def test_a_denial_shows_no_page(site: Site, alice: Person) -> None:
    start = alice.http.get(f"{site.origin}/members/page").headers["location"]
    answer = site.arrive(alice, alice.open(f"{start}&prompt=consent", consent=False))
    # The module takes an error that carries `iss` for a request to sign in elsewhere, and shows a page of its own.
    assert answer.url.host == "127.0.0.1"
    assert "OIDC_CLAIM" not in answer.text
    assert alice.http.get(f"{site.origin}/members/page").is_redirect


def test_signing_out_there_signs_out_here(site: Site, alice: Person) -> None:
    site.reach(alice)
    leaving = alice.http.get(f"{site.origin}/members/callback", params={"logout": f"{site.origin}/"})
    answer = alice.open(leaving.headers["location"])
    if alice.sees("logout-confirm"):
        answer = alice.press("logout-confirm")
    assert answer.headers["location"].startswith(f"{site.origin}/")
    before = alice.logins
    assert site.reach(alice).status_code == 200
    assert alice.logins == before + 1
