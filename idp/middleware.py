"""Middleware of the pages; the machine endpoints have their own chain in `providers.endpoints.chain`."""

import secrets
from collections.abc import Callable

import structlog
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import ResponseHeaders
from django.middleware.locale import LocaleMiddleware
from django.utils.cache import patch_cache_control

from audit.record import Origin, origin
from idp.network import client_ip

Handler = Callable[[HttpRequest], HttpResponse]


class RequestOrigin:
    """Fixes the caller's address and an id for logs, events and error pages."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the origin for everything below."""
        request.META["REMOTE_ADDR"] = client_ip(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""))
        request.request_id = request_id = secrets.token_hex(8)  # type: ignore[attr-defined]
        token = origin.set(Origin(ip=request.META["REMOTE_ADDR"], request_id=request_id))
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            response = self.get_response(request)
            response.headers.setdefault("X-Request-Id", request_id)
            exact = getattr(response, "exact_headers", None)
            if exact is not None:
                # An answer of a machine endpoint: nothing of what was added on the way out belongs to it.
                response.headers = ResponseHeaders(exact)
            return response
        finally:
            structlog.contextvars.unbind_contextvars("request_id")
            origin.reset(token)


class PageHeaders:
    """Pages are never cached and never framed, unless a view has said otherwise."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers on the way out."""
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True)
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if request.path.startswith(("/admin/", "/api/v1/docs/")) and not response.has_header("Content-Security-Policy"):
            response.headers["Content-Security-Policy"] = ADMIN_POLICY
        return response


# The admin's widgets evaluate expressions and set styles; they still load nothing from another origin.
ADMIN_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class NoNulls:
    """Refuses addresses with a null character, which no database takes as a text, and overlooks such cookies."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look before anybody asks the database; raises `BadRequest` for pages, answers a problem (RFC 9457) to the API."""
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            if request.path_info.startswith("/api/"):
                problem = {
                    "type": "about:blank",
                    "title": "Bad Request",
                    "status": 400,
                    "detail": "A null character stands in the address.",
                }
                return JsonResponse(problem, status=400, content_type="application/problem+json")
            raise BadRequest("a null character in the address")
        # A quoted cookie can spell one (RFC 2109 §4.1): it is nobody's.
        for name in [name for name, value in request.COOKIES.items() if "\0" in value]:
            del request.COOKIES[name]
        return self.get_response(request)


class Locale(LocaleMiddleware):
    """`ui_locales` of an authorization request (OpenID Connect Core 1.0 §3.1.2.1) wins over the browser's languages."""
