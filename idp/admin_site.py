"""The one admin site: unfold's, entered through the ordinary login."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from idp.unfold import UNFOLD


class AdminSite(UnfoldAdminSite):
    """Staff sign in like everybody else, second factor included."""

    site_header = site_title = "Gatehouse"
    index_title = "Administration"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take our own pages only: those that libraries bring would show session keys and the secrets of second factors."""
        if admin_class is not None and issubclass(admin_class, ModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The first page is grouped like the sidebar; what the sidebar leaves out is reached by address."""
        apps: list[Any] = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        by_address = {model["admin_url"]: model for app in apps for model in app["models"]}
        groups = [
            (group["title"], [(item["title"], str(item["link"])) for item in group["items"]]) for group in UNFOLD["SIDEBAR"]["navigation"]
        ]
        shown = [(title, [{**by_address[link], "name": name} for name, link in items if link in by_address]) for title, items in groups]
        return [
            {"name": title, "app_label": "", "app_url": "", "has_module_perms": True, "models": models} for title, models in shown if models
        ]

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Send strangers to the login page; a person without the right is told so and may switch."""
        target = request.GET.get("next") or reverse("admin:index")
        if request.user.is_authenticated and not self.has_permission(request):
            return HttpResponseRedirect(reverse("portal:forbidden"))
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': target})}")
