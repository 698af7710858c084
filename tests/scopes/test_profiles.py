"""Claim profiles."""

from collections.abc import Callable

from scopes.context import ClaimsContext
from scopes.profiles import PROFILES


def test_openid_profile_adds_nothing(context: Callable[..., ClaimsContext]) -> None:
    profile = PROFILES["oidc"]
    assert profile.claims(context("openid")) == {}
    assert profile.audience == ""
