"""`fragment`: parameters that stay in the browser."""

from collections.abc import Mapping
from urllib.parse import urlencode

from providers.response_modes.rendered import Rendered


def render(redirect_uri: str, parameters: Mapping[str, str]) -> Rendered:
    """The address to send the browser to."""
    return Rendered(f"{redirect_uri}#{urlencode(parameters)}")
