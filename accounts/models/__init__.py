"""Users, groups, organizations and projects."""

from accounts.models.group import Group
from accounts.models.organization import Organization, Project
from accounts.models.user import User, canonical_username

__all__ = ["Group", "Organization", "Project", "User", "canonical_username"]
