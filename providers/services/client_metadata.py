"""The write schema of clients: names of RFC 7591 and OpenID Connect Registration 1.0, and our extensions. Durations are seconds."""

from accounts.services.schema import Field, Kind, Schema
from providers.client_auth import NAMES as AUTH_METHODS
from providers.jose import ASYMMETRIC_ALGORITHMS, SYMMETRIC_ALGORITHMS
from providers.models import Application, Client
from providers.security_profiles import PROFILES

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
# Taken and kept; a grant works once its module stands in `providers.grants.GRANTS`.
GRANT_TYPES = (
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "password",
    "implicit",
    DEVICE_CODE,
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
)
RESPONSE_TYPES = ("code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token")
CODE_CHALLENGE_METHODS = ("S256", "plain")
SIGNING_ALGORITHMS = ("", *ASYMMETRIC_ALGORITHMS, *SYMMETRIC_ALGORITHMS)

URIS = ("redirect_uris", "post_logout_redirect_uris", "allowed_origins")
"""Lists that the columns of django-oauth-toolkit keep as texts."""

_BASIC = (
    Field("slug", required=True, fixed=True, help="Names the client here and, in its own issuer, stands in the issuer's address."),
    Field("provider", default="", fixed=True, help="`<organization>/<project>` or the name of a provider, for clients of those dialects."),
    Field("issuer_mode", default="application", choices=tuple(Application.IssuerMode.values), help="`root`: served at the root issuer."),
    Field("client_id", fixed=True, help="Made when absent."),
    Field("client_secret", secret=True, help="Made when absent; shown once."),
    Field("client_name", default="", help="What people read; the slug when absent."),
    Field("client_uri", default=""),
    Field("logo_uri", default=""),
    Field("policy_uri", default=""),
    Field("tos_uri", default=""),
    Field("contacts", Kind.LIST, default=[]),
    Field("application_type", default="web", choices=("web", "native")),
    Field("redirect_uris", Kind.LIST, default=[], help="Compared exactly; a loopback address may use any port."),
    Field("post_logout_redirect_uris", Kind.LIST, default=[]),
    Field("allowed_origins", Kind.LIST, default=[], help="Origins of web pages that may call token and userinfo endpoints (CORS)."),
    Field("initiate_login_uri", default=""),
    Field("grant_types", Kind.LIST, default=["authorization_code"]),
    Field("response_types", Kind.LIST, default=["code"]),
    Field("scope", default="", help="The scopes that the client may ask for, separated by spaces."),
    Field("disabled", Kind.BOOLEAN, default=False, help="Stops everything at once."),
)
_AUTHENTICATION = (
    Field("token_endpoint_auth_method", default="client_secret_basic", choices=AUTH_METHODS, help="`none`: a public client."),
    Field("token_endpoint_auth_signing_alg", default="", choices=SIGNING_ALGORITHMS),
    Field("jwks", Kind.OBJECT, null=True, help="The client's public keys; not beside jwks_uri."),
    Field("jwks_uri", default=""),
    Field("sector_identifier_uri", default=""),
    Field("security_profile", default="oauth21", choices=tuple(PROFILES), help="`oidc` by default for clients of a provider."),
    Field("require_pkce", Kind.BOOLEAN, default=False),
    Field("code_challenge_methods", Kind.LIST, default=["S256"]),
    Field("redirect_uri_matching", default="strict", choices=tuple(Client.RedirectMatching.values)),
    Field("allowed_resources", Kind.LIST, default=[], help="Resource indicators (RFC 8707); empty: audiences are free."),
    Field("default_max_age", Kind.INTEGER, null=True),
    Field("default_acr_values", Kind.LIST, default=[]),
    Field("require_auth_time", Kind.BOOLEAN, default=False),
)
_PEOPLE = (
    Field("consent", default="explicit", choices=tuple(Client.ConsentPolicy.values)),
    Field("consent_lifetime", Kind.INTEGER, default=28 * 86400, help="Of consents with the policy `expiring`."),
    Field("force_consent_on_offline_access", Kind.BOOLEAN, default=True),
    Field("assignments", Kind.LIST, default=[], help="Names; without any, everyone may use the client."),
    Field("policies", Kind.LIST, default=[], help="Names."),
    Field("sub_mode", default="hashed_user_id", help="Which `sub` the client sees; also `attribute:<name>`."),
    Field("claim_profile", default="oidc", choices=tuple(Client.ClaimProfile.values)),
    Field("include_claims_in_id_token", Kind.BOOLEAN, default=True),
    Field("backchannel_logout_uri", default=""),
    Field("backchannel_logout_session_required", Kind.BOOLEAN, default=False),
    Field("frontchannel_logout_uri", default=""),
    Field("frontchannel_logout_session_required", Kind.BOOLEAN, default=False),
)
_TOKENS = (
    Field("key", null=True, help="Name of the key that signs; by default the one of the algorithm."),
    Field("id_token_signed_response_alg", default="", choices=SIGNING_ALGORITHMS, help="RS256 when empty; the key is made when needed."),
    Field("id_token_encrypted_response_alg", default="", choices=("",)),
    Field("id_token_encrypted_response_enc", default="", choices=("",)),
    Field("userinfo_signed_response_alg", default="", choices=SIGNING_ALGORITHMS, help="Plain JSON when empty."),
    Field("userinfo_encrypted_response_alg", default="", choices=("",)),
    Field("userinfo_encrypted_response_enc", default="", choices=("",)),
    Field("access_token_format", default="opaque", choices=tuple(Client.AccessTokenFormat.values)),
    Field("access_token_lifetime", Kind.INTEGER, default=3600),
    Field("id_token_lifetime", Kind.INTEGER, default=3600),
    Field("refresh_token_lifetime", Kind.INTEGER, default=30 * 86400),
    Field("authorization_code_lifetime", Kind.INTEGER, default=60),
    Field("device_code_lifetime", Kind.INTEGER, default=600),
    Field("refresh_token_rotation", Kind.BOOLEAN, null=True, help="null: public clients rotate, confidential ones keep theirs."),
)
SCHEMA = Schema(name="client", section="clients", key="slug", fields=(*_BASIC, *_AUTHENTICATION, *_PEOPLE, *_TOKENS))

COLUMNS = tuple(
    field.name
    for field in SCHEMA.fields
    if field.name not in (*URIS, "provider", "issuer_mode", "client_secret", "assignments", "policies", "key", "slug", "client_id")
)
"""Fields whose column has the same name and holds the same value."""
