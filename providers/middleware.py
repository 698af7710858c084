"""What a pending authorization request changes about the pages in between."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from providers import context
from providers.views.policy import allow_form_action

ENTRANCE_PATHS = ("/accounts/", "/authorize/")


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
