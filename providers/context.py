"""The application that a person is on the way to, for the pages in between."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from providers.authorize import stored
from providers.statements import clients
from providers.views.browser import browser_of

CONTINUE_PREFIX = "/authorize/continue/"


@dataclass(frozen=True)
class PendingClient:
    """What a page may say about the application that asked for the login."""

    client_name: str = ""
    client_uri: str = ""
    logo_uri: str = ""
    policy_uri: str = ""
    tos_uri: str = ""
    redirect_host: str = ""
    redirect_uri: str = ""
    verified: bool = True

    def __bool__(self) -> bool:
        return bool(self.client_name)


def pending(request: HttpRequest) -> dict[str, object]:
    """Template context `pending`: false when the person is not on the way to any application."""
    return {"pending": SimpleLazyObject(lambda: of(request))}


def of(request: HttpRequest) -> PendingClient:
    """The application whose request this browser is in the middle of; looked up once a request."""
    known: PendingClient | None = getattr(request, "pending_client", None)
    if known is None:
        known = _find(request)
        request.pending_client = known  # type: ignore[attr-defined]
    return known


def _find(request: HttpRequest) -> PendingClient:
    request_id = _request_id(request)
    kept = stored.load(request_id, browser_of(request)) if request_id else None
    client = clients.find("", kept.request.parameters.get("client_id", "")) if kept is not None and not kept.answered else None
    if kept is None or client is None:
        return PendingClient()
    redirect_uri = kept.request.parameters.get("redirect_uri", "")
    return PendingClient(
        client_name=client.client_name,
        client_uri=client.client_uri,
        policy_uri=client.policy_uri,
        tos_uri=client.tos_uri,
        redirect_host=urlsplit(redirect_uri).netloc or redirect_uri,
        redirect_uri=redirect_uri,
        verified=not client.registered,
    )


def _request_id(request: HttpRequest) -> str:
    for text in (request.path, request.GET.get("next", ""), request.POST.get("next", "")):
        path = urlsplit(text).path
        if path.startswith(CONTINUE_PREFIX):
            return path.removeprefix(CONTINUE_PREFIX).split("/")[0]
    return request.COOKIES.get(settings.PENDING_COOKIE_NAME, "")
