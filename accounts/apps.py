"""Application configuration of `accounts`."""

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Connects the third-party signals that `receivers` turns into hooks."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import the receivers once the registry is complete."""
        import_module("accounts.receivers")
