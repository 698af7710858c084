"""Authorization requests that wait for a person: stored, bound to one browser, consumed by the answer."""

from django.db import models
from django.utils import timezone

from providers.models.client import Client


class AuthorizationRequest(models.Model):
    """A request that passed every rule. `id` stands in URLs; the browser's cookie, kept as a hash, makes it usable.

    `parameters` are the request's own, as received. The instants say what has been done for this very request, so that
    `prompt=login` or an account choice is asked for once.
    """

    id = models.CharField(max_length=43, primary_key=True)
    browser_hash = models.BinaryField(max_length=32, editable=False)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="authorization_requests")
    issuer = models.CharField(max_length=200)
    parameters = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(db_index=True)
    login_asked_at = models.DateTimeField(null=True)
    account_chosen_at = models.DateTimeField(null=True)
    consented_at = models.DateTimeField(null=True)
    consented_scope = models.TextField(blank=True)
    consented_user = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"request of {self.client}"
