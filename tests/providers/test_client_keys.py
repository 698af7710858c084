"""Keys of clients: by value or from their `jwks_uri` (OpenID Connect Core 1.0 §10.1.1)."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from jwcrypto.jwk import JWK

from providers.client_auth import client_keys
from providers.messages import ClientRecord
from providers.outbound import FetchError
from tests.flows import Flow
from tests.protocol.answers import error
from tests.protocol.conftest import MakeFlow
from tests.protocol.test_client_assertion_rfc7523 import claims_for, present, signed

URI = "https://rp.example.org/jwks.json"
OLD, NEW = (JWK.generate(kty="EC", crv="P-256", kid=kid) for kid in ("old", "new"))


class Site:
    """What stands at the client's address."""

    def __init__(self, *keys: JWK) -> None:
        self.text: Any = json.dumps({"keys": [key.export_public(as_dict=True) for key in keys]})
        self.calls = 0

    def fetch(self, url: str) -> bytes:
        """Stand in for `outbound.fetch`, whose own tests are elsewhere."""
        self.calls += 1
        if isinstance(self.text, Exception):
            raise self.text
        return str(self.text).encode()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    made = Site(OLD)
    monkeypatch.setattr(client_keys, "fetch", made.fetch)
    return made


@pytest.fixture
def flow(make_flow: MakeFlow) -> Flow:
    return make_flow(token_endpoint_auth_method="private_key_jwt", jwks_uri=URI, grant_types=["client_credentials"])


def ask(flow: Flow, key: JWK) -> int:
    return present(flow, signed(claims_for(flow), key, "ES256")).status_code


def test_keys_are_fetched_once_and_kept(flow: Flow, site: Site) -> None:
    assert [ask(flow, OLD) for _ in range(3)] == [200, 200, 200]
    assert site.calls == 1


def test_an_unknown_key_does_not_make_us_fetch_again_and_again(flow: Flow, site: Site) -> None:
    ask(flow, OLD)
    assert [ask(flow, NEW) for _ in range(3)] == [401, 401, 401]
    assert site.calls == 1


def test_a_rotated_key_is_found_after_a_while(flow: Flow, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenID Foundation module refresh-token-rp-key-rotation"""
    ask(flow, OLD)
    site.text = Site(NEW).text
    monkeypatch.setattr(client_keys, "RETRY_AFTER", 0.0)
    assert ask(flow, NEW) == 200
    assert site.calls == 2


@pytest.mark.parametrize("text", [FetchError("down"), "", "[]", '"x"', "{", '{"keys": "x"}', '{"keys": [1, {"kty": "oct", "k": "eA"}]}'])
def test_what_is_no_key_set_gives_no_keys(flow: Flow, site: Site, text: Any) -> None:
    site.text = text
    assert error(present(flow, signed(claims_for(flow), OLD, "ES256")), 401) == "invalid_client"


def test_keys_that_were_there_outlive_a_failure(flow: Flow, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(flow, OLD)
    site.text = FetchError("down")
    monkeypatch.setattr(client_keys, "LIFETIME", 0.0)
    monkeypatch.setattr(client_keys, "RETRY_AFTER", 0.0)
    assert ask(flow, OLD) == 200
    assert site.calls == 2


def test_what_is_kept_is_bounded(record: Callable[..., ClientRecord], site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_keys, "LIMIT", 1)
    for number in range(3):
        fields = {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": f"{URI}?{number}"}
        client_keys.of(record(f"rp-{number}", **fields))
    assert list(client_keys._kept) == [f"{URI}?2"]


def test_a_client_without_keys_has_none(record: Callable[..., ClientRecord]) -> None:
    assert client_keys.of(record()) == ()
