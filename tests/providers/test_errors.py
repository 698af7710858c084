"""Error classes: codes, status and what may be said (RFC 6749 §5.2)."""

import pytest

from providers import errors
from providers.errors import InvalidClient, InvalidRequest, InvalidToken, OAuthError, Replayed

CLASSES = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, OAuthError)]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_class_has_a_code_and_a_status(cls: type[OAuthError]) -> None:
    made = cls("Something is wrong.")
    assert set(made.error) <= set("abcdefghijklmnopqrstuvwxyz_")
    assert 400 <= made.status <= 503
    assert (made.description, str(made)) == ("Something is wrong.", f"{made.error}: Something is wrong.")


def test_what_a_description_must_not_hold_becomes_a_question_mark() -> None:
    assert InvalidRequest('a"b\\c\r\n\x00é').description == "a?b?c????"


def test_the_detail_is_for_the_operator() -> None:
    error = InvalidRequest("No.", detail="because of x")
    assert (error.description, error.detail, str(error)) == ("No.", "because of x", "invalid_request: because of x")


def test_what_must_last_is_said_by_the_class() -> None:
    assert Replayed("x").commits
    assert not InvalidRequest("x").commits


def test_challenges_know_their_scheme() -> None:
    assert (InvalidClient().scheme, InvalidToken().scheme) == ("Basic", "Bearer")
