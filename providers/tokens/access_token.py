"""Access token values: opaque, or RFC 9068 JWTs. Both are found in the table by their checksum."""

import secrets
from datetime import datetime, timedelta

from providers import jose
from providers.messages import TokenPlan
from providers.statements.access_tokens import NewAccessToken, checksum
from providers.statements.registry import Snapshot
from providers.tokens.keys import signer_for

PREFIX = "at_"


def mint(plan: TokenPlan, snapshot: Snapshot, now: datetime, grant_type: str) -> tuple[str, NewAccessToken]:
    """The token and its row."""
    authorization = plan.authorization
    jti = secrets.token_urlsafe(16)
    if plan.access_token_claims:
        signer = signer_for(authorization.client, snapshot, symmetric=False)
        value = jose.sign({**plan.access_token_claims, "jti": jti}, signer, typ="at+jwt")
    else:
        value = PREFIX + secrets.token_urlsafe(32)
    return value, NewAccessToken(
        checksum=checksum(value),
        expires_at=now + timedelta(seconds=plan.access_token_lifetime),
        created_at=now,
        scope=" ".join(plan.scope),
        resource=plan.audience,
        issuer=authorization.issuer,
        jti=jti,
        grant_type=grant_type,
        user_id=authorization.person.id if authorization.person else None,
        authorization_id=authorization.pk or None,
    )
