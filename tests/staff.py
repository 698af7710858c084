"""A browser that is signed in already, for tests that are about what comes after."""

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client as Browser

from accounts.models import User


def signed_in(user: User, *, csrf: bool = False) -> Browser:
    """Django's test browser with the session of a person; `csrf` asks for the token that forms bring."""
    session = SessionStore()
    session.update(
        {SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: "accounts.backends.Backend", HASH_SESSION_KEY: user.get_session_auth_hash()}
    )
    session.create()
    browser = Browser(enforce_csrf_checks=csrf)
    browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    return browser
