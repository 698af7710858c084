"""Identifiers that may be used once (`jti` of client assertions and proofs)."""

from django.db import models


class Replay(models.Model):
    """One used identifier; `digest` covers its kind and its owner too."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "replays"

    def __str__(self) -> str:
        return f"until {self.expires_at}"
