"""RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts.authentication import SID_KEY
from providers import form, issuer, jose
from providers.authorize import hints
from providers.conf import BODY_LIMIT, STATE_LIMIT
from providers.errors import InvalidRequest, OAuthError
from providers.issuer import Route
from providers.jose import BadJWT, b64url_decode, strict_json
from providers.logout import end
from providers.messages import ClientRecord
from providers.models import Session
from providers.statements import clients, registry
from providers.views import consent
from providers.views.authorize import QUERY_LIMIT, see_other
from providers.views.errors import error_page


@dataclass(frozen=True)
class LogoutRequest:
    """A checked request: who asks, which login is meant, where to go after."""

    client: ClientRecord | None
    hint: Mapping[str, Any] | None
    location: str


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def end_session(http: HttpRequest, **kwargs: str) -> HttpResponse:
    """Sign out at once when an ID token of ours vouches for the request, after a question otherwise (§2, §3).

    A client's POST becomes a GET first, because a browser does not send our cookies along with another site's POST.
    """
    try:
        values = _values(http)
        if http.method == "POST" and "decision" not in values:
            return _as_get(http, values)
        request = _read(http)
    except OAuthError as error:
        return error_page(http, error)
    if request.hint is not None and _is_this_login(http, request.hint):
        return _signed_out(http, request)
    return _ask(http)


def _as_get(http: HttpRequest, values: Mapping[str, str]) -> HttpResponse:
    query = urlencode(values)
    if len(query) > QUERY_LIMIT:
        raise InvalidRequest("The request is too long.", rule="parameters")
    return see_other(f"{http.path}?{query}")


@csrf_protect
def _ask(http: HttpRequest) -> HttpResponse:
    """The question, and its answer, which is believed only with a CSRF token of ours."""
    request = _read(http)
    if http.method == "POST" and http.POST.get("decision") == "logout":
        return _signed_out(http, request)
    if not http.user.is_authenticated:
        return _signed_out(http, request)
    return render(http, "logout/confirm.html", {"client": consent.shown(request.client) if request.client else None, "cancel_url": "/"})


def _read(http: HttpRequest) -> LogoutRequest:
    """Find out who asks; raises `InvalidRequest` for a bad hint and an address that is not registered (§3)."""
    values = _values(http)
    hint, client = _hint(values.get("id_token_hint", ""), values.get("client_id", ""), issuer.split(http.path))
    wanted, state = values.get("post_logout_redirect_uri", ""), values.get("state")
    location = ""
    if wanted and client is not None and client.post_logout_redirect_uris:
        if wanted not in client.post_logout_redirect_uris:
            raise InvalidRequest("post_logout_redirect_uri is not registered for this client.", rule="post_logout_redirect_uri")
        location = wanted
        if state is not None and len(state) <= STATE_LIMIT:
            location += f"{'&' if '?' in wanted else '?'}{urlencode({'state': state})}"
    elif wanted and client is None:
        raise InvalidRequest("post_logout_redirect_uri needs id_token_hint or client_id.", rule="post_logout_redirect_uri")
    return LogoutRequest(client, hint, location)


def _values(http: HttpRequest) -> Mapping[str, str]:
    posted = http.body.decode("latin-1") if http.method == "POST" and len(http.body) <= BODY_LIMIT else ""
    return {**form.read(http.META.get("QUERY_STRING", "")).values, **form.read(posted).values}


def _hint(token: str, client_id: str, route: Route | None) -> tuple[Mapping[str, Any] | None, ClientRecord | None]:
    if not token:
        return None, _client(client_id, route)
    try:
        jose.read_header(token)
        audience = strict_json(b64url_decode(token.split(".")[1])).get("aud")
    except (BadJWT, ValueError, AttributeError) as error:
        raise InvalidRequest("id_token_hint is not an ID token of ours.", rule="id_token_hint") from error
    client = _client(audience, route) if isinstance(audience, str) else None
    hint = hints.read(token, client, registry.current()) if client is not None else None
    if client is None or hint is None or client_id not in ("", client.client_id):
        raise InvalidRequest("id_token_hint is not an ID token of ours for this client.", rule="id_token_hint")
    return hint, client


def _client(client_id: str, route: Route | None) -> ClientRecord | None:
    """A client of the issuer that was called; ID tokens of other issuers say nothing here (§2)."""
    client = clients.fresh("", client_id) if client_id else None
    return client if client is not None and route is not None and issuer.serves(route, client) else None


def _is_this_login(http: HttpRequest, hint: Mapping[str, Any]) -> bool:
    """Whether the hint is about the login in this browser, or nobody is signed in here: nothing to ask then."""
    if not http.user.is_authenticated:
        return True
    sid = hint.get("sid")
    return isinstance(sid, str) and sid == http.session.get(SID_KEY)


def _signed_out(http: HttpRequest, request: LogoutRequest) -> HttpResponse:
    """End the login of this browser, and the one that the hint names if it is another."""
    hinted = request.hint.get("sid") if request.hint else None
    logout(http)
    if isinstance(hinted, str):
        _end_hinted(hinted)
    if request.location:
        return see_other(request.location)
    return render(http, "logout/done.html", {"client": consent.shown(request.client) if request.client else None, "frames": []})


def _end_hinted(sid: str) -> None:
    session = Session.objects.filter(sid=sid, ended_at=None).first()
    if session is not None:
        end(session, logout=True)
