"""Authentication of the management API: our own access tokens (RFC 6750), or the browser session of a member of staff."""

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts.models import User
from providers import issuance
from providers.errors import InsufficientScope, InvalidToken
from providers.statements.access_tokens import FoundAccessToken

API_SCOPE = "gatehouse/api"
REALM = 'Bearer realm="gatehouse"'


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer`: a live access token of a person, with our scope, of a client that may still use the API."""

    def authenticate(self, request: Request) -> tuple[User, FoundAccessToken] | None:
        """The person and the token, or `None` when no bearer token came."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            found = issuance.person_with_scope(token.strip(), API_SCOPE, timezone.now())
        except InvalidToken:
            raise AuthenticationFailed("The access token is not valid.") from None
        except InsufficientScope as error:
            raise _insufficient(error.description) from None
        if API_SCOPE not in found.authorization.client.scope:
            raise _insufficient("The client of this token may not use the management API any more.")
        person = found.authorization.person
        user = User.objects.filter(pk=person.id, is_active=True).first() if person else None
        if user is None:
            raise AuthenticationFailed("The access token is not valid.")
        return user, found

    def authenticate_header(self, request: Request) -> str:
        """RFC 6750 §3: the error is named only to those who tried."""
        return f'{REALM}, error="invalid_token"' if "Authorization" in request.headers else REALM


def _insufficient(detail: str) -> PermissionDenied:
    error = PermissionDenied(detail)
    error.auth_header = f'{REALM}, error="insufficient_scope", scope="{API_SCOPE}"'  # type: ignore[attr-defined]
    return error


class StaffSession(SessionAuthentication):
    """The session cookie, for the pages of staff. Writing needs the CSRF token, because the browser adds the cookie by itself."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """The signed-in member of staff; raises `PermissionDenied` for other people and without a CSRF token."""
        user: User | AnonymousUser = getattr(request._request, "user", AnonymousUser())
        if not isinstance(user, User) or not user.is_active:
            return None
        self.enforce_csrf(request)
        if not user.is_staff:
            raise PermissionDenied("Sign in with an account that may manage this server.")
        return user, None
