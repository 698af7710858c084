"""Resources: clients and providers."""

import django_filters
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.resources import Resource
from accounts.api.serializers import serializer
from providers.models import Client, Provider
from providers.services import clients, providers

OVERLAP = 86400
OVERLAP_LIMIT = 30 * 86400


class ClientFilter(django_filters.FilterSet):
    """`?client_id=` may find several: ids are unique in their name space only."""

    class Meta:
        model = Client
        fields = ("client_id", "client_name", "slug", "disabled", "security_profile")


class RotationSerializer(serializers.Serializer[object]):
    """How long the present secret lives on."""

    overlap = serializers.IntegerField(
        min_value=0, max_value=OVERLAP_LIMIT, default=OVERLAP, help_text="Seconds for which the present secret works beside the new one."
    )


ClientSerializer = serializer(
    clients.SCHEMA,
    clients.read,
    created_at=serializers.DateTimeField(read_only=True, source="created"),
    updated_at=serializers.DateTimeField(read_only=True, source="updated"),
)
SecretSerializer = inline_serializer("ClientSecretAnswer", {"client_id": serializers.CharField(), "client_secret": serializers.CharField()})


class CreatedClientSerializer(ClientSerializer):  # type: ignore[misc, valid-type]
    """A new client: the one answer with its secret."""

    client_secret = serializers.CharField(read_only=True, required=False, help_text="Shown in this answer and never again.")


class ClientViewSet(Resource):
    """Clients, addressed by slug."""

    service = clients
    permission_model = Client
    queryset = Client.objects.all()
    lookup_field = "slug"
    select = clients.SELECT
    prefetch = clients.PREFETCH
    filterset_class = ClientFilter
    serializer_class = ClientSerializer

    @extend_schema(request=ClientSerializer, responses={201: CreatedClientSerializer})
    def create(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Make a client. `client_secret` is in this answer and never again."""
        return super().create(request, *args, **kwargs)

    def revealed(self, item: Client) -> dict[str, str]:
        """The secret that the caller sent is known to them; one made here is shown now."""
        return {"client_secret": item.minted_secret} if getattr(item, "minted_secret", "") else {}

    @extend_schema(request=RotationSerializer, responses={200: OpenApiResponse(SecretSerializer)})
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, slug: str = "") -> Response:
        """Give the client a new secret, shown once; the present one works for another `overlap` seconds (a day, if not said)."""
        client = self.get_object()
        wanted = RotationSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        secret = clients.rotate_secret(client, overlap=wanted.validated_data["overlap"], actor=self.caller.username)
        return Response({"client_id": client.client_id, "client_secret": secret})


class ProviderViewSet(Resource):
    """Named providers."""

    service = providers
    permission_model = Provider
    queryset = Provider.objects.all()
    filterset_fields = ("name",)
    serializer_class = serializer(providers.SCHEMA, providers.read)
