"""Client secrets: two may live at once, so that a secret is replaced without an outage."""

from django.db import models
from django.utils import timezone


class ClientSecret(models.Model):
    """`digest` checks a presented secret (HMAC-SHA-256); `ciphertext` gives it back where a protocol needs it."""

    client = models.ForeignKey("providers.Client", on_delete=models.CASCADE, related_name="secrets")
    digest = models.BinaryField()
    pepper_kid = models.CharField(max_length=16)
    ciphertext = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"secret of {self.client_id}"
