"""One router over the resources of all apps. Every POST takes an idempotency key."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import GenericViewSet

from accounts.api.people import GroupViewSet, OrganizationViewSet, ProjectViewSet, UserViewSet
from idp.api import idempotency
from idp.api.events import EventViewSet
from providers.api.clients import ClientViewSet, ProviderViewSet
from providers.api.keys import KeyViewSet
from providers.api.records import ConsentViewSet, SessionViewSet, TokenViewSet
from scopes.api import AssignmentViewSet, ScopeViewSet


class Idempotent(GenericViewSet[Any]):
    """Answers a repeated POST from memory. The key is looked at after authentication and permissions."""

    entry: idempotency.Entry | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Take the key, if there is one."""
        super().initial(request, *args, **kwargs)
        self.entry = idempotency.claim(request)

    def handle_exception(self, exc: Exception) -> Response:
        """A repetition is answered, not an error."""
        return exc.response if isinstance(exc, idempotency.Answered) else super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Remember the answer under the key, in the renderer's own words."""
        final = super().finalize_response(request, response, *args, **kwargs)
        if self.entry is not None:
            idempotency.keep(self.entry, final)
        return final


class Router(SimpleRouter):
    """Registers a resource under its name, with idempotency keys."""

    def register_resource(self, name: str, viewset: type[GenericViewSet[Any]]) -> None:
        """`name` is the collection in the URL."""
        with_keys = type(viewset.__name__, (Idempotent, viewset), {"__doc__": viewset.__doc__, "__module__": viewset.__module__})
        self.register(name, with_keys, basename=f"api-{name}")


RESOURCES: tuple[tuple[str, type[GenericViewSet[Any]]], ...] = (
    ("users", UserViewSet),
    ("groups", GroupViewSet),
    ("organizations", OrganizationViewSet),
    ("projects", ProjectViewSet),
    ("keys", KeyViewSet),
    ("scopes", ScopeViewSet),
    ("assignments", AssignmentViewSet),
    ("providers", ProviderViewSet),
    ("clients", ClientViewSet),
    ("sessions", SessionViewSet),
    ("consents", ConsentViewSet),
    ("tokens", TokenViewSet),
    ("events", EventViewSet),
)

router = Router()
for _name, _viewset in RESOURCES:
    router.register_resource(_name, _viewset)
