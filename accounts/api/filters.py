"""Filters that several resources share. Query parameters that a resource does not know are ignored."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from accounts.models import User, canonical_username


class UserFilter(django_filters.FilterSet):
    """`?username=`, in any spelling, and `?email=`, `?group=`, `?disabled=`."""

    username = django_filters.CharFilter(method="by_username")
    email = django_filters.CharFilter(field_name="email", lookup_expr="iexact")
    group = django_filters.CharFilter(field_name="groups__name")
    disabled = django_filters.BooleanFilter(field_name="is_active", exclude=True)

    class Meta:
        model = User
        fields: list[str] = []

    def by_username(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """One person at most."""
        return queryset.filter(username_key=canonical_username(value))


class OwnedFilter(django_filters.FilterSet):
    """`?user=`: what belongs to one person, named by user name or id; `?username=` is the name alone."""

    user = django_filters.CharFilter(method="by_user")
    username = django_filters.CharFilter(method="by_username")

    def by_user(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """By name, or by id when it is a number."""
        wanted = Q(user__username_key=canonical_username(value))
        return queryset.filter(wanted | Q(user_id=int(value)) if value.isascii() and value.isdigit() and len(value) < 19 else wanted)

    def by_username(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """By name."""
        return queryset.filter(user__username_key=canonical_username(value))
