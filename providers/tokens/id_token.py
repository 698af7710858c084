"""ID tokens (OpenID Connect Core 1.0 §2) and signed userinfo answers (§5.3.2)."""

from collections.abc import Mapping
from typing import Any

from providers import jose
from providers.messages import ClientRecord
from providers.statements.registry import Snapshot
from providers.tokens.keys import signer_for


def mint(claims: Mapping[str, Any], client: ClientRecord, snapshot: Snapshot, access_token: str) -> str:
    """Sign the claims with the client's algorithm; `at_hash` binds the access token beside it (§3.1.3.6)."""
    signer = signer_for(client, snapshot)
    return jose.sign({**claims, "at_hash": jose.half_hash(access_token, signer.algorithm)}, signer)


def mint_userinfo(claims: Mapping[str, Any], client: ClientRecord, snapshot: Snapshot) -> str:
    """A userinfo answer as a JWT; `iss` and `aud` are in the claims already."""
    return jose.sign(claims, signer_for(client, snapshot, algorithm=client.userinfo_signed_response_alg))
