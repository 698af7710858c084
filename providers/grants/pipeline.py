"""The phases every token request goes through: client, grant, plan, issue (RFC 6749 §3.2).

A statement writes tokens only if the world is still as it was looked at; when it is not, everything is looked at again.
A single statement or transaction consumes the proof and writes the tokens, so that nothing is ever half done.
"""

from collections.abc import Mapping

from django.utils import timezone

from audit.metrics import TOKENS_ISSUED
from providers.client_auth import Door, authenticate, reauthenticate
from providers.errors import InvalidRequest, OAuthError, TemporarilyUnavailable, UnauthorizedClient, UnsupportedGrantType
from providers.grants import GRANTS
from providers.messages import ClientRecord, TokenRequest, TokenSet
from providers.statements import Stale, clients, registry
from providers.tokens import issuer
from providers.tokens.plan import plan

ATTEMPTS = 4


def run(request: TokenRequest, headers: Mapping[str, str], door: Door) -> tuple[TokenSet, ClientRecord]:
    """Answer a token request; raises an `OAuthError`."""
    name = request.get("grant_type")
    if not name:
        raise InvalidRequest("grant_type is missing.", rule="grant_type")
    presented = (headers, request.parameters, request.ip, door)
    client = authenticate(*presented)
    for attempt in range(ATTEMPTS):
        try:
            return _answer(name, request, client), client
        except Stale:
            registry.refresh()
            client = reauthenticate(*presented)
        except OAuthError as error:
            # The refusal may rest on what this process remembers of the client: ask before saying no.
            if attempt or error.commits or not clients.is_stale(client):
                raise
            registry.refresh()
            client = reauthenticate(*presented)
    raise TemporarilyUnavailable("Too many changes at once. Try again.", retry_after=1)


def _answer(name: str, request: TokenRequest, client: ClientRecord) -> TokenSet:
    grant = GRANTS.get(name)
    if grant is None:
        raise UnsupportedGrantType("We do not know this grant_type.", rule="grant_type")
    if name not in client.grant_types:
        raise UnauthorizedClient("The client may not use this grant_type.", rule="grant_type")
    snapshot, now = registry.current(), timezone.now()
    granted = grant.authorize(request, client, snapshot, now)
    planned = plan(granted.authorization, snapshot, now, scope=granted.scope, audience=granted.audience, offline=granted.offline)
    tokens = issuer.issue(planned, snapshot, now, granted.consumption)
    TOKENS_ISSUED.labels(name).inc()
    return tokens
