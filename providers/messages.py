"""The frozen values that carry every flow. Nothing here knows HTTP frameworks or the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scopes.context import PersonView

EMPTY: Mapping[str, Any] = {}


@dataclass(frozen=True)
class EndpointRequest:
    """A request to a machine endpoint. Header names are lower case; `path` is decoded, `query` is not.

    `duplicate_headers` holds the names that came more than once.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    ip: str = ""
    request_id: str = ""


@dataclass(frozen=True)
class EndpointResponse:
    """An answer of a machine endpoint."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class SecretRecord:
    """One live client secret: what checks it, and the ciphertext that gives it back."""

    digest: bytes
    pepper_kid: str
    ciphertext: bytes
    expires_at: datetime | None


@dataclass(frozen=True)
class ClientRecord:
    """A client as the protocol core sees it: a snapshot of `providers.models.Client`, kept in memory by `version`."""

    pk: int
    version: int
    namespace: str
    client_id: str
    slug: str
    application_slug: str
    application_issuer_mode: str
    client_name: str
    client_uri: str
    logo_uri: str
    policy_uri: str
    tos_uri: str
    disabled: bool
    registered: bool
    managed: bool
    application_type: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    grant_types: frozenset[str]
    response_types: frozenset[str]
    scope: tuple[str, ...]
    token_endpoint_auth_method: str
    token_endpoint_auth_signing_alg: str
    jwks: Mapping[str, Any] | None
    jwks_uri: str
    sector_identifier_uri: str
    initiate_login_uri: str
    default_max_age: int | None
    default_acr_values: tuple[str, ...]
    require_auth_time: bool
    id_token_signed_response_alg: str
    id_token_encrypted_response_alg: str
    id_token_encrypted_response_enc: str
    userinfo_signed_response_alg: str
    userinfo_encrypted_response_alg: str
    userinfo_encrypted_response_enc: str
    security_profile: str
    require_pkce: bool
    code_challenge_methods: tuple[str, ...]
    redirect_uri_matching: str
    allowed_resources: tuple[str, ...]
    consent: str
    consent_lifetime: int
    consent_epoch: int
    force_consent_on_offline_access: bool
    assignments: tuple[int, ...]
    sub_mode: str
    claim_profile: str
    include_claims_in_id_token: bool
    key_name: str
    access_token_format: str
    access_token_lifetime: int
    id_token_lifetime: int
    refresh_token_lifetime: int
    authorization_code_lifetime: int
    device_code_lifetime: int
    refresh_token_rotation: bool
    secrets: tuple[SecretRecord, ...] = ()

    @property
    def is_public(self) -> bool:
        """Whether the client cannot keep a secret (RFC 6749 §2.1)."""
        return self.token_endpoint_auth_method == "none"


@dataclass(frozen=True)
class AuthorizeRequest:
    """A parsed authorization request (RFC 6749 §4.1.1, OpenID Connect Core 1.0 §3.1.2.1).

    `parameters` are as received, one value each; the typed fields are what the rules made of them.
    """

    parameters: Mapping[str, str]
    resource: tuple[str, ...] = ()
    client: ClientRecord | None = None
    redirect_uri: str = ""
    response_type: str = ""
    response_mode: str = "query"
    state: str | None = None
    nonce: str = ""
    requested_scope: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    prompt: frozenset[str] = frozenset()
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    code_challenge: str = ""
    code_challenge_method: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict)
    login_hint: str = ""
    hinted_sub: str = ""
    ui_locales: tuple[str, ...] = ()


@dataclass(frozen=True)
class TokenRequest:
    """A parsed token request: one value per parameter, `resource` apart (RFC 8707 allows several)."""

    parameters: Mapping[str, str]
    resource: tuple[str, ...]
    ip: str = ""

    def get(self, name: str) -> str:
        """A parameter, empty when absent (RFC 6749 §3.2: a parameter without a value counts as absent)."""
        return self.parameters.get(name, "")


@dataclass(frozen=True)
class SessionRecord:
    """The login behind an authorization."""

    pk: int
    sid: str
    ended_at: datetime | None


@dataclass(frozen=True)
class Authorization:
    """Who authorised what. `pk` is 0 for one that has no row (client_credentials), `person` is `None` there too."""

    pk: int
    client: ClientRecord
    issuer: str
    grant_type: str
    scope: tuple[str, ...]
    requested_scope: tuple[str, ...] = ()
    person: PersonView | None = None
    person_active: bool = True
    session: SessionRecord | None = None
    resource: tuple[str, ...] = ()
    claims: Mapping[str, Any] = field(default_factory=dict)
    nonce: str = ""
    auth_time: datetime | None = None
    acr: str = ""
    amr: tuple[str, ...] = ()
    ip: str | None = None
    offline: bool = False
    consent_required: bool = False
    consent_scope: tuple[str, ...] | None = None
    revoked_at: datetime | None = None
    created_at: datetime | None = None


@dataclass(frozen=True)
class TokenPlan:
    """What would be minted: unsigned claim sets and lifetimes. Pure, so that a preview can show it."""

    authorization: Authorization
    scope: tuple[str, ...]
    audience: tuple[str, ...]
    issued_at: int
    access_token_claims: Mapping[str, Any]
    access_token_lifetime: int
    id_token_claims: Mapping[str, Any] | None
    refresh_token_lifetime: int | None
    provenance: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class TokenSet:
    """What was minted."""

    access_token: str
    expires_in: int
    scope: tuple[str, ...]
    refresh_token: str = ""
    id_token: str = ""
    token_type: str = "Bearer"
