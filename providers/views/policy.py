"""What single pages change about the content security policy."""

import re
from urllib.parse import urlsplit

from django.http import HttpResponse

HOST_SOURCE = re.compile(r"[A-Za-z0-9.-]+(:\d+)?\Z")


def allow_form_action(response: HttpResponse, redirect_uri: str) -> None:
    """Allow the forms of a page to end at a redirect URI's origin, or its scheme where CSP cannot name the host."""
    parts = urlsplit(redirect_uri)
    plain = parts.scheme in ("http", "https") and HOST_SOURCE.match(parts.netloc)
    source = f"{parts.scheme}://{parts.netloc}" if plain else f"{parts.scheme}:"
    response._csp_update = {**getattr(response, "_csp_update", {}), "form-action": [source]}  # type: ignore[attr-defined]
