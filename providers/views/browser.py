"""The cookies that bind pending authorization requests to one browser."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from providers.authorize import stored
from providers.conf import AUTHORIZATION_REQUEST_LIFETIME

YEAR = 365 * 86400


def browser_of(request: HttpRequest) -> str:
    """The browser's own random value, empty when it has none yet."""
    value = request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")
    return value if 20 <= len(value) <= 100 else ""


def bind(request: HttpRequest, response: HttpResponse, browser: str, request_id: str) -> None:
    """Give the browser its value if it has none, and the id of the request in progress for the pages of the login."""
    if browser != browser_of(request):
        _set(response, settings.BROWSER_COOKIE_NAME, browser, YEAR)
    _set(response, settings.PENDING_COOKIE_NAME, request_id, AUTHORIZATION_REQUEST_LIFETIME)


def release(response: HttpResponse) -> None:
    """The request is answered: the login pages need not know of it any more."""
    response.delete_cookie(settings.PENDING_COOKIE_NAME, samesite="Lax")


def new_or_known(request: HttpRequest) -> str:
    """The browser's value, made when missing."""
    return browser_of(request) or stored.new_browser()


def _set(response: HttpResponse, name: str, value: str, max_age: int) -> None:
    response.set_cookie(name, value, max_age=max_age, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax")
