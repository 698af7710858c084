"""Named providers: issuers that list the clients they serve (the shape that Vault's users know)."""

from django.core.validators import RegexValidator
from django.db import models

NAME = RegexValidator(r"^[\w.-]+\Z", "Use letters, digits, dots and dashes.")


class Provider(models.Model):
    """An issuer at `/v1/identity/oidc/provider/<name>`."""

    name = models.CharField(max_length=128, unique=True, validators=[NAME])
    issuer = models.URLField(blank=True, help_text="Scheme, host and port that stand in front of the path; empty: ours.")
    allowed_client_ids = models.JSONField(default=list, blank=True, help_text="“*” serves every client of this kind.")
    scopes_supported = models.JSONField(default=list, blank=True)
    managed = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
