"""Paths of the portal. Everything that changes something is a POST of its own."""

from django.urls import path

from providers.views.portal import applications, consents, forbidden, profile, sessions

app_name = "portal"

urlpatterns = [
    path("", applications.show, name="applications"),
    path("me/", profile.show, name="profile"),
    path("me/sessions/", sessions.show, name="sessions"),
    path("me/sessions/end-others/", sessions.end_others, name="sessions_end_others"),
    path("me/sessions/<int:pk>/end/", sessions.end_one, name="session_end"),
    path("me/consents/", consents.show, name="consents"),
    path("me/consents/<int:pk>/revoke/", consents.revoke_one, name="consent_revoke"),
    path("me/forbidden/", forbidden.show, name="forbidden"),
]
