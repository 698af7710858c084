"""Access and refresh tokens. Only SHA-256 checksums are kept, in the column that django-oauth-toolkit looks up."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from oauth2_provider.models import AbstractAccessToken, AbstractIDToken, AbstractRefreshToken

from providers.models.authorization import Authorization


class AccessToken(AbstractAccessToken):
    """One access token. Tokens of client_credentials have no authorization: this row is all there is of them."""

    token = None
    source_refresh_token = None
    id_token = None
    updated = None

    token_checksum = models.CharField(max_length=64, unique=True, editable=False)
    authorization = models.ForeignKey(Authorization, null=True, on_delete=models.CASCADE, related_name="access_tokens")
    issuer = models.CharField(max_length=200)
    jti = models.CharField(max_length=43, blank=True, editable=False)
    grant_type = models.CharField(max_length=64)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(AbstractAccessToken.Meta):
        abstract = False
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["expires"], name="access_token_expires")]

    def __str__(self) -> str:
        return f"access token of {self.application}"

    def is_expired(self) -> bool:
        """Whether the token is of no use any more; a revoked token counts, so that DOT's checks refuse it."""
        return self.revoked_at is not None or bool(super().is_expired())

    def revoke(self) -> None:
        """End this token. Library code calls it; ours uses `providers.services.tokens`."""
        type(self)._default_manager.filter(pk=self.pk).update(revoked_at=Now())


class RefreshToken(AbstractRefreshToken):
    """One refresh token of a family. `revoked` is set when it was rotated or ended; `used_at` when it was rotated.

    A successor is derived from its predecessor's presented value, `salt` and a server key (`pepper_kid`), so that a lost
    answer can be given again within the grace although only checksums are kept.
    """

    token = None
    access_token = None
    updated = None

    token_checksum = models.CharField(max_length=64, unique=True, editable=False)
    authorization = models.ForeignKey(Authorization, on_delete=models.CASCADE, related_name="refresh_tokens")
    parent = models.OneToOneField("self", null=True, on_delete=models.SET_NULL, related_name="successor")
    salt = models.BinaryField(max_length=16, editable=False)
    pepper_kid = models.CharField(max_length=16, editable=False)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"refresh token of {self.application}"


class IDToken(AbstractIDToken):
    """Not written by us (an ID token needs no row); here because the six models of the library are swapped together."""

    class Meta(AbstractIDToken.Meta):
        abstract = False
