"""Application configuration of `audit`."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The lowest layer: it knows nobody."""

    name = "audit"
    default_auto_field = "django.db.models.BigAutoField"
