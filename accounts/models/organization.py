"""Organizations and the projects inside them (the tenants of the IAM dialect)."""

import uuid

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models

KEY = RegexValidator(r"^[a-z0-9][a-z0-9._-]{0,62}$", "Use lower-case letters, digits, dots, dashes and underscores.")


class Organization(models.Model):
    """A tenant; its key stands in URLs and never changes."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=63, unique=True, validators=[KEY])
    name = models.CharField(max_length=255)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="organizations")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name


class Project(models.Model):
    """A part of an organization with people, clients and an audience of its own."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="projects")
    key = models.CharField(max_length=63, validators=[KEY])
    name = models.CharField(max_length=255)
    audience = models.JSONField(default=list, blank=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="projects")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["organization__key", "key"]
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="project_key_in_organization")]

    def __str__(self) -> str:
        return f"{self.organization.key}/{self.key}"
