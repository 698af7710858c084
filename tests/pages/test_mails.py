"""Mails: short, plain, with links of our own origin only."""

import re
from collections.abc import Callable

import pytest
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from accounts.models import User
from tests.person import Person

ACCOUNT = ("password_changed", "password_set", "password_reset", "email_changed", "email_confirm", "email_deleted")
FACTORS = ("recovery_codes_generated", "totp_activated", "totp_deactivated", "webauthn_added", "webauthn_removed")
NOTICES = [*(f"account/email/{name}" for name in ACCOUNT), *(f"mfa/email/{name}" for name in FACTORS)]
CONTEXT = {
    "ip": "192.0.2.7",
    "user_agent": "O'Browser <1>",
    "timestamp": "today",
    "base_url": "http://localhost:8000",
    "from_email": "a@example.org",
    "to_email": "b@example.org",
    "deleted_email": "a@example.org",
}
Browser = Callable[..., Person]


def test_a_forgotten_password_gets_a_link_that_sets_a_new_one(browser: Browser, alice: User, mailoutbox: list[EmailMessage]) -> None:
    stranger = browser()
    stranger.open("/accounts/password/reset/")
    stranger.press("reset-submit", id_email="alice@example.org")
    (mail,) = mailoutbox
    assert mail.subject == "Set a new password"
    (link, origin) = re.findall(r"https?://\S+", str(mail.body))
    assert link.startswith("http://localhost:8000/accounts/password/reset/key/")
    assert origin == "http://localhost:8000/"
    stranger.open(link)
    assert stranger.sees("id_password1")


def test_a_host_header_does_not_reach_a_mail(browser: Browser, alice: User, mailoutbox: list[EmailMessage]) -> None:
    stranger = browser()
    stranger.http.headers["Host"] = "evil.example.net"
    stranger.open("/accounts/password/reset/")
    stranger.press("reset-submit", id_email="alice@example.org")
    assert [mail for mail in mailoutbox if "evil.example.net" in mail.subject + str(mail.message())] == []


@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_says_what_happened_from_where_and_what_to_do(name: str) -> None:
    subject = render_to_string(f"{name}_subject.txt", CONTEXT)
    body = render_to_string(f"{name}_message.txt", CONTEXT)
    assert len(subject.strip().splitlines()) == 1
    assert "192.0.2.7" in body
    assert "O'Browser <1>" in body
    assert "http://localhost:8000/accounts/password/reset/" in body
