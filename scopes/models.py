"""Scope mappings (what a scope tells) and assignments (who may use a client)."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models

from accounts.models import Group

# RFC 6749 §3.3 scope-token, without the colon-and-path part that path scopes add.
SCOPE_TOKEN = RegexValidator(r"^[\x21\x23-\x5b\x5d-\x7e]+$", "A scope has no spaces, quotes or backslashes.")


class ScopeMapping(models.Model):
    """Claims for one scope. Several mappings may share a `scope_name`; their results are merged in order of name."""

    class Kind(models.TextChoices):
        """How the claims come about; one module each under `scopes/evaluator/`."""

        BUILTIN = "builtin", "Standard claims"
        TEMPLATE = "template", "JSON template"
        EXPRESSION = "expression", "Expression"
        ATTRIBUTE = "attribute", "Attribute"
        CONSTANT = "constant", "Constant"
        GROUPS = "groups", "Groups"

    name = models.CharField(max_length=255, unique=True)
    scope_name = models.CharField(max_length=255, db_index=True, validators=[SCOPE_TOKEN])
    description = models.CharField(max_length=500, blank=True, help_text="What the consent page says. Empty: nothing is said.")
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.TEMPLATE)
    source = models.TextField(blank=True)
    restricted = models.BooleanField(default=False)
    mandatory = models.BooleanField(default=False)
    managed = models.BooleanField(default=False, editable=False, help_text="Made by the product itself.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["scope_name", "name"]

    def __str__(self) -> str:
        return self.name


class Assignment(models.Model):
    """A named set of people and groups. A client with assignments serves only those; `allow_all` serves everyone."""

    name = models.CharField(max_length=255, unique=True)
    users = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="assignments")
    groups = models.ManyToManyField(Group, blank=True, related_name="assignments")
    managed = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
