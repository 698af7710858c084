"""One row whose version moves when shared configuration changes; processes compare it to what they keep in memory."""

from django.db import models


class Registry(models.Model):
    """`version` covers keys, scope mappings, groups and applications; a client has a version of its own."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField(default=1)

    class Meta:
        verbose_name_plural = "registry"

    def __str__(self) -> str:
        return f"version {self.version}"
