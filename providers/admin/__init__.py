"""Admin pages of the authorization server (some are named in `OAUTH2_PROVIDER` for the swapped models)."""

from providers.admin.clients import ApplicationAdmin, ClientAdmin, ProviderAdmin
from providers.admin.keys import KeyAdmin
from providers.admin.records import AccessTokenAdmin, AuthorizationCodeAdmin, IDTokenAdmin, RefreshTokenAdmin

__all__ = [
    "AccessTokenAdmin",
    "ApplicationAdmin",
    "AuthorizationCodeAdmin",
    "ClientAdmin",
    "IDTokenAdmin",
    "KeyAdmin",
    "ProviderAdmin",
    "RefreshTokenAdmin",
]
