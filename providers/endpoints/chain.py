"""What stands around every machine endpoint: connection, bounds, methods, errors, headers, log. One explicit chain."""

import logging
import secrets
import time

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from audit.metrics import REFUSALS, REQUEST_SECONDS
from audit.record import Origin, origin
from providers.conf import HEADER_LIMIT
from providers.endpoints import ENDPOINTS, Endpoint, authorize
from providers.endpoints.errors import error_response, json_response
from providers.endpoints.origins import preflight
from providers.errors import InvalidRequest, OAuthError, ServerError, TemporarilyUnavailable
from providers.issuer import Route
from providers.messages import EndpointRequest, EndpointResponse
from providers.statements import Stale, hub

log = logging.getLogger("providers.endpoints")

SECURITY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
)


def respond(request: EndpointRequest, route: Route) -> EndpointResponse:
    """Answer a request to a machine endpoint; never raises."""
    started = time.perf_counter()
    endpoint = ENDPOINTS[route.tail]
    request_id = secrets.token_hex(8)
    context = origin.set(Origin(ip=request.ip or None, request_id=request_id))
    try:
        response = _guarded(request, route, endpoint, request_id)
    finally:
        origin.reset(context)
    REQUEST_SECONDS.labels(route.tail).observe(time.perf_counter() - started)
    return EndpointResponse(response.status, response.body, (*response.headers, *SECURITY_HEADERS, ("X-Request-Id", request_id)))


def silently(request: EndpointRequest, route: Route) -> EndpointResponse | None:
    """Answer an authorization request that needs nobody, or `None`: then Django does, whatever was wrong; never raises."""
    started, request_id = time.perf_counter(), secrets.token_hex(8)
    context = origin.set(Origin(ip=request.ip or None, request_id=request_id))
    try:
        response = authorize.respond(request, route)
    except Exception:  # the pages say it in words
        discard_connection()
        log.exception("authorization request left to the pages", extra={"request_id": request_id})
        return None
    finally:
        origin.reset(context)
    if response is None:
        return None
    REQUEST_SECONDS.labels("authorize").observe(time.perf_counter() - started)
    return EndpointResponse(response.status, response.body, (*response.headers, *SECURITY_HEADERS, ("X-Request-Id", request_id)))


def _guarded(request: EndpointRequest, route: Route, endpoint: Endpoint, request_id: str) -> EndpointResponse:
    if (answer := _before(request, endpoint)) is not None:
        return answer
    try:
        return endpoint.respond(request, route)
    except OAuthError as error:
        return _refused(error, request_id, route)
    except Stale:
        return _refused(TemporarilyUnavailable("Too many changes at once. Try again.", retry_after=1), request_id, route)
    except (OperationalError, InterfaceError) as error:
        discard_connection()
        log.warning("database unavailable", extra={"request_id": request_id, "error": type(error).__name__})
        return _refused(TemporarilyUnavailable("Try again in a moment.", retry_after=2), request_id, route)
    except (UnicodeError, ValueError, RecursionError) as error:
        # Nothing of ours raises these: something in the request is not what it seems. Refuse it and keep the trace.
        log.exception("unreadable request", extra={"request_id": request_id})
        return _refused(InvalidRequest("The request cannot be read.", detail=type(error).__name__), request_id, route)
    except Exception as error:
        if isinstance(error, DatabaseError):
            discard_connection()
        log.exception("unexpected", extra={"request_id": request_id})
        return _refused(ServerError("Something went wrong on our side."), request_id, route)


def _before(request: EndpointRequest, endpoint: Endpoint) -> EndpointResponse | None:
    """What can be answered without the endpoint."""
    if request.method == "OPTIONS":
        return preflight(request)
    if request.method not in endpoint.methods:
        allowed = ", ".join((*endpoint.methods, "OPTIONS"))
        return json_response(405, {"error": "invalid_request", "error_description": "The method is not allowed."}, ("Allow", allowed))
    if sum(len(name) + len(value) for name, value in request.headers.items()) > HEADER_LIMIT:
        return json_response(431, {"error": "invalid_request", "error_description": "The headers are too long."})
    return None


def _refused(error: OAuthError, request_id: str, route: Route) -> EndpointResponse:
    REFUSALS.labels(error.error).inc()
    extra = {"request_id": request_id, "endpoint": route.tail, "error": error.error, "rule": error.rule, "reason": error.detail}
    log.info("refused", extra=extra)
    return error_response(error, request_id)


def discard_connection() -> None:
    """Forget a connection that failed, so that the next request starts with a new one."""
    if hub.current() is None and not connection.in_atomic_block:
        connection.close()
