"""Error pages: what happened, what to do, what the developer should look at, and an id to pass on."""

import logging
from dataclasses import asdict, dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from audit.record import record
from providers.errors import OAuthError
from providers.messages import ClientRecord

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


@dataclass(frozen=True)
class Problem:
    """What an error page says. `code` becomes the text of `#error-code`; the client's name is shown when it is known."""

    status: int
    code: str
    sentence: str
    description: str = ""
    rule: str = ""
    client_name: str = ""
    client_uri: str = ""


def error_page(request: HttpRequest, error: OAuthError, client: ClientRecord | None = None) -> HttpResponse:
    """Render an OAuth error that must not, or cannot, go back to the client. Writes an event under the shown id."""
    client_id = client.client_id if client is not None else ""
    record("denied", client_id=client_id, error=error.error, rule=error.rule, reason=error.detail)
    log.info("refused", extra={"error": error.error, "rule": error.rule, "client_id": client_id})
    problem = Problem(
        status=error.status,
        code=error.error,
        sentence=SENTENCES.get(error.error, SENTENCES["invalid_request"]),
        description=error.description,
        rule=error.rule,
        client_name=client.client_name if client is not None else "",
        client_uri=client.client_uri if client is not None else "",
    )
    return page(request, problem)


def page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The one error page, with the request's id as `#error-id`."""
    context = {**asdict(problem), "error_id": getattr(request, "request_id", "")}
    return render(request, "error.html", context, status=problem.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: expired, from another site, or cookies are off."""
    sentence = "This form has expired, or it did not come from here."
    advice = "Go back, reload the page and try again. Cookies must be allowed."
    return page(request, Problem(403, "invalid_request", sentence, advice, "csrf"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 of Django's own."""
    return page(request, Problem(400, "invalid_request", "We could not read that request."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 of Django's own, and of pages that need a right the person lacks."""
    return page(request, Problem(403, "access_denied", "You may not see this page.", "Sign in with an account that may."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return page(request, Problem(404, "not_found", "There is nothing at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: the log has the rest under the same id."""
    return page(request, Problem(500, "server_error", SENTENCES["server_error"]))
