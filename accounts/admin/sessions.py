"""Admin page: browsers that are signed in here."""

from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import action

from audit.admin.records import RecordAdmin, moment
from audit.record import record


@admin.register(UserSession)
class UserSessionAdmin(RecordAdmin):
    """Browsers that are signed in here. The session key is never shown."""

    list_display = ("user", "ip", "user_agent", "began", "last_seen")
    list_display_links = None
    list_select_related = ("user",)
    search_fields = ("user__username_key", "ip")
    fields = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    readonly_fields = fields
    actions = ("end",)
    began = moment("created_at", "began")
    last_seen = moment("last_seen_at", "last seen")

    @action(description="End", permissions=["end"])
    def end(self, request: HttpRequest, queryset: QuerySet[UserSession]) -> None:
        """Sign the chosen browsers out."""
        for session in queryset:
            session.end()
            record("session.ended", actor=request.user.get_username(), subject=session.user.username)
        self.message_user(request, "Signed out.", messages.SUCCESS)
