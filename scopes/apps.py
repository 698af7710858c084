"""Application configuration of `scopes`."""

from django.apps import AppConfig


class ScopesConfig(AppConfig):
    """Knows users and groups, never clients."""

    name = "scopes"
    default_auto_field = "django.db.models.BigAutoField"
