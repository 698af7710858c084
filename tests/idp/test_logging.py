"""What never reaches a log."""

import json
import logging
import logging.config

import pytest

from idp.logging import logging_configuration, redact

SECRETS = [
    "access_token=abcdef123456",
    "client_secret: abcdef123456",
    '"refresh_token": "abcdef123456"',
    "Authorization: abcdef123456",
    "GET /callback?code=abcdef123456&state=1",
    "password=abcdef123456",
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_is_cut_out_of_a_text(text):
    assert "abcdef123456" not in redact(text)


def test_a_jwt_is_cut_out_wherever_it_stands():
    assert "eyJ" not in redact("saw eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl here")


def test_a_line_break_cannot_forge_an_entry():
    assert redact("one\ntwo\r\x1b[31m") == "one\\ntwo\\r\\x1b[31m"


def test_a_text_is_bounded():
    assert len(redact("x" * 10_000)) == 2000


@pytest.fixture
def entry(capsys):
    root = logging.getLogger()
    before = root.handlers[:], root.level

    def log(write):
        logging.config.dictConfig(logging_configuration("info", "json"))
        write(logging.getLogger("idp.test"))
        return json.loads(capsys.readouterr().err.splitlines()[-1])

    yield log
    root.handlers, root.level = before


def test_extra_fields_are_redacted_too(entry):
    logged = entry(lambda log: log.info("refused", extra={"reason": "token=abcdef123456", "status": 400}))
    assert (logged["event"], logged["status"]) == ("refused", 400)
    assert "abcdef123456" not in json.dumps(logged)


def test_a_trace_shows_frames_but_no_values(entry):
    def fail(log):
        hidden = "abcdef123456"
        try:
            raise ValueError(hidden)
        except ValueError:
            log.exception("unexpected")

    logged = entry(fail)
    assert logged["exception"] == "ValueError"
    assert "fail" in logged["trace"]
    assert "abcdef123456" not in json.dumps(logged)
