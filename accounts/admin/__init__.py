"""Admin pages of people: users, groups, organizations, projects, browser sessions."""

from accounts.admin.people import UserAdmin
from accounts.admin.sessions import UserSessionAdmin
from accounts.admin.tenants import GroupAdmin, OrganizationAdmin, ProjectAdmin

__all__ = ["GroupAdmin", "OrganizationAdmin", "ProjectAdmin", "UserAdmin", "UserSessionAdmin"]
