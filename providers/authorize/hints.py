"""Who a request expects to be signed in: `id_token_hint` and the `sub` of the claims parameter."""

from collections.abc import Mapping
from typing import Any

from providers import client_secrets, issuer, jose
from providers.jose import BadJWT
from providers.messages import ClientRecord
from providers.statements.registry import Snapshot
from providers.tokens.keys import key_names


def read(token: str, client: ClientRecord, snapshot: Snapshot) -> Mapping[str, Any] | None:
    """The claims of an ID token that we issued to this client; `None` for anything else. Its expiry does not matter."""
    try:
        algorithm = jose.read_header(token)["alg"]
        if algorithm in jose.SYMMETRIC_ALGORITHMS:
            keys = tuple(jose.symmetric_key(secret) for secret in client_secrets.reveal(client))
        else:
            pairs = [pair.public_jwk for name in sorted(key_names(client)) if (series := snapshot.keys.get(name)) for pair in series.pairs]
            keys = jose.public_keys({"keys": [dict(pair) for pair in pairs]})
        claims = jose.verify(token, keys, (algorithm,))
    except BadJWT:
        return None
    mine = claims.get("iss") == issuer.of_client(client).url and claims.get("aud") in (client.client_id, [client.client_id])
    # An access token of ours has a client_id and a jti; it is no statement about a login.
    return claims if mine and isinstance(claims.get("sub"), str) and "client_id" not in claims else None


def sub_of_claims(claims: Mapping[str, Any]) -> str:
    """The subject that `claims` insists on (OpenID Connect Core 1.0 §5.5.1), or nothing."""
    wanted = (claims.get("id_token") or {}).get("sub") or {}
    value = wanted.get("value") if isinstance(wanted, Mapping) else None
    return value if isinstance(value, str) else ""
