"""The attempt between request and answer: sealed in a cookie of its own, short-lived, used once.

Django's session would lose it when the person signs in as somebody else on the way, for the session is flushed then.
"""

import json
import secrets
import time
from dataclasses import asdict

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.secrets import BadCiphertext, open_text, seal_text
from providers.conf import AUTHORIZATION_REQUEST_LIFETIME
from providers.views.playground.checks import s256
from providers.views.playground.evidence import Attempt

CONTEXT = "playground"


def new(scope: str, prompt: str) -> Attempt:
    """Fresh random values for a request."""
    verifier = secrets.token_urlsafe(48)
    return Attempt(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        code_verifier=verifier,
        code_challenge=s256(verifier),
        scope=scope,
        prompt=prompt,
        started_at=int(time.time()),
    )


def keep(response: HttpResponse, attempt: Attempt) -> None:
    """Give the attempt to the browser, unreadable for it."""
    response.set_cookie(
        settings.PLAYGROUND_COOKIE_NAME,
        seal_text(json.dumps(asdict(attempt)), CONTEXT),
        max_age=AUTHORIZATION_REQUEST_LIFETIME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def kept(http: HttpRequest) -> Attempt | None:
    """The attempt that this browser has under way; `None` when there is none, or it is too old."""
    sealed = http.COOKIES.get(settings.PLAYGROUND_COOKIE_NAME, "")
    try:
        attempt = Attempt(**json.loads(open_text(sealed, CONTEXT))) if sealed else None
    except (BadCiphertext, ValueError, TypeError):
        return None
    too_old = attempt is not None and time.time() - attempt.started_at > AUTHORIZATION_REQUEST_LIFETIME
    return None if too_old else attempt


def forget(response: HttpResponse) -> None:
    """The attempt has been used."""
    response.delete_cookie(settings.PLAYGROUND_COOKIE_NAME, samesite="Lax")
