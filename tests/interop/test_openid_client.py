"""openid-client 6 (npm) as relying party: discovery, code with PKCE, userinfo, refresh, introspection, revocation, logout."""

from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey

from tests.interop import script
from tests.interop.conftest import CALLBACK, SCOPE, SECRET, SIGNED_OUT
from tests.person import Person

CLIENTS = {
    "web": "client_secret_basic",
    "posted": "client_secret_post",
    "hashed": "client_secret_jwt",
    "signed": "private_key_jwt",
    "native": "none",
    "profiled": "client_secret_basic",
}
AT_THE_ROOT = ("native", "profiled")


@pytest.fixture(params=CLIENTS)
def settings(request: pytest.FixtureRequest, address: Callable[..., str], ec_key: ECKey) -> dict[str, Any]:
    """What an application is configured with: each way to authenticate, with an issuer of its own and at the root."""
    return {
        "issuer": address("" if request.param in AT_THE_ROOT else request.param),
        "clientId": request.param,
        "method": CLIENTS[request.param],
        "secret": SECRET,
        "jwk": ec_key.as_dict(private=True),
        "scope": SCOPE,
        "callback": CALLBACK,
        "signedOut": SIGNED_OUT,
    }


def test_a_person_signs_in_and_out(settings: dict[str, Any], alice: Person) -> None:
    """The library has checked signatures, state, nonce, `iss`, `aud`, `auth_time` and `sub` when the script ends well."""
    found = script.run("openid_client.mjs", settings, lambda url: _visit(alice, url))
    assert found["claims"]["iss"] == settings["issuer"]
    assert found["userinfo"]["email"] == "alice@example.org"
    assert found["userinfo"]["groups"] == ["engineering"]
    assert found["refreshed"]
    assert found["refused"] == "invalid_token"
    assert found["signedOut"] == f"{SIGNED_OUT}?state=see-you"
    if settings["method"] != "none":
        assert found["before"]["active"] and found["before"]["sub"] == found["claims"]["sub"]
        assert found["machine"]["active"] and found["machine"]["client_id"] == settings["clientId"]
        assert found["after"] == {"active": False}


def _visit(person: Person, url: str) -> str:
    """Answer what is asked, also whether to sign out."""
    answer = person.open(url)
    if person.sees("logout-confirm"):
        answer = person.press("logout-confirm")
    assert answer.is_redirect, answer.text[:1000]
    return answer.headers["location"]
