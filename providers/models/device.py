"""Device codes (RFC 8628)."""

from typing import ClassVar

from django.db import models
from oauth2_provider.models import AbstractDeviceGrant

from providers.models.authorization import Authorization
from providers.models.client import Client


class DeviceCode(AbstractDeviceGrant):
    """One device authorization. Both codes are kept as hashes only."""

    device_code = None
    user_code = None
    client_id = None
    user = None
    last_checked = None

    device_code_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    user_code_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="device_codes")
    authorization = models.OneToOneField(Authorization, null=True, on_delete=models.CASCADE, related_name="device_code")
    issuer = models.CharField(max_length=200)
    requested_scope = models.TextField(blank=True)
    resource = models.JSONField(default=list)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=200, blank=True)
    polled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"device code for {self.client}"
