"""`form_post`: a form that posts itself (OAuth 2.0 Form Post Response Mode)."""

from collections.abc import Mapping

from providers.response_modes.rendered import Rendered


def render(redirect_uri: str, parameters: Mapping[str, str]) -> Rendered:
    """The form to show."""
    return Rendered(redirect_uri, dict(parameters))
