"""People and clients that several specifications ask for."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from tests.conftest import MakeUser
from tests.flows import Flow

MakeFlow = Callable[..., Flow]

EVERY_CLAIM: dict[str, Any] = {
    "name": "Claire Q. Complete",
    "given_name": "Claire",
    "family_name": "Complete",
    "middle_name": "Quinn",
    "nickname": "cc",
    "preferred_username": "claire.complete",
    "profile": "https://people.example.org/claire",
    "picture": "https://people.example.org/claire.png",
    "website": "https://claire.example.org/",
    "gender": "female",
    "birthdate": "1990-10-31",
    "zoneinfo": "Europe/Paris",
    "locale": "en-GB",
    "phone_number": "+1 (425) 555-1212",
    "phone_number_verified": True,
    "address": {"formatted": "1 Rue de Rivoli\n75001 Paris", "street_address": "1 Rue de Rivoli", "locality": "Paris", "country": "FR"},
}


@pytest.fixture(params=["application", "root"])
def either(request: pytest.FixtureRequest, make_flow: MakeFlow) -> Flow:
    """The shop, once at an issuer of its own and once at the root issuer."""
    return make_flow("shop", issuer_mode=request.param)


@pytest.fixture
def claire(make_user: MakeUser) -> User:
    """Somebody about whom every standard claim is known."""
    return make_user("claire", groups=("staff",), **EVERY_CLAIM)


@pytest.fixture
def plain(make_flow: MakeFlow) -> Flow:
    """A confidential client of the profile `oidc` that may leave PKCE out."""
    return make_flow("plain", security_profile="oidc")


@pytest.fixture
def native(make_flow: MakeFlow) -> Flow:
    """A public client."""
    return make_flow("native", token_endpoint_auth_method="none", redirect_uris=["https://native.example.org/cb"])
