"""From a URL to mail settings."""

import pytest

from idp.env import BadEnvironment
from idp.mail import mail_settings


def test_an_unknown_kind_is_refused():
    with pytest.raises(BadEnvironment, match="IDP_EMAIL_URL"):
        mail_settings("imap://mail.example.org")


def test_an_smtps_url_gives_an_encrypted_connection():
    found = mail_settings("smtps://user:p%40ss@mail.example.org")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_HOST_PASSWORD"], found["EMAIL_USE_SSL"]) == (
        "mail.example.org",
        465,
        "p@ss",
        True,
    )


def test_a_folder_takes_mail_as_files(tmp_path):
    assert mail_settings(f"file://{tmp_path}")["EMAIL_FILE_PATH"] == str(tmp_path)
