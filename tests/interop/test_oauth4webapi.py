"""oauth4webapi (npm) as relying party and as resource server: each check of the specifications made one by one."""

from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey

from tests.interop import script
from tests.interop.conftest import CALLBACK, SCOPE, SECRET
from tests.person import Person

CLIENTS = {"web": "client_secret_basic", "hashed": "client_secret_jwt", "signed": "private_key_jwt"}
CLIENTS |= {"native": "none", "profiled": "client_secret_basic"}
AT_THE_ROOT = ("native", "profiled")


@pytest.fixture(params=CLIENTS)
def settings(request: pytest.FixtureRequest, address: Callable[..., str], ec_key: ECKey) -> dict[str, Any]:
    """What an application is configured with; `profiled` has access tokens by RFC 9068."""
    issuer = address("" if request.param in AT_THE_ROOT else request.param)
    return {
        "issuer": issuer,
        "clientId": request.param,
        "method": CLIENTS[request.param],
        "secret": SECRET,
        "jwk": ec_key.as_dict(private=True),
        "scope": SCOPE,
        "callback": CALLBACK,
        "resource": f"{issuer}userinfo" if request.param == "profiled" else None,
        "audience": issuer,
    }


def test_a_person_signs_in(settings: dict[str, Any], alice: Person) -> None:
    found = script.run("oauth4webapi.mjs", settings, lambda url: alice.open(url).headers["location"])
    assert found["claims"]["iss"] == settings["issuer"]
    assert found["userinfo"]["name"] == "Alice Liddell"
    assert found["metadata"], "RFC 8414 and OpenID Connect Discovery name the same issuer"
    assert found["refreshed"]
    assert found["refused"] == 401
    if settings["resource"]:
        assert found["accessToken"]["sub"] == found["claims"]["sub"]
    if settings["method"] != "none":
        assert found["before"]["active"] is True
        assert found["machine"]["token_type"] == "bearer"
