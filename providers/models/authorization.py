"""What a person allowed: the session they did it in, the consent that is remembered, and one row per authorization."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from providers.models.client import Client


class Session(models.Model):
    """A login as relying parties see it (`sid`). Made at the first authorization by whichever door authenticated."""

    sid = models.CharField(max_length=43, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="oidc_sessions")
    session_key = models.CharField(max_length=40, null=True, blank=True, unique=True, editable=False)
    auth_time = models.DateTimeField()
    acr = models.CharField(max_length=255, blank=True)
    amr = models.JSONField(default=list)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user} since {self.auth_time:%Y-%m-%d %H:%M}"


class Consent(models.Model):
    """What a person lets a client know, until revoked or expired. `scope` is a space-separated set."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="consents")
    scope = models.TextField(blank=True)
    declined_scope = models.TextField(blank=True, help_text="What the person left out; not asked for again.")
    resource = models.JSONField(default=list)
    claims = models.JSONField(default=list, help_text="Names of claims that were asked for one by one.")
    epoch = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-updated_at"]
        constraints = [models.UniqueConstraint(fields=["user", "client"], name="one_consent_per_user_and_client")]

    def __str__(self) -> str:
        return f"{self.user} → {self.client}"


class Authorization(models.Model):
    """One act of authorization. Codes and tokens point at it; revoking it ends all of them in one statement.

    `scope` is what was granted, `requested_scope` what was asked for. `user` is empty for a client acting for itself.
    `acr`, `amr`, `auth_time` and `ip` are the policy's inputs as they were, for `issuance.may_issue`.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="authorizations")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="authorizations")
    session = models.ForeignKey(Session, null=True, on_delete=models.SET_NULL, related_name="authorizations")
    issuer = models.CharField(max_length=200, help_text="Reference of the issuer, see `providers.issuer`.")
    grant_type = models.CharField(max_length=64)
    scope = models.TextField(blank=True)
    requested_scope = models.TextField(blank=True)
    resource = models.JSONField(default=list)
    claims = models.JSONField(default=dict, help_text="The claims parameter (OpenID Connect Core 1.0 §5.5).")
    nonce = models.TextField(blank=True)
    auth_time = models.DateTimeField(null=True)
    acr = models.CharField(max_length=255, blank=True)
    amr = models.JSONField(default=list)
    ip = models.GenericIPAddressField(null=True)
    offline = models.BooleanField(default=False, help_text="Outlives the session (offline_access).")
    consent_required = models.BooleanField(default=False, help_text="Ends when the consent is taken back.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user or self.client} → {self.client}"
