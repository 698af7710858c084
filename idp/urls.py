"""The public URL map on one screen. The machine endpoints among these are answered in front of Django, see `idp/wsgi.py`."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from idp.health import healthz, metrics, readyz

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("idp.api.urls")),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("", include("providers.urls")),
    path("", include("providers.views.portal.urls")),
    path(".well-known/change-password", RedirectView.as_view(pattern_name="account_change_password")),
]

handler400 = "providers.views.errors.bad_request"
handler403 = "providers.views.errors.forbidden"
handler404 = "providers.views.errors.not_found"
handler500 = "providers.views.errors.server_error"
