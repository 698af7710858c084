"""Management API: what happened, read only, newest first."""

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from accounts.api.resources import Readable
from audit.models import Event
from idp.api.pagination import NewestFirst


class EventSerializer(serializers.ModelSerializer[Event]):
    """One event."""

    class Meta:
        model = Event
        fields = ("id", "at", "kind", "actor", "subject", "client_id", "ip", "request_id", "data")
        read_only_fields = fields


class EventFilter(django_filters.FilterSet):
    """`?user=` and `?username=` find what a person did and what was done to them."""

    user = django_filters.CharFilter(method="by_person")
    username = django_filters.CharFilter(method="by_person")
    since = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = Event
        fields = ("kind", "actor", "subject", "client_id", "request_id")

    def by_person(self, queryset: QuerySet[Event], _name: str, value: str) -> QuerySet[Event]:
        """As actor or as subject."""
        return queryset.filter(actor=value) | queryset.filter(subject=value)


class EventViewSet(Readable):
    """What happened."""

    http_method_names = ["get", "head", "options"]
    permission_model = Event
    queryset = Event.objects.all()
    serializer_class = EventSerializer
    filterset_class = EventFilter
    pagination_class = NewestFirst
