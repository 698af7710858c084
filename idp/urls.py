"""The public URL map on one screen."""

from django.urls import include, path

urlpatterns = [path("accounts/", include("allauth.urls"))]
