"""Error pages: what happened, what to do, what the developer should look at, and an id to pass on."""

import logging
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from audit.record import record
from providers.errors import OAuthError

log = logging.getLogger(__name__)

SENTENCES = {
    "invalid_request": "The application sent a request that we cannot accept.",
    "invalid_client": "We do not know the application that sent you here.",
    "unauthorized_client": "The application may not sign people in this way.",
    "access_denied": "You may not use this application.",
    "login_required": "You need to sign in first.",
    "server_error": "Something went wrong on our side.",
    "temporarily_unavailable": "We cannot answer right now. Try again in a moment.",
    "slow_down": "That was too often. Wait a few minutes and try again.",
}


def error_page(request: HttpRequest, error: OAuthError, *, client_name: str = "", client_uri: str = "", client_id: str = "") -> HttpResponse:
    """Render an OAuth error that must not, or cannot, go back to the client. Writes an event under the shown id."""
    status = error.status if error.status >= 400 else 400
    record("denied", client_id=client_id, error=error.error, rule=error.rule, reason=error.detail)
    log.info("refused", extra={"error": error.error, "rule": error.rule, "client_id": client_id})
    return page(
        request,
        status=status,
        code=error.error,
        sentence=SENTENCES.get(error.error, SENTENCES["invalid_request"]),
        description=error.description,
        rule=error.rule,
        client_name=client_name,
        client_uri=client_uri,
    )


def page(
    request: HttpRequest,
    *,
    status: int,
    code: str,
    sentence: str,
    description: str = "",
    rule: str = "",
    client_name: str = "",
    client_uri: str = "",
) -> HttpResponse:
    """The one error page; `code` becomes the text of `#error-code`, the request's id that of `#error-id`."""
    context = {
        "status": status,
        "code": code,
        "sentence": sentence,
        "description": description,
        "rule": rule,
        "error_id": getattr(request, "request_id", ""),
        "client_name": client_name,
        "client_uri": client_uri,
    }
    return render(request, "error.html", context, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: expired, from another site, or cookies are off."""
    return page(
        request,
        status=HTTPStatus.FORBIDDEN,
        code="invalid_request",
        sentence="This form has expired, or it did not come from here.",
        description="Go back, reload the page and try again. Cookies must be allowed.",
        rule="csrf",
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 of Django's own."""
    return page(request, status=400, code="invalid_request", sentence="We could not read that request.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 of Django's own, and of pages that need a right the person lacks."""
    return page(request, status=403, code="access_denied", sentence="You may not see this page.", description="Sign in with an account that may.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return page(request, status=404, code="not_found", sentence="There is nothing at this address.")


def server_error(request: HttpRequest) -> HttpResponse:
    """500: the log has the rest under the same id."""
    return page(request, status=500, code="server_error", sentence=SENTENCES["server_error"])
