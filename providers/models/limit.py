"""Counters of the shared rate limits: fixed windows, one upsert a count."""

from django.db import models


class Limit(models.Model):
    """`bucket` is a keyed hash of what is limited, so that the table names nobody."""

    bucket = models.BinaryField(max_length=16, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} until {self.expires_at}"
