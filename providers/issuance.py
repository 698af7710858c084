"""The one re-check of the world before any token leaves, and whenever one is shown (catalogue rule 5)."""

from datetime import datetime

from providers.errors import AccessDenied, InsufficientScope, InvalidToken
from providers.messages import Authorization
from providers.statements import access_tokens, people, registry
from providers.statements.access_tokens import FoundAccessToken
from providers.statements.registry import Snapshot
from scopes.access import AccessContext, AssignmentView, Decision, may_use, resolve

ALLOW_ALL = "allow_all"
TOKEN_LIMIT = 8192


def may_issue(authorization: Authorization, snapshot: Snapshot) -> None:
    """Raise `AccessDenied` unless person, client, session, consent and policies still allow what was authorised."""
    if authorization.client.disabled:
        raise AccessDenied("The client is disabled.", rule="client_disabled")
    if authorization.revoked_at is not None:
        raise AccessDenied("The authorization was revoked.", rule="authorization_revoked")
    if authorization.person is None:
        if authorization.pk:
            raise AccessDenied("The person is gone.", rule="user_gone")
        return
    if not authorization.person_active:
        raise AccessDenied("The account is disabled.", rule="user_disabled")
    session = authorization.session
    if session is not None and session.ended_at is not None and not authorization.offline:
        raise AccessDenied("The session has ended.", rule="session_ended")
    decision = access(authorization, snapshot)
    if not decision.allowed:
        raise AccessDenied(decision.reason, rule=decision.rule)


def access(authorization: Authorization, snapshot: Snapshot) -> Decision:
    """Whether assignments and policies let the person use the client."""
    client, person = authorization.client, authorization.person
    assert person is not None
    if not client.assignments:
        return may_use(AccessContext(person, (), client.client_id, authorization.scope))
    named = people.assignments(person.id)
    table = {
        record.pk: AssignmentView(
            name=record.name,
            allow_all=record.name == ALLOW_ALL,
            user_ids=frozenset({person.id}) if record.pk in named else frozenset(),
            group_ids=record.group_ids,
        )
        for record in snapshot.assignments.values()
        if record.pk in client.assignments
    }
    return may_use(AccessContext(person, resolve(client.assignments, table), client.client_id, authorization.scope))


def presented(token: str, now: datetime) -> FoundAccessToken:
    """A live access token that somebody presented, and the authorization behind it; raises `InvalidToken`."""
    found = access_tokens.find(token) if 0 < len(token) <= TOKEN_LIMIT else None
    if found is None or found.revoked_at is not None or found.expires_at <= now:
        raise InvalidToken
    try:
        may_issue(found.authorization, registry.current())
    except AccessDenied as error:
        raise InvalidToken(detail=error.detail) from error
    return found


def person_with_scope(token: str, scope: str, now: datetime) -> FoundAccessToken:
    """A live token of a person that carries a scope; raises `InvalidToken` or `InsufficientScope`."""
    found = presented(token, now)
    if found.authorization.person is None:
        raise InvalidToken(detail="the token belongs to no person")
    if scope not in found.scope:
        raise InsufficientScope(f"The token lacks the scope {scope}.", scope=scope)
    return found
