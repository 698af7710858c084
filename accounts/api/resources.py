"""What the resources of the management API share: shape from a serializer, rules and events from a service."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from rest_framework import status
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.models import User


class Readable(ListModelMixin, RetrieveModelMixin, GenericViewSet[Any]):
    """A resource to look at. `permission_model` is whose permissions are asked."""

    # No database keeps a NUL; everything else may stand in a name.
    lookup_value_regex = r"[^/\x00]+"
    permission_model: ClassVar[type[Model]]
    select: ClassVar[tuple[str, ...]] = ()
    prefetch: ClassVar[tuple[str, ...]] = ()
    shows_managed: ClassVar[bool] = False

    @property
    def caller(self) -> User:
        """Who calls; permission checks have made sure that it is a user."""
        assert isinstance(self.request.user, User)
        return self.request.user

    def get_queryset(self) -> QuerySet[Any]:
        """What the product made for itself is hidden."""
        queryset = super().get_queryset().select_related(*self.select).prefetch_related(*self.prefetch)
        hides = not self.shows_managed and any(field.name == "managed" for field in queryset.model._meta.fields)
        return queryset.filter(managed=False) if hides else queryset


class Resource(Readable):
    """A resource to manage."""

    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    service: Any = None  # a module of an app's services

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make one. Secrets are in this answer and never again."""
        data = self.checked(request, partial=False)
        self.guard(None, data)
        item = self.service.create(data, actor=self.caller.username)
        return Response({**self.shown(item), **self.revealed(item)}, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change the given fields; the others stay."""
        item = self.get_object()
        data = self.checked(request, partial=True)
        self.guard(item, data)
        return Response(self.shown(self.service.update(item, data, actor=self.caller.username)))

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Remove one."""
        item = self.get_object()
        self.guard(item, {})
        self.service.delete(item, actor=self.caller.username)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def checked(self, request: Request, *, partial: bool) -> dict[str, Any]:
        """The body, of the right shape; raises `ValidationError`."""
        serializer = self.get_serializer(data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        return data

    def shown(self, item: Any) -> dict[str, Any]:
        """The representation, read anew so that the answer says what is stored."""
        fresh = self.get_queryset().model._default_manager.select_related(*self.select).prefetch_related(*self.prefetch).get(pk=item.pk)
        return dict(self.get_serializer(fresh).data)

    def revealed(self, item: Any) -> dict[str, Any]:
        """Secrets that the service made just now."""
        return {}

    def guard(self, item: Any, data: Mapping[str, Any]) -> None:
        """Raise `PermissionDenied` for what this caller may not do to this thing, beyond the permission of the action."""
