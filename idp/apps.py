"""Which admin site the project uses."""

from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """Django admin on our own site class."""

    default_site = "idp.admin_site.AdminSite"
