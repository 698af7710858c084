"""Resources that are looked at and ended: sessions, consents, tokens."""

from typing import Any

import django_filters
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.filters import OwnedFilter
from accounts.api.resources import Readable
from providers.models import AccessToken, Consent, RefreshToken, Session
from providers.services import consents, sessions, tokens


class SessionSerializer(serializers.ModelSerializer[Session]):
    """A login as applications see it."""

    user = serializers.CharField(source="user.username", read_only=True)

    class Meta:
        model = Session
        fields = ("id", "user", "sid", "auth_time", "acr", "amr", "ip", "user_agent", "created_at", "last_seen_at", "ended_at")
        read_only_fields = fields


class SessionFilter(OwnedFilter):
    """`?active=true`: those that go on."""

    active = django_filters.BooleanFilter(field_name="ended_at", lookup_expr="isnull")
    client_id = django_filters.CharFilter(field_name="authorizations__client__client_id", distinct=True)


class Endable(Readable):
    """A record whose DELETE ends what it stands for."""

    http_method_names = ["get", "delete", "head", "options"]

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """End it."""
        self.end(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def end(self, item: Any) -> None:
        """What ending means."""
        raise NotImplementedError


class SessionViewSet(Endable):
    """Sessions. DELETE signs out, ends the tokens and tells the applications."""

    permission_model = Session
    queryset = Session.objects.all()
    select = ("user",)
    serializer_class = SessionSerializer
    filterset_class = SessionFilter

    def end(self, item: Session) -> None:
        """Sign out."""
        sessions.end_row(item, actor=self.caller.username)


class ConsentSerializer(serializers.ModelSerializer[Consent]):
    """What a person lets a client know."""

    user = serializers.CharField(source="user.username", read_only=True)
    client = serializers.CharField(source="client.slug", read_only=True)
    client_id = serializers.CharField(source="client.client_id", read_only=True)

    class Meta:
        model = Consent
        fields = (
            *("id", "user", "client", "client_id", "scope", "resource", "claims", "created_at", "updated_at", "last_used_at"),
            "expires_at",
        )
        read_only_fields = fields


class ConsentFilter(OwnedFilter):
    """By client."""

    client_id = django_filters.CharFilter(field_name="client__client_id")
    client = django_filters.CharFilter(field_name="client__slug")


class ConsentViewSet(Endable):
    """Consents. DELETE takes one back, with everything that the client holds for the person."""

    permission_model = Consent
    queryset = Consent.objects.all()
    select = ("user", "client")
    serializer_class = ConsentSerializer
    filterset_class = ConsentFilter

    def end(self, item: Consent) -> None:
        """Take it back."""
        consents.revoke(item, actor=self.caller.username)


class TokenSerializer(serializers.Serializer[Any]):
    """A token: what it is good for, never what it is."""

    id = serializers.CharField(read_only=True, help_text="`access-` or `refresh-` and a number.")
    token_type = serializers.ChoiceField(choices=("access_token", "refresh_token"), read_only=True)
    user = serializers.CharField(read_only=True, allow_null=True)
    client = serializers.CharField(read_only=True)
    client_id = serializers.CharField(read_only=True)
    scope = serializers.CharField(read_only=True)
    grant_type = serializers.CharField(read_only=True)
    authorization = serializers.IntegerField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True)
    revoked_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def to_representation(self, instance: AccessToken | RefreshToken) -> dict[str, Any]:
        """Both kinds in one shape; an access token of a client acting for itself has no authorization."""
        is_access, authorization, client = isinstance(instance, AccessToken), instance.authorization, instance.application
        granted: Any = instance if is_access else authorization
        ended = instance.revoked_at if isinstance(instance, AccessToken) else instance.revoked
        expires_at = instance.expires if isinstance(instance, AccessToken) else instance.expires_at
        instants = {
            "created_at": instance.created,
            "expires_at": expires_at,
            "revoked_at": ended or (authorization.revoked_at if authorization else None),
        }
        return {
            "id": f"{'access' if is_access else 'refresh'}-{instance.pk}",
            "token_type": "access_token" if is_access else "refresh_token",
            "user": instance.user.username if instance.user else None,
            "client": client.slug if client else "",
            "client_id": client.client_id if client else "",
            "scope": granted.scope,
            "grant_type": granted.grant_type,
            "authorization": authorization.pk if authorization else None,
            **{name: self.fields[name].to_representation(value) if value else None for name, value in instants.items()},
        }


class TokenFilter(OwnedFilter):
    """By client."""

    client_id = django_filters.CharFilter(field_name="application__client_id")
    client = django_filters.CharFilter(field_name="application__slug")


class TokenViewSet(Endable):
    """Tokens: access tokens, or with `?token_type=refresh_token` refresh tokens. DELETE revokes."""

    permission_model = AccessToken
    queryset = AccessToken.objects.all()
    select = ("user", "application", "authorization")
    lookup_value_regex = "(?:access|refresh)-[0-9]{1,18}"
    serializer_class = TokenSerializer
    filterset_class = TokenFilter

    @extend_schema(parameters=[OpenApiParameter("token_type", OpenApiTypes.STR, enum=["access_token", "refresh_token"])])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One kind of tokens, access tokens if not said otherwise."""
        return super().list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        """Of the kind that is asked for."""
        kind = str(self.kwargs.get("pk") or self.request.query_params.get("token_type", ""))
        rows: QuerySet[Any] = (RefreshToken if kind.startswith("refresh") else AccessToken).objects.all()
        return rows.select_related(*self.select)

    def get_object(self) -> Any:
        """By kind and number."""
        try:
            found = self.get_queryset().get(pk=int(self.kwargs["pk"].partition("-")[2]))
        except ObjectDoesNotExist:
            raise Http404 from None
        self.check_object_permissions(self.request, found)
        return found

    def end(self, item: AccessToken | RefreshToken) -> None:
        """An access token falls alone; a refresh token takes its whole authorization with it."""
        if isinstance(item, AccessToken):
            tokens.revoke_access_token(item, actor=self.caller.username)
        else:
            tokens.revoke(item.authorization, actor=self.caller.username)
