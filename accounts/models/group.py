"""Groups of people. A group may stand inside another; a member of the inner one is a member of the outer one too."""

import uuid

from django.contrib.auth.models import Permission
from django.db import models


class Group(models.Model):
    """A named set of users with free metadata.

    A name may hold `/`. The path of a group, as WLCG tokens show it, is its own name behind those of its parents.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=255, unique=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="children")
    metadata = models.JSONField(default=dict, blank=True)
    permissions = models.ManyToManyField(Permission, blank=True, related_name="account_groups")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
