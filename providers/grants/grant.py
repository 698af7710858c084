"""What a grant is: it proves who authorised what, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from providers.messages import Authorization, ClientRecord, TokenRequest
from providers.statements.registry import Snapshot
from providers.tokens.issuer import Consumption


@dataclass(frozen=True)
class Granted:
    """A proved authorization, what of it this answer carries, and how the proof is used up."""

    authorization: Authorization
    scope: tuple[str, ...]
    audience: tuple[str, ...]
    offline: bool
    consumption: Consumption


Authorize = Callable[[TokenRequest, ClientRecord, Snapshot, datetime], Granted]


@dataclass(frozen=True)
class Grant:
    """A grant type and its one function, which returns what is granted or raises an `OAuthError`."""

    grant_type: str
    authorize: Authorize
