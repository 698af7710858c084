"""Protocol settings: constants with their reason, in one place. Durations are seconds."""

from django.conf import settings

# RFC 8705/9449 leeway for clocks that differ; FAPI 2.0 §5.3.2.1 asks for 10 s at least and 60 s at most.
CLOCK_SKEW = 10
# FAPI 2.0 asks short-lived assertions; an hour is what service-account files use.
ASSERTION_MAX_LIFETIME = 3600
# A lost answer to a refresh is given again within this time (rulings 22).
REFRESH_GRACE = 10
# However often it is rotated, a family ends after this time.
REFRESH_ABSOLUTE_LIFETIME = 365 * 86400
# How long a pending authorization request waits for its person.
AUTHORIZATION_REQUEST_LIFETIME = 1800
# How long documents may be cached by relying parties; a new key is published at least this long before it signs.
DOCUMENT_MAX_AGE = 300
# How long used codes are remembered, so that a late second use is still recognised as one.
CODE_MEMORY = 86400
# Bounds on what a request may bring (catalogue rule 19).
BODY_LIMIT = 64 * 1024
JSON_BODY_LIMIT = 256 * 1024
HEADER_LIMIT = 16 * 1024
PARAMETER_LIMIT = 100
SCOPE_LIMIT = 100
STATE_LIMIT = 4096
JWT_LIMIT = 16 * 1024
PENDING_REQUESTS_PER_BROWSER = 50

# Budgets of the shared limits: attempts in a window of seconds. Published in docs/operations.md.
BUDGETS: dict[str, tuple[int, int]] = {
    "login": (10, 300),  # per account; an address gets ADDRESS_FACTOR times as many
    "mfa": (10, 300),
    "client_secret": (30, 300),  # per client and address
    "user_code": (10, 300),
    "registration": (60, 3600),
    "device": (120, 3600),
    "password_reset": (5, 3600),
}
ADDRESS_FACTOR = 5


def base_url() -> str:
    """The one public origin."""
    return str(settings.BASE_URL)


def limits_enabled() -> bool:
    """Whether the shared limits count (`IDP_RATE_LIMITS`)."""
    return bool(settings.IDP.rate_limits)


class ScopesBackend:
    """What django-oauth-toolkit's resource-server parts ask about scopes; issuing never goes through here."""

    def get_all_scopes(self) -> dict[str, str]:
        """Scope names with their descriptions."""
        return {}

    def get_available_scopes(self, application: object = None, request: object = None, *args: object, **kwargs: object) -> list[str]:
        """Scopes a client may ask for."""
        return str(getattr(application, "scope", "")).split()

    def get_default_scopes(self, application: object = None, request: object = None, *args: object, **kwargs: object) -> list[str]:
        """Scopes granted when none are asked for."""
        return self.get_available_scopes(application)
