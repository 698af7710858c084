"""Every OAuth error we answer, one class per registered code. No HTTP here: endpoints and pages render them.

`description` is for the developer of the client and follows the character set of RFC 6749 §5.2; `detail` is for the
operator and only reaches the log and the event table. `rule` names the check that refused.
"""

import re
from typing import ClassVar

_NOT_ALLOWED = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")


class OAuthError(Exception):
    """An answer with an OAuth error code.

    `commits` says that what was written before the error must last although the request is refused (a burnt code, a
    revoked family); otherwise the transaction rolls back.
    """

    error: ClassVar[str] = "server_error"
    status: ClassVar[int] = 400
    commits: ClassVar[bool] = False

    def __init__(self, description: str = "", *, detail: str = "", rule: str = "", scope: str = "", retry_after: int = 0) -> None:
        self.description = _NOT_ALLOWED.sub("?", description)
        self.detail = detail or description
        self.rule = rule
        self.scope = scope
        self.retry_after = retry_after
        super().__init__(f"{self.error}: {self.detail}")


class InvalidRequest(OAuthError):
    """RFC 6749 §4.1.2.1, §5.2."""

    error = "invalid_request"


class InvalidClient(OAuthError):
    """RFC 6749 §5.2. `scheme` is the one the client tried, for `WWW-Authenticate`."""

    error = "invalid_client"
    status = 401

    def __init__(self, description: str = "Client authentication failed.", *, scheme: str = "Basic", detail: str = "") -> None:
        super().__init__(description, detail=detail, rule="client_authentication")
        self.scheme = scheme


class InvalidGrant(OAuthError):
    """RFC 6749 §5.2."""

    error = "invalid_grant"


class Replayed(InvalidGrant):
    """A code or refresh token was used again: what was revoked because of it stays revoked."""

    commits = True


class UnauthorizedClient(OAuthError):
    """RFC 6749 §4.1.2.1, §5.2."""

    error = "unauthorized_client"


class UnsupportedGrantType(OAuthError):
    """RFC 6749 §5.2."""

    error = "unsupported_grant_type"


class InvalidScope(OAuthError):
    """RFC 6749 §4.1.2.1, §5.2."""

    error = "invalid_scope"


class InvalidTarget(OAuthError):
    """RFC 8707 §2."""

    error = "invalid_target"


class AccessDenied(OAuthError):
    """RFC 6749 §4.1.2.1."""

    error = "access_denied"


class UnsupportedResponseType(OAuthError):
    """RFC 6749 §4.1.2.1."""

    error = "unsupported_response_type"


class ServerError(OAuthError):
    """RFC 6749 §4.1.2.1."""

    error = "server_error"
    status = 500


class TemporarilyUnavailable(OAuthError):
    """RFC 6749 §4.1.2.1; the machine endpoints answer 503 with `Retry-After`."""

    error = "temporarily_unavailable"
    status = 503


class TooManyRequests(OAuthError):
    """A shared limit is used up; 429 with `Retry-After` (RFC 6585 §4)."""

    error = "slow_down"
    status = 429


class LoginRequired(OAuthError):
    """OpenID Connect Core 1.0 §3.1.2.6."""

    error = "login_required"


class ConsentRequired(OAuthError):
    """OpenID Connect Core 1.0 §3.1.2.6."""

    error = "consent_required"


class InteractionRequired(OAuthError):
    """OpenID Connect Core 1.0 §3.1.2.6."""

    error = "interaction_required"


class AccountSelectionRequired(OAuthError):
    """OpenID Connect Core 1.0 §3.1.2.6."""

    error = "account_selection_required"


class UnmetAuthenticationRequirements(OAuthError):
    """OpenID Connect Core Error Code unmet_authentication_requirements 1.0."""

    error = "unmet_authentication_requirements"


class RequestNotSupported(OAuthError):
    """OpenID Connect Core 1.0 §3.1.2.6."""

    error = "request_not_supported"


class RequestUriNotSupported(OAuthError):
    """OpenID Connect Core 1.0 §3.1.2.6."""

    error = "request_uri_not_supported"


class RegistrationNotSupported(OAuthError):
    """OpenID Connect Core 1.0 §3.1.2.6."""

    error = "registration_not_supported"


class InvalidToken(OAuthError):
    """RFC 6750 §3.1. `empty` says that no token came at all, which is answered without an error code."""

    error = "invalid_token"
    status = 401

    def __init__(self, description: str = "The access token is not valid.", *, detail: str = "", scheme: str = "Bearer") -> None:
        super().__init__(description, detail=detail, rule="bearer_token")
        self.scheme = scheme


class InsufficientScope(OAuthError):
    """RFC 6750 §3.1."""

    error = "insufficient_scope"
    status = 403


class UnsupportedTokenType(OAuthError):
    """RFC 7009 §2.2.1."""

    error = "unsupported_token_type"


class InvalidRedirectURI(OAuthError):
    """RFC 7591 §3.2.2."""

    error = "invalid_redirect_uri"


class InvalidClientMetadata(OAuthError):
    """RFC 7591 §3.2.2."""

    error = "invalid_client_metadata"


class UnknownClient(InvalidRequest):
    """The client_id names nobody here: answered by a page, never by a redirect."""


class BadRedirectURI(InvalidRequest):
    """The redirect URI is not one of the client's: answered by a page, never by a redirect."""


class PageDenied(AccessDenied):
    """A policy or an assignment keeps this person out: a page that says which one (`rule`)."""

    status = 403
