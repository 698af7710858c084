"""`query`: parameters behind those that the redirect URI has already."""

from collections.abc import Mapping
from urllib.parse import urlencode

from providers.response_modes.rendered import Rendered


def render(redirect_uri: str, parameters: Mapping[str, str]) -> Rendered:
    """The address to send the browser to."""
    return Rendered(f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(parameters)}")
