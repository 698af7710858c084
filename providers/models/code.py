"""Authorization codes: kept after use, so that a second use is recognised (RFC 6749 §4.1.2)."""

from typing import ClassVar

from django.db import models
from oauth2_provider.models import AbstractGrant

from providers.models.authorization import Authorization


class AuthorizationCode(AbstractGrant):
    """One code. Only its SHA-256 is kept; user, scope, resource and claims stand in the authorization."""

    code = None
    user = None
    scope = None
    claims = None
    resource = None
    nonce = None
    updated = None

    code_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    authorization = models.OneToOneField(Authorization, on_delete=models.CASCADE, related_name="code")
    consumed_at = models.DateTimeField(null=True, editable=False)
    redirect_uri_sent = models.BooleanField(default=True, help_text="Whether the request named its redirect URI.")

    class Meta(AbstractGrant.Meta):
        abstract = False
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["expires"], name="code_expires")]

    def __str__(self) -> str:
        return f"code for {self.application}"
