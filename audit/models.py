"""The event table. Rows are written once and never changed; people and clients are named, not referenced."""

from django.db import models
from django.utils import timezone


class Event(models.Model):
    """One thing that happened. `data` holds only fields that `audit.record` lets through."""

    at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)
    kind = models.CharField(max_length=64, db_index=True, editable=False)
    actor = models.CharField(max_length=150, blank=True, editable=False)
    subject = models.CharField(max_length=255, blank=True, editable=False)
    client_id = models.CharField(max_length=255, blank=True, db_index=True, editable=False)
    ip = models.GenericIPAddressField(null=True, editable=False)
    request_id = models.CharField(max_length=32, blank=True, db_index=True, editable=False)
    data = models.JSONField(default=dict, editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()
