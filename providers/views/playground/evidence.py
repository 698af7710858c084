"""The values of one sign-in: what the relying party knew, what it sent and what it got. Nothing here does anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Party:
    """What a relying party is configured with. `algorithm` is the one it expects of ID tokens; `ip` is the visitor's."""

    client_id: str
    client_secret: str = field(repr=False)
    issuer: str = ""
    redirect_uri: str = ""
    algorithm: str = "RS256"
    ip: str = ""


@dataclass(frozen=True)
class Attempt:
    """What the relying party keeps between its request and the answer. `started_at` is in seconds since 1970."""

    state: str
    nonce: str
    code_verifier: str = field(repr=False)
    code_challenge: str = ""
    scope: str = ""
    prompt: str = ""
    started_at: int = 0


@dataclass(frozen=True)
class Message:
    """A request with its answer. Names of the answer's headers are lower case; `body` is empty when it is no JSON object."""

    method: str
    url: str
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_good(self) -> bool:
        """Whether there is something to go on with."""
        return self.status == 200 and bool(self.body)


@dataclass(frozen=True)
class IdToken:
    """An ID token taken apart. `said` is what stands in it, `claims` the same once the signature was verified, else empty."""

    header: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True)
class Evidence:
    """A sign-in as far as it came: what was not sent is `None`. `repeated` names the answer's parameters that came twice."""

    party: Party
    attempt: Attempt
    authorization_url: str
    answer: Mapping[str, str]
    repeated: tuple[str, ...]
    now: int
    metadata: Message
    token: Message | None = None
    keys: Message | None = None
    id_token: IdToken | None = None
    userinfo: Message | None = None
