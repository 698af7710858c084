"""What went wrong, as `application/problem+json` (RFC 9457). Never an exception's own text, unless it was written for callers."""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db import InterfaceError, OperationalError
from django.db.models import ProtectedError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from providers.errors import OAuthError

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER = "1"
FIXED: tuple[tuple[type[Exception] | tuple[type[Exception], ...], int, str], ...] = (
    ((Http404, ObjectDoesNotExist), 404, "There is no such thing here."),
    (RequestDataTooBig, 413, "The body is too large."),
    (SuspiciousOperation, 400, "We could not read that request."),
    (ProtectedError, 409, "Something else still uses this."),
    ((OperationalError, InterfaceError), 503, "The database does not answer. Try again in a moment."),
)


def problem(status: int, detail: str = "", *, headers: dict[str, str] | None = None, **members: Any) -> Response:
    """A problem document. `members` are extensions such as `errors` and `code`; empty ones are left out."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    body |= {name: value for name, value in {"detail": detail, **members}.items() if value}
    return Response(body, status=status, headers=headers, content_type=CONTENT_TYPE)


def handler(error: Exception, _context: dict[str, Any]) -> Response:
    """Django REST framework's exception handler: every error becomes a problem, an unexpected one is logged."""
    set_rollback()
    match error:
        case exceptions.ValidationError():
            return problem(400, "The request has errors.", errors=_errors(error.detail))
        case ValidationError():
            return problem(400, "The request has errors.", errors=validation_errors(error))
        case exceptions.APIException():
            return _api_exception(error)
        case OAuthError():
            headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
            return problem(error.status, error.description, headers=headers, code=error.error)
    if isinstance(error, PermissionDenied):
        return problem(403, str(error) or "You may not do this.")
    for kinds, status, detail in FIXED:
        if isinstance(error, kinds):
            return problem(status, detail, headers={"Retry-After": RETRY_AFTER} if status == HTTPStatus.SERVICE_UNAVAILABLE else None)
    log.error("unexpected error", exc_info=error)
    return problem(500, "Something went wrong on our side. The log has more under the id of this request.")


def _api_exception(error: exceptions.APIException) -> Response:
    headers: dict[str, str] = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return problem(error.status_code, str(error.detail), headers=headers, code=str(getattr(error.detail, "code", "")))


def validation_errors(error: ValidationError) -> dict[str, list[str]]:
    """Django's validation messages by field; those that belong to none stand under `non_field_errors`."""
    if hasattr(error, "error_dict"):
        return {("non_field_errors" if name == "__all__" else name): messages for name, messages in error.message_dict.items()}
    return {"non_field_errors": error.messages}


def _errors(detail: Any) -> Any:
    if isinstance(detail, dict):
        return {str(name): _errors(value) for name, value in detail.items()}
    if isinstance(detail, list) and all(isinstance(value, str) for value in detail):
        return [str(value) for value in detail]
    return [_errors(value) for value in detail] if isinstance(detail, list) else [str(detail)]
