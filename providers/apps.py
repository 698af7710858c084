"""Application configuration of `providers`."""

from importlib import import_module

from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    """The protocol core with its endpoints, pages and registry."""

    name = "providers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        import_module("providers.checks")
