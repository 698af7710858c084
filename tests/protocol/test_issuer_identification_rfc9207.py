"""RFC 9207: Authorization Server Issuer Identification."""

import pytest

from tests.flows import Flow
from tests.person import Person
from tests.protocol.answers import returned


@pytest.mark.parametrize(
    "wrong",
    [
        {"response_type": "foo"},
        {"response_type": "id_token"},
        {"scope": "bogus"},
        {"prompt": "none"},
        {"prompt": "none login"},
        {"max_age": "x"},
        {"request": "abc"},
        {"response_mode": "smoke"},
        {"code_challenge_method": "S512"},
        {"claims": "["},
        {"id_token_hint": "x"},
        {"resource": "not-absolute"},
        {"state": "x" * 5000},
    ],
)
def test_every_error_says_who_answers(either: Flow, wrong: dict[str, str]) -> None:
    """§2: "including error responses" """
    got = returned(either.http.get(either.start(**wrong).url))
    assert got["iss"] == either.issuer
    assert got["error"]


def test_a_denial_says_who_answers(either: Flow, person: Person) -> None:
    """§2.2"""
    assert either.authorize(person, either.start(), consent=False)["iss"] == either.issuer


def test_a_code_says_who_answers(either: Flow, person: Person) -> None:
    """§2.1, §2.4: equal, byte for byte, to the issuer of the metadata"""
    got = either.authorize(person, either.start())
    assert got["iss"] == either.metadata["issuer"] == either.issuer
    assert set(got) == {"code", "state", "iss"}


def test_the_metadata_says_that_answers_do(either: Flow) -> None:
    """§3"""
    assert either.metadata["authorization_response_iss_parameter_supported"] is True
