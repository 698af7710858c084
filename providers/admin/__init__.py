"""Admin classes of the authorization server (named in `OAUTH2_PROVIDER` for the swapped models)."""

from unfold.admin import ModelAdmin


class ClientAdmin(ModelAdmin):
    """Clients."""


class AccessTokenAdmin(ModelAdmin):
    """Access tokens."""


class RefreshTokenAdmin(ModelAdmin):
    """Refresh tokens."""


class AuthorizationCodeAdmin(ModelAdmin):
    """Authorization codes."""


class IDTokenAdmin(ModelAdmin):
    """ID tokens."""
