"""Signing keys: a named `Key` is a series of `SigningKey` rows that follow each other with overlap (catalogue rule 23)."""

from django.db import models


class Key(models.Model):
    """A series of signing keys of one algorithm. Durations are seconds."""

    class Algorithm(models.TextChoices):
        """JWS algorithms of RFC 7518 §3.1 and RFC 8037 that we sign with."""

        RS256 = "RS256"
        RS384 = "RS384"
        RS512 = "RS512"
        ES256 = "ES256"
        ES384 = "ES384"
        ES512 = "ES512"
        EDDSA = "EdDSA"

    name = models.CharField(max_length=128, unique=True)
    algorithm = models.CharField(max_length=8, choices=Algorithm, default=Algorithm.RS256)
    rotation_period = models.PositiveIntegerField(default=90 * 86400, help_text="Seconds between rotations; 0: by hand only.")
    verification_ttl = models.PositiveIntegerField(default=2 * 86400, help_text="Seconds a retired key stays published.")
    allowed_client_ids = models.JSONField(default=list, blank=True)
    managed = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.algorithm})"


class SigningKey(models.Model):
    """One key pair. The private JWK is kept as AES-GCM ciphertext bound to its `kid`."""

    class Status(models.TextChoices):
        """`next` is published and does not sign yet; `retired` is published and does not sign any more."""

        NEXT = "next"
        ACTIVE = "active"
        RETIRED = "retired"

    key = models.ForeignKey(Key, on_delete=models.CASCADE, related_name="signing_keys")
    kid = models.CharField(max_length=64, unique=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.NEXT)
    public_jwk = models.JSONField()
    private_ciphertext = models.BinaryField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    signs_from = models.DateTimeField(help_text="Not before this instant, so that verifiers have seen it.")
    retired_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, db_index=True, help_text="When a retired key leaves the JWKS.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=models.Q(status="active"), name="one_active_signing_key"),
        ]

    def __str__(self) -> str:
        return f"{self.kid} ({self.status})"
