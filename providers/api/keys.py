"""Resource: keys."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.resources import Resource
from accounts.api.serializers import serializer
from providers.models import Key, SigningKey
from providers.services import keys


class SigningKeySerializer(serializers.ModelSerializer[SigningKey]):
    """One pair of a series: its public half alone."""

    class Meta:
        model = SigningKey
        fields = ("kid", "status", "public_jwk", "created_at", "signs_from", "retired_at", "expires_at")
        read_only_fields = fields


KeySerializer = serializer(
    keys.SCHEMA,
    keys.read,
    managed=serializers.BooleanField(read_only=True, help_text="Made by the product itself."),
    key_pairs=SigningKeySerializer(many=True, read_only=True, source="signing_keys"),
)


class RotatedKeySerializer(KeySerializer):  # type: ignore[misc, valid-type]
    """A series after a rotation was asked for."""

    signs_from = serializers.DateTimeField(read_only=True, help_text="When the next pair signs: not before verifiers can know it.")


class KeyViewSet(Resource):
    """Series of signing keys, addressed by name or id. Those that the product made are among them: they are rotated here, too."""

    service = keys
    permission_model = Key
    queryset = Key.objects.all()
    prefetch = keys.PREFETCH
    shows_managed = True
    lookup_url_kwarg = "name"
    filterset_fields = ("name", "algorithm")
    serializer_class = KeySerializer

    def get_object(self) -> Key:
        """By name; by id when nothing has the number as its name."""
        wanted, queryset = self.kwargs["name"], self.filter_queryset(self.get_queryset())
        named = queryset.filter(name=wanted).first()
        by_id = {"pk": int(wanted)} if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else {"pk": 0}
        found: Key = named or get_object_or_404(queryset, **by_id)
        self.check_object_permissions(self.request, found)
        return found

    @extend_schema(request=None, responses={200: RotatedKeySerializer})
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, name: str = "") -> Response:
        """Let the waiting pair take over as soon as verifiers can know it."""
        key = self.get_object()
        signs_from = keys.rotate(key, actor=self.caller.username)
        shown: dict[str, Any] = self.shown(key)
        return Response({**shown, "signs_from": signs_from})
