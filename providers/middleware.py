"""What a pending authorization request changes about the pages in between."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

from providers import context

ENTRANCE_PATHS = ("/accounts/", "/authorize/")
HOST_SOURCE = re.compile(r"[A-Za-z0-9.-]+(:\d+)?\Z")


class PendingRequest:
    """Lets forms of entrance pages lead on to the client: browsers apply `form-action` along the redirect chain (CSP3 §6.3.1)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the redirect URI's origin to the policy while a request is pending."""
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if is_page and request.path.startswith(ENTRANCE_PATHS):
            pending = context.of(request)
            if pending:
                allow_form_action(response, pending.redirect_uri)
        return response


def allow_form_action(response: HttpResponse, redirect_uri: str) -> None:
    """Allow the forms of a page to end at a redirect URI's origin, or its scheme where CSP cannot name the host."""
    parts = urlsplit(redirect_uri)
    plain = parts.scheme in ("http", "https") and HOST_SOURCE.match(parts.netloc)
    source = f"{parts.scheme}://{parts.netloc}" if plain else f"{parts.scheme}:"
    response._csp_update = {**getattr(response, "_csp_update", {}), "form-action": [source]}  # type: ignore[attr-defined]
