"""Which admin site the project uses, and where the command line is."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """Django admin on our own site class."""

    default_site = "idp.admin_site.AdminSite"


class ProjectConfig(AppConfig):
    """No models; here so that Django finds `idp/management/commands/`."""

    name = "idp"
