"""Authorization requests that need nobody: the person is signed in and has nothing to decide.

The same rules, the same decision and the same answer as in the pages, with three statements and no page around it. Whatever
is not such a request is left to the pages, which start from the beginning.
"""

from dataclasses import dataclass

from django.utils import timezone

from accounts import authentication
from accounts.authentication import Here
from providers import issuance, issuer
from providers.authorize import consents, response, rules
from providers.authorize import request as requests
from providers.authorize.interaction import Progress, Respond, Situation, next_step
from providers.authorize.response import Approved
from providers.authorize.rules import Context, Refused, client_of
from providers.errors import OAuthError
from providers.issuer import Route
from providers.messages import Authorization
from providers.response_modes.rendered import Rendered
from providers.statements import clients, registry, visitors
from providers.tokens import subject

# Needs a page, if only one that sends itself.
WITH_PAGE = frozenset({"form_post"})


@dataclass(frozen=True)
class Seen:
    """What a request brings beside its parameters."""

    session_key: str
    ip: str
    user_agent: str


def answer(text: str, route: Route, seen: Seen) -> Rendered | None:
    """The answer to a request, or `None` when somebody has to be asked or told something."""
    now = timezone.now()
    data = visitors.session_data(seen.session_key, now) if seen.session_key else None
    session = authentication.read_session(data) if data else None
    if session is None:
        return None
    try:
        checked = rules.check(requests.parse(text), Context(route, registry.current(), clients.find))
    except (OAuthError, Refused):
        return None
    client = client_of(checked)
    visitor = visitors.find(session.user_id, session.sid, client.pk)
    here = Here(seen.ip, seen.session_key, seen.user_agent)
    proved = session.authentication(visitor.password, here) if visitor is not None else None
    if visitor is None or visitor.session is None or visitor.session_key != seen.session_key or proved is None:
        return None
    if checked.response_mode in WITH_PAGE:
        return None
    person, snapshot = visitor.person, registry.current()
    asked = Authorization(0, client, issuer.of_client(client).reference, "authorization_code", checked.scope, person=person)
    remembered = consents.counting(visitor.consent, client, now) if visitor.consent else None
    situation = Situation(
        request=checked,
        authentication=proved,
        progress=Progress(),
        now=now,
        sub=subject.of_person(person, client),
        access=issuance.access(asked, snapshot),
        consent=remembered,
    )
    step = next_step(situation)
    if not isinstance(step, Respond):
        return None
    rules.log_dropped(checked)
    consented = client.consent != "implicit" or remembered is not None
    try:
        return response.success(Approved(checked, step.scope, proved, person, visitor.session, consented), now)
    except OAuthError:
        return None
