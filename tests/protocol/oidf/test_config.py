"""oidcc-config-certification-test-plan: oidcc-discovery-endpoint-verification."""

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.protocol.conftest import MakeFlow
from tests.protocol.test_discovery import KNOWN

LISTS = "scopes response_types response_modes grant_types acr_values subject_types id_token_signing_alg_values claim_types claims".split()


@pytest.fixture(params=["application", "root"])
def document(request: pytest.FixtureRequest, make_flow: MakeFlow) -> tuple[str, httpx.Response]:
    """The address of a discovery document and the answer there."""
    flow = make_flow("conformance", issuer_mode=request.param)
    url = f"{flow.issuer.rstrip('/')}/.well-known/openid-configuration"
    return url, flow.http.get(url)


def test_discovery_endpoint_verification(document: tuple[str, httpx.Response]) -> None:
    """oidcc-discovery-endpoint-verification: transport, issuer and members"""
    url, answer = document
    members: dict[str, Any] = answer.json()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert members["issuer"].rstrip("/") + "/.well-known/openid-configuration" == url
    assert not set(members) - KNOWN


def test_discovery_endpoint_verification_of_values(document: tuple[str, httpx.Response]) -> None:
    """oidcc-discovery-endpoint-verification: the schema of the values"""
    members: dict[str, Any] = document[1].json()
    for name in LISTS:
        value = members[f"{name}_supported"]
        assert isinstance(value, list)
        assert value
        assert all(isinstance(item, str) and item for item in value)
        assert len(value) == len(set(value))
    assert "code" in members["response_types_supported"]
    assert "RS256" in members["id_token_signing_alg_values_supported"]
    assert "openid" in members["scopes_supported"]
    assert {"public", "pairwise"} >= set(members["subject_types_supported"])
    assert all(isinstance(value, bool) for name, value in members.items() if name.endswith("parameter_supported"))
    for name in (name for name in members if name.endswith(("_endpoint", "_uri"))):
        parts = urlsplit(members[name])
        assert (bool(parts.netloc), parts.query, parts.fragment) == (True, "", "")


def test_discovery_endpoint_verification_of_keys(document: tuple[str, httpx.Response], http: httpx.Client) -> None:
    """oidcc-discovery-endpoint-verification: the key set"""
    keys = http.get(document[1].json()["jwks_uri"]).json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys) > 0
    assert all(not {"d", "p", "q", "k"} & set(key) for key in keys)
