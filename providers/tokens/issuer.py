"""The one place that mints: a plan becomes a token set, written by the statement that also consumes the proof."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from providers.messages import TokenPlan, TokenSet
from providers.statements.access_tokens import NewAccessToken
from providers.statements.refresh_tokens import NewRefreshToken
from providers.statements.registry import Snapshot
from providers.tokens import access_token, id_token, refresh_token

Write = Callable[[NewAccessToken, NewRefreshToken | None], None]
Refresh = Callable[[], tuple[str, NewRefreshToken | None]]


@dataclass(frozen=True)
class Consumption:
    """How a grant's proof is used up. `write` stores the new tokens in the same statement or transaction, or raises `Stale`.

    `refresh` makes the refresh token where it is not simply a new one; `None` means: new if the plan has one.
    """

    grant_type: str
    write: Write
    refresh: Refresh | None = None


def issue(plan: TokenPlan, snapshot: Snapshot, now: datetime, consumption: Consumption) -> TokenSet:
    """Mint and store; raises `providers.statements.Stale` when nothing was written."""
    client = plan.authorization.client
    access, access_row = access_token.mint(plan, snapshot, now, consumption.grant_type)
    refresh, refresh_row = "", None
    if consumption.refresh is not None:
        refresh, refresh_row = consumption.refresh()
    elif plan.refresh_token_lifetime is not None:
        refresh, refresh_row = refresh_token.new(plan.authorization, now, plan.refresh_token_lifetime)
    signed = id_token.mint(plan.id_token_claims, client, snapshot, access) if plan.id_token_claims is not None else ""
    consumption.write(access_row, refresh_row)
    return TokenSet(access_token=access, expires_in=plan.access_token_lifetime, scope=plan.scope, refresh_token=refresh, id_token=signed)
