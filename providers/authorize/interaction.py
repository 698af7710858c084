"""What has to happen next for an authorization request: the one decision point, pure, over stored state.

Login, account choice and consent never call each other; each returns here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.authentication import Authentication
from providers.authorize.redirect_uri import is_loopback_or_private_use
from providers.errors import (
    AccessDenied,
    AccountSelectionRequired,
    ConsentRequired,
    LoginRequired,
    OAuthError,
    PageDenied,
    UnmetAuthenticationRequirements,
)
from providers.messages import AuthorizeRequest, ClientRecord
from scopes.access import Decision
from scopes.selection import OFFLINE_ACCESS, covered


@dataclass(frozen=True)
class Login:
    """Show the login page; `again` when the person who is signed in has to prove themselves once more."""

    again: bool = False


@dataclass(frozen=True)
class SelectAccount:
    """Ask which account to go on with."""


@dataclass(frozen=True)
class AskConsent:
    """Ask for consent; `new` are the scopes that were not agreed to before."""

    new: tuple[str, ...]


@dataclass(frozen=True)
class Respond:
    """Answer with a code for this scope."""

    scope: tuple[str, ...]


@dataclass(frozen=True)
class Fail:
    """Answer with an error; a `PageDenied` is shown here, anything else goes to the client."""

    error: OAuthError


Step = Login | SelectAccount | AskConsent | Respond | Fail


@dataclass(frozen=True)
class Progress:
    """What has been done for this very request."""

    login_asked_at: datetime | None = None
    account_chosen: bool = False
    consented_scope: tuple[str, ...] | None = None
    consented_sub: str = ""


@dataclass(frozen=True)
class RememberedConsent:
    """What the person agreed to before: what they allow, what they left out, for which audiences and single claims."""

    scope: tuple[str, ...]
    declined: tuple[str, ...] = ()
    resource: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class Situation:
    """Everything the decision rests on. `sub` is the person's identifier at this client."""

    request: AuthorizeRequest
    authentication: Authentication | None
    progress: Progress
    now: datetime
    sub: str = ""
    access: Decision | None = None
    consent: RememberedConsent | None = None


def next_step(situation: Situation) -> Step:
    """Decide (OpenID Connect Core 1.0 §3.1.2.3, §3.1.2.4)."""
    step = _authenticate(situation) or _allow(situation) or _consent(situation)
    if "none" not in situation.request.prompt:
        return step
    match step:
        case Login():
            return Fail(LoginRequired("Nobody suitable is signed in.", rule="prompt"))
        case SelectAccount():
            return Fail(AccountSelectionRequired("The person has to choose an account.", rule="prompt"))
        case AskConsent():
            return Fail(ConsentRequired("The person has to be asked.", rule="prompt"))
        case Fail(error=PageDenied() as denied):
            return Fail(AccessDenied("The person may not use this client.", detail=denied.detail, rule=denied.rule))
    return step


def _authenticate(situation: Situation) -> Step | None:
    request, authentication, progress = situation.request, situation.authentication, situation.progress
    if authentication is None:
        return Login()
    proved_for_this = progress.login_asked_at is not None and authentication.auth_time >= progress.login_asked_at
    if not proved_for_this:
        if "login" in request.prompt:
            return Login(again=True)
        if request.max_age is not None and situation.now - authentication.auth_time > timedelta(seconds=request.max_age):
            return Login(again=True)
    if request.hinted_sub and request.hinted_sub != situation.sub:
        # Somebody else is meant. Whoever has just signed in for this request will not sign in again.
        return Fail(LoginRequired("Another person is signed in.", rule="id_token_hint")) if progress.account_chosen else SelectAccount()
    if "select_account" in request.prompt and not progress.account_chosen:
        return SelectAccount()
    return _check_acr(request, authentication)


def _check_acr(request: AuthorizeRequest, authentication: Authentication) -> Step | None:
    """OpenID Connect Core 1.0 §5.5.1.1: an essential acr that is not met is a failed attempt."""
    wanted = (request.claims.get("id_token") or {}).get("acr") or {}
    values = wanted.get("values") or ([wanted["value"]] if "value" in wanted else [])
    if wanted.get("essential") and values and authentication.acr not in values:
        return Fail(UnmetAuthenticationRequirements("The required acr was not reached.", rule="acr"))
    return None


def _allow(situation: Situation) -> Step | None:
    access = situation.access
    if access is not None and not access.allowed:
        return Fail(PageDenied(access.reason, rule=access.rule))
    return None


def _consent(situation: Situation) -> Step:
    request, progress = situation.request, situation.progress
    client = request.client
    assert client is not None
    if progress.consented_scope is not None and progress.consented_sub == situation.sub:
        return Respond(progress.consented_scope)
    remembered = situation.consent
    new = new_scopes(request.scope, remembered)
    asks_anyway = "consent" in request.prompt or _never_silent(client, request.redirect_uri)
    if not asks_anyway:
        if _is_implied(client, request.scope):
            return Respond(request.scope)
        if remembered is not None and not new and _covers_more(request, remembered):
            return Respond(tuple(name for name in request.scope if covered(name, remembered.scope)))
    return AskConsent(new)


def new_scopes(scope: tuple[str, ...], remembered: RememberedConsent | None) -> tuple[str, ...]:
    """The scopes that the person has not decided about."""
    known = (*remembered.scope, *remembered.declined) if remembered is not None else ()
    return tuple(name for name in scope if not covered(name, known))


def _covers_more(request: AuthorizeRequest, remembered: RememberedConsent) -> bool:
    return set(request.resource) <= set(remembered.resource) and set(claim_names(request)) <= set(remembered.claims)


def claim_names(request: AuthorizeRequest) -> tuple[str, ...]:
    """The claims that are asked for one by one."""
    return tuple(sorted({name for section in request.claims.values() for name in section}))


def _is_implied(client: ClientRecord, scope: tuple[str, ...]) -> bool:
    return client.consent == "implicit" and not (OFFLINE_ACCESS in scope and client.force_consent_on_offline_access)


def _never_silent(client: ClientRecord, redirect_uri: str) -> bool:
    """Nobody vouches for a public client that listens on loopback or a custom scheme (RFC 8252 §8.6)."""
    return client.is_public and is_loopback_or_private_use(redirect_uri)
