"""`client_credentials` (RFC 6749 §4.4): a client acting for itself."""

from datetime import datetime

from providers import issuer
from providers.errors import InvalidScope, UnauthorizedClient
from providers.grants.grant import Granted
from providers.messages import Authorization, ClientRecord, TokenRequest
from providers.statements import access_tokens
from providers.statements.access_tokens import NewAccessToken
from providers.statements.refresh_tokens import NewRefreshToken
from providers.statements.registry import Snapshot
from providers.tokens import audience
from providers.tokens.issuer import Consumption
from scopes.errors import BadScope
from scopes.selection import OFFLINE_ACCESS, parse, strict

grant_type = "client_credentials"
# About people; meaningless for a client that acts for itself.
FOR_PEOPLE = frozenset({"openid", OFFLINE_ACCESS})


def authorize(request: TokenRequest, client: ClientRecord, snapshot: Snapshot, now: datetime) -> Granted:
    """The client's own scopes, or those of them it names; raises `InvalidScope`, and `UnauthorizedClient` for public clients."""
    if client.is_public:
        raise UnauthorizedClient("A public client cannot act for itself.", rule="grant_type")
    try:
        scope = strict(parse(request.get("scope")), client.scope)
    except BadScope as error:
        raise InvalidScope(str(error), rule="scope") from error
    scope = tuple(name for name in scope if name not in FOR_PEOPLE)
    targets = audience.narrow(audience.requested(request.parameters, request.resource), (), client)
    authorization = Authorization(0, client, issuer.of_client(client).reference, grant_type, scope, scope, resource=targets)

    def write(access: NewAccessToken, _refresh: NewRefreshToken | None) -> None:
        access_tokens.insert(access, client, snapshot.version)

    return Granted(authorization, scope, targets, False, Consumption(grant_type, write))
