"""Management API: scopes and assignments."""

from typing import Any

from rest_framework import serializers

from accounts.api.resources import Resource
from accounts.api.serializers import serializer
from scopes.models import Assignment, ScopeMapping
from scopes.services import assignments, mappings


def _instants() -> dict[str, Any]:
    return {"created_at": serializers.DateTimeField(read_only=True), "updated_at": serializers.DateTimeField(read_only=True)}


class ScopeViewSet(Resource):
    """What scopes tell applications about people."""

    service = mappings
    permission_model = ScopeMapping
    queryset = ScopeMapping.objects.all()
    filterset_fields = ("name", "scope_name")
    serializer_class = serializer(mappings.SCHEMA, mappings.read, **_instants())


class AssignmentViewSet(Resource):
    """Named sets of people and groups who may use clients."""

    service = assignments
    permission_model = Assignment
    queryset = Assignment.objects.all()
    prefetch = assignments.PREFETCH
    filterset_fields = ("name",)
    serializer_class = serializer(assignments.SCHEMA, assignments.read, **_instants())
