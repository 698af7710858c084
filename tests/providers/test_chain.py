"""What stands around the machine endpoints when something breaks: a clear error, an id that leads to the log, nothing else."""

import logging

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError

from providers.authorize import silent
from providers.endpoints import document
from providers.grants import pipeline
from providers.statements import Stale
from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import error
from tests.protocol.conftest import MakeFlow


@pytest.fixture
def machine(make_flow: MakeFlow) -> Flow:
    return make_flow(grant_types=["client_credentials"])


@pytest.mark.parametrize(
    ("broken", "status", "code", "retry_after"),
    [
        (OperationalError("secret host"), 503, "temporarily_unavailable", "2"),
        (InterfaceError("secret host"), 503, "temporarily_unavailable", "2"),
        (Stale(), 503, "temporarily_unavailable", "1"),
        (ValueError("secret"), 400, "invalid_request", None),
        (UnicodeDecodeError("utf-8", b"", 0, 1, "secret"), 400, "invalid_request", None),
        (RecursionError("secret"), 400, "invalid_request", None),
        (DatabaseError("secret"), 500, "server_error", None),
        (KeyError("secret"), 500, "server_error", None),
    ],
)
def test_what_breaks_becomes_an_error_that_says_nothing(
    machine: Flow,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    broken: Exception,
    status: int,
    code: str,
    retry_after: str,
) -> None:
    """Catalogue rule 16"""

    def run(*_: object) -> None:
        raise broken

    monkeypatch.setattr(pipeline, "run", run)
    with caplog.at_level(logging.INFO):
        answer = machine.token("client_credentials")
    assert error(answer, status) == code
    assert answer.headers.get("retry-after") == retry_after
    assert "secret" not in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert any(getattr(record, "request_id", "") == answer.headers["x-request-id"] for record in caplog.records)


def test_what_breaks_in_front_of_the_pages_is_left_to_them(flow: Flow, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Architecture 6a.9"""
    flow.tokens(person)

    def answer(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(silent, "answer", answer)
    assert "code" in flow.authorize(person, flow.start(prompt="none"))


@pytest.mark.parametrize("endpoint", ["token_endpoint", "userinfo_endpoint", "introspection_endpoint", "revocation_endpoint", "jwks_uri"])
def test_every_answer_has_the_headers_of_a_machine_endpoint(flow: Flow, endpoint: str) -> None:
    """OWASP ASVS 14.4"""
    headers = flow.http.get(flow.metadata[endpoint]).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["x-request-id"]
    assert "set-cookie" not in headers


def test_what_is_kept_of_documents_is_bounded(make_flow: MakeFlow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catalogue rule 19"""
    monkeypatch.setattr(document, "LIMIT", 1)
    issuers = [make_flow(slug).metadata["issuer"] for slug in ("one", "two", "three")]
    assert len(set(issuers)) == 3
    assert len(document._kept) == 1
