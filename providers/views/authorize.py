"""The authorization endpoint and the page that a person comes back to between its steps (RFC 6749 §3.1)."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts.authentication import SID_KEY, Authentication, from_browser
from providers import issuance, issuer
from providers.authorize import consents, interaction, response, rules, sessions, stored
from providers.authorize import request as requests
from providers.authorize.interaction import AskConsent, Fail, Login, Progress, Respond, SelectAccount, Situation, Step
from providers.authorize.response import Approved
from providers.authorize.rules import Context, Refused, client_of
from providers.authorize.stored import Pending
from providers.conf import BODY_LIMIT
from providers.errors import InvalidRequest, OAuthError, PageDenied
from providers.issuer import Route
from providers.messages import Authorization, AuthorizeRequest
from providers.response_modes.rendered import Rendered
from providers.statements import people, registry
from providers.tokens import subject
from providers.views import browser, consent
from providers.views.errors import Problem, error_page, page
from providers.views.policy import allow_form_action
from scopes.context import PersonView

QUERY_LIMIT = 7000
NOT_PENDING = Problem(
    status=HTTPStatus.FORBIDDEN,
    code="invalid_request",
    sentence="This sign-in has ended or belongs to another browser.",
    description="Go back to the application and start again there.",
    rule="pending_request",
)


@dataclass(frozen=True)
class Turn:
    """One look at a request: the request that passed the rules, the person in front of it, and what is next."""

    request: AuthorizeRequest
    route: Route
    authentication: Authentication | None
    person: PersonView | None
    consent: interaction.RememberedConsent | None
    step: Step


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(http: HttpRequest) -> HttpResponse:
    """A client's request. What passes the rules and needs nobody is answered at once; anything else is stored and continued.

    A POST becomes a GET first, because a browser does not send our cookies along with another site's POST.
    """
    route = issuer.split(http.path)
    assert route is not None
    if http.method == "POST":
        return _as_get(http)
    text = http.META.get("QUERY_STRING", "")
    if not text:
        return page(http, Problem(404, "not_found", "An application sends you here; there is nothing to see without one."))
    try:
        parsed = requests.parse(text)
    except OAuthError as error:
        return error_page(http, error)
    return _first_turn(http, parsed, route)


def _as_get(http: HttpRequest) -> HttpResponse:
    body = http.body.decode("latin-1") if len(http.body) <= BODY_LIMIT else ""
    try:
        if http.content_type != "application/x-www-form-urlencoded" or http.META.get("QUERY_STRING"):
            raise InvalidRequest("Send the parameters as a form, and none in the URL.", rule="parameters")
        parsed = requests.parse(body)
    except OAuthError as error:
        return error_page(http, error)
    query = urlencode([*parsed.parameters.items(), *(("resource", value) for value in parsed.resource)])
    if not query or len(query) > QUERY_LIMIT:
        return error_page(http, InvalidRequest("The request is empty or too long.", rule="parameters"))
    return see_other(f"{http.path}?{query}")


def _first_turn(http: HttpRequest, parsed: AuthorizeRequest, route: Route) -> HttpResponse:
    try:
        turn = _turn(http, parsed, route, Progress())
    except Refused as refused:
        return _refused(http, refused)
    rules.log_dropped(turn.request)
    if isinstance(turn.step, Respond | Fail):
        return _finish(http, turn)
    known = browser.new_or_known(http)
    own = issuer.of_client(client_of(turn.request)).reference
    # As received: the rules will run again over what is stored, and tell `resource` from `aud` and `audience` again.
    request_id = stored.create(replace(turn.request, resource=parsed.resource), route, own, known)
    answer = HttpResponseRedirect(reverse("authorize-continue", args=[request_id]))
    browser.bind(http, answer, known, request_id)
    return answer


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def proceed(http: HttpRequest, request_id: str) -> HttpResponse:
    """Where login, account choice and consent come back to; decides what is next from stored state alone."""
    known = browser.browser_of(http)
    pending = stored.load(request_id, known) if known else None
    if pending is None or pending.answered:
        return page(http, NOT_PENDING)
    try:
        turn = _turn(http, pending.request, pending.route, pending.progress)
        if http.method == "POST":
            turn = _decide(http, turn, pending)
    except Refused as refused:
        return _refused(http, refused)
    return _show(http, turn, pending)


@csrf_protect
@require_http_methods(["POST"])
def switch(http: HttpRequest, request_id: str) -> HttpResponse:
    """Sign out and show the login page for the same request."""
    known = browser.browser_of(http)
    if not known or stored.load(request_id, known) is None:
        return proceed(http, request_id)
    logout(http)
    stored.login_asked(request_id, known)
    return _to_login("account_login", request_id, "")


def _turn(http: HttpRequest, parsed: AuthorizeRequest, route: Route, progress: Progress) -> Turn:
    """Run the rules and decide what is next; raises `Refused`."""
    snapshot = registry.current()
    checked = rules.check(parsed, Context(route, snapshot))
    client, now = client_of(checked), timezone.now()
    authentication = from_browser(http)
    person, access, remembered, sub = None, None, None, ""
    if authentication is not None:
        found = people.find(authentication.user_id, snapshot)
        if found is None or not found[1]:
            authentication = None
        else:
            person = found[0]
            sub = subject.of_person(person, client)
            access = issuance.access(_authorization(checked, person), snapshot)
            remembered = consents.remembered(person.id, client, now)
    step = interaction.next_step(Situation(checked, authentication, progress, now, sub, access, remembered))
    return Turn(checked, route, authentication, person, remembered, step)


def _authorization(request: AuthorizeRequest, person: PersonView) -> Authorization:
    client = client_of(request)
    return Authorization(0, client, issuer.of_client(client).reference, "authorization_code", request.scope, person=person)


def _decide(http: HttpRequest, turn: Turn, pending: Pending) -> Turn:
    """Take what the person pressed, if it answers what was asked; what is asked for comes from the stored request alone."""
    decision, known = http.POST.get("decision", ""), browser.browser_of(http)
    person = turn.person
    match turn.step:
        case SelectAccount() if decision == "continue":
            stored.account_chosen(pending.id, known)
            return _turn(http, pending.request, pending.route, replace(pending.progress, account_chosen=True))
        case AskConsent() if decision == "deny":
            return replace(turn, step=Fail(consent.denied()))
        case AskConsent() if decision == "allow" and person is not None:
            granted = consent.granted(http.POST.getlist("scope"), turn.request, registry.current())
            sub = subject.of_person(person, client_of(turn.request))
            consents.remember(person, turn.request, granted, timezone.now())
            stored.consented(pending.id, known, sub, granted)
            return replace(turn, step=Respond(granted))
    return turn


def _show(http: HttpRequest, turn: Turn, pending: Pending) -> HttpResponse:
    known = browser.browser_of(http)
    client = client_of(turn.request)
    switch_url = reverse("authorize-switch", args=[pending.id])
    match turn.step:
        case Login(again=again):
            stored.login_asked(pending.id, known)
            answer = _to_login("account_reauthenticate" if again else "account_login", pending.id, turn.request.login_hint)
            browser.bind(http, answer, known, pending.id)
            return answer
        case SelectAccount():
            return render(http, "authorize/select_account.html", {"client": consent.shown(client), "switch_url": switch_url})
        case AskConsent(new=new) if turn.person is not None:
            asked = consent.Asked(turn.request, turn.person, new, turn.consent)
            return render(http, "authorize/consent.html", consent.context(asked, registry.current(), switch_url))
    if not stored.answered(pending.id, known):
        return page(http, NOT_PENDING)
    answer = _finish(http, turn)
    browser.release(answer)
    return answer


def _finish(http: HttpRequest, turn: Turn) -> HttpResponse:
    """Answer the client, or show why not."""
    client = client_of(turn.request)
    match turn.step:
        case Fail(error=PageDenied() as denied):
            return error_page(http, denied, client)
        case Fail(error=error):
            return _deliver(http, response.failure(error, turn.request))
        case Respond(scope=scope) if turn.authentication is not None and turn.person is not None:
            session = sessions.ensure(turn.authentication, http.session.get(SID_KEY, ""))
            if http.session.get(SID_KEY) != session.sid:
                http.session[SID_KEY] = session.sid
            asked = client.consent != "implicit" or turn.consent is not None
            approved = Approved(turn.request, scope, turn.authentication, turn.person, session, asked)
            try:
                return _deliver(http, response.success(approved, timezone.now()))
            except OAuthError as error:
                return _deliver(http, response.failure(error, turn.request))
    raise AssertionError(turn.step)


def _refused(http: HttpRequest, refused: Refused) -> HttpResponse:
    """A page until the redirect URI is verified, the client afterwards (RFC 6749 §4.1.2.1)."""
    if refused.request.redirect_uri:
        return _deliver(http, response.failure(refused.error, refused.request))
    return error_page(http, refused.error, refused.request.client)


def _deliver(http: HttpRequest, rendered: Rendered) -> HttpResponse:
    if rendered.form is None:
        return see_other(rendered.location)
    answer = render(http, "authorize/form_post.html", {"redirect_uri": rendered.location, "parameters": rendered.form})
    allow_form_action(answer, rendered.location)
    return answer


def see_other(location: str) -> HttpResponse:
    """303 (RFC 9700 §4.12): credentials of a POST never travel on. Any scheme: the URI was compared with the registered ones."""
    answer = HttpResponse(status=HTTPStatus.SEE_OTHER)
    answer.headers["Location"] = location
    return answer


def _to_login(name: str, request_id: str, login_hint: str) -> HttpResponse:
    query = {"next": reverse("authorize-continue", args=[request_id])} | ({"login_hint": login_hint} if login_hint else {})
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode(query)}")
