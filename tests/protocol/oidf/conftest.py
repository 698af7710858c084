"""What the modules of the OpenID Foundation's suite have in common: a relying party that checks every answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from lxml import html

from accounts.models import User
from tests.flows import Flow, Started
from tests.person import Person
from tests.protocol.answers import claims_of, header_of, returned
from tests.protocol.conftest import MakeFlow

ERROR_CHARACTERS = {chr(code) for code in range(0x20, 0x7F)} - {'"', "\\"}


@dataclass
class RelyingParty:
    """A client of a plan. `answer` looks at every authorization response as `CheckForUnexpectedParameters…` and its like do."""

    flow: Flow
    person: Person
    response_mode: str | None

    def start(self, scope: str | None = "openid", **parameters: str | None) -> Started:
        """An authorization request without PKCE, as the plans send it."""
        return self.flow.start(scope, pkce=False, **{"response_mode": self.response_mode, **parameters})

    def read(self, response: httpx.Response, started: Started) -> dict[str, str]:
        """The parameters of an authorization response, checked."""
        if self.response_mode == "form_post":
            assert response.status_code == 200
            form = html.fromstring(response.text).get_element_by_id("form-post")
            assert (form.get("method"), form.get("action")) == ("post", started.redirect_uri)
            got = {str(field.get("name")): str(field.get("value")) for field in form.xpath(".//input")}
        else:
            got = returned(response)
            assert response.headers["location"].startswith(started.redirect_uri)
        assert got["state"] == started.state
        assert got["iss"] == self.flow.metadata["issuer"]
        assert set(got) <= {"code", "state", "iss", "error", "error_description"}
        assert set(got.get("error_description", "")) <= ERROR_CHARACTERS
        return got

    def authorize(self, started: Started) -> dict[str, str]:
        """Send the person through an authorization request."""
        return self.read(self.person.open(started.url), started)

    def login(self, scope: str | None = "openid", **parameters: str | None) -> dict[str, Any]:
        """A whole, checked code flow; `claims` are those of the ID token, `told` those of userinfo."""
        started = self.start(scope, **parameters)
        return self.exchange(self.authorize(started)["code"], started)

    def exchange(self, code: str, started: Started) -> dict[str, Any]:
        """Redeem a code and check the answer."""
        response = self.flow.exchange(code, started)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == "application/json"
        assert "no-store" in response.headers["cache-control"]
        body: dict[str, Any] = response.json()
        assert body["token_type"].lower() == "bearer"
        assert body["expires_in"] > 0
        if "id_token" in body:
            assert header_of(body["id_token"])["kid"]
            body["claims"] = claims = self.flow.verify(body["id_token"])
            assert claims["aud"] == self.flow.client_id
            assert claims.get("nonce", "") == started.nonce
            assert claims["sub"].isascii()
            assert len(claims["sub"]) <= 255
            told = self.flow.userinfo(body["access_token"])
            assert told.status_code == 200
            body["told"] = told.json()
            assert body["told"]["sub"] == claims_of(body["id_token"])["sub"]
        return body


@pytest.fixture(params=[None, "form_post"], ids=["oidcc-basic", "oidcc-formpost-basic"])
def rp(request: pytest.FixtureRequest, make_flow: MakeFlow, claire: User, browser: Callable[..., Person]) -> RelyingParty:
    """The client of the basic and the form post plan, and somebody who signs in to it."""
    flow = make_flow(
        "conformance",
        redirect_uris=["https://suite.example.org/test/a/gatehouse/callback"],
        security_profile="oidc",
        refresh_token_rotation=True,
        post_logout_redirect_uris=["https://suite.example.org/test/a/gatehouse/post_logout_redirect"],
    )
    return RelyingParty(flow, browser(claire.username), request.param)
