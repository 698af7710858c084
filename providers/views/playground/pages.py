"""The two pages of the playground: the start, and the place where the answer arrives."""

import time
from collections import Counter
from http import HTTPStatus
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from providers import client_secrets, issuer
from providers.conf import base_url
from providers.statements import clients
from providers.views.authorize import see_other
from providers.views.errors import Problem, page
from providers.views.playground import attempts, exchange, steps, words
from providers.views.playground.evidence import Evidence, Party

CLIENT_ID = "playground"
REQUIRED_SCOPE = "openid"


@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def playground(http: HttpRequest) -> HttpResponse:
    """Explain and offer to start; a POST starts."""
    party = _party(http)
    if party is None:
        return _not_set_up(http)
    if http.method == "POST":
        return _start(http, party)
    return render(http, "playground/start.html", {"scopes": words.SCOPES, "prompts": words.PROMPTS, "party": party})


@cache_control(no_store=True)
@require_safe
def callback(http: HttpRequest) -> HttpResponse:
    """Take the answer, go on as a relying party does, and show everything. The attempt is over, whatever came of it."""
    party = _party(http)
    if party is None:
        return _not_set_up(http)
    pairs = parse_qsl(http.META.get("QUERY_STRING", ""), keep_blank_values=True)
    if not pairs:
        return HttpResponseRedirect(reverse("playground"))
    attempt = attempts.kept(http)
    if attempt is None:
        return render(http, "playground/lost.html", status=HTTPStatus.BAD_REQUEST)
    repeated = tuple(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
    metadata = exchange.discover(party)
    if not metadata.is_good:
        return _not_set_up(http)
    url = exchange.authorization_url(party, attempt, metadata.body)
    evidence = Evidence(party, attempt, url, dict(pairs), repeated, int(time.time()), metadata)
    response = render(http, "playground/result.html", steps.context(exchange.complete(evidence)))
    attempts.forget(response)
    return response


def _start(http: HttpRequest, party: Party) -> HttpResponse:
    chosen = {REQUIRED_SCOPE, *http.POST.getlist("scope")}
    prompt = http.POST.get("prompt", "")
    attempt = attempts.new(" ".join(name for name in words.SCOPES if name in chosen), prompt if prompt in words.PROMPTS else "")
    metadata = exchange.discover(party)
    if not metadata.is_good:
        return _not_set_up(http)
    response = see_other(exchange.authorization_url(party, attempt, metadata.body))
    attempts.keep(response, attempt)
    return response


def _party(http: HttpRequest) -> Party | None:
    """The demo client as its own configuration would have it; `None` before `idp bootstrap` has made it."""
    if not settings.IDP.demo:
        raise Http404
    client = clients.fresh("", CLIENT_ID)
    live = client_secrets.reveal(client) if client is not None else ()
    if client is None or not live:
        return None
    return Party(
        client_id=client.client_id,
        client_secret=live[0],
        issuer=issuer.of_client(client).url,
        redirect_uri=f"{base_url()}{reverse('playground-callback')}",
        algorithm=client.id_token_signed_response_alg or "RS256",
        ip=http.META.get("REMOTE_ADDR", ""),
    )


def _not_set_up(http: HttpRequest) -> HttpResponse:
    advice = "Run `idp bootstrap` to make the demo client."
    return page(http, Problem(503, "temporarily_unavailable", "The playground has not been set up.", advice, "playground"))
