"""Applications: each owns an issuer (`/application/o/<slug>/`) and the clients that belong to it."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

RESERVED_SLUGS = frozenset(
    "authorize token userinfo device introspect revoke register par jwks end-session check-session "
    "backchannel-authentication well-known".split()
)


def refuse_reserved(slug: str) -> None:
    """Raise `ValidationError` for a slug that names a shared endpoint."""
    if slug in RESERVED_SLUGS:
        raise ValidationError(f"“{slug}” is the name of an endpoint; choose another slug.")


SLUG_VALIDATORS: list[Callable[[str], None]] = [
    RegexValidator(r"^[a-z0-9][a-z0-9-]{0,62}\Z", "Use lower-case letters, digits and dashes, 63 at most."),
    refuse_reserved,
]


class Application(models.Model):
    """What a person thinks of as one application; the issuer is a property of it."""

    class IssuerMode(models.TextChoices):
        """Which issuer its clients are served under."""

        APPLICATION = "application", "Its own issuer"
        ROOT = "root", "The root issuer"

    slug = models.CharField(max_length=63, unique=True, validators=SLUG_VALIDATORS)
    name = models.CharField(max_length=255)
    issuer_mode = models.CharField(max_length=16, choices=IssuerMode, default=IssuerMode.APPLICATION)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name
