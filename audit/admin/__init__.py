"""What the admin pages of all apps share, and the page of events."""

from django.contrib import admin
from unfold.decorators import display

from audit.admin.records import RecordAdmin, moment, plain_json
from audit.models import Event


@admin.register(Event)
class EventAdmin(RecordAdmin):
    """What happened, newest first."""

    list_display = ("time", "kind", "actor", "subject", "client_id", "ip")
    list_display_links = ("time", "kind")
    list_filter = ("kind", ("at", admin.DateFieldListFilter))
    search_fields = ("actor", "subject", "client_id", "request_id")
    search_help_text = "Person, client or request id."
    fields = ("at", "kind", "actor", "subject", "client_id", "ip", "request_id", "details")
    readonly_fields = fields
    time = moment("at", "time")

    @display(description="details")
    def details(self, event: Event) -> str:
        """The other members."""
        return plain_json(event.data) if event.data else "–"
