"""Clients. Fields carry the names of RFC 7591 and OpenID Connect Dynamic Client Registration 1.0; durations are seconds."""

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from oauth2_provider.models import AbstractApplication

from providers.models.application import SLUG_VALIDATORS, Application
from providers.models.key import Key
from scopes.models import Assignment


def default_grant_types() -> list[str]:
    """RFC 7591 §2: what a client that says nothing gets."""
    return ["authorization_code"]


def default_response_types() -> list[str]:
    """RFC 7591 §2: what a client that says nothing gets."""
    return ["code"]


def default_code_challenge_methods() -> list[str]:
    """`plain` only for clients that opt in."""
    return ["S256"]


class Client(AbstractApplication):
    """A relying party. It belongs to an application, or to a dialect's name space.

    `redirect_uris`, `post_logout_redirect_uris` and `allowed_origins` are inherited: texts separated by white space.
    """

    class SecurityProfile(models.TextChoices):
        """Rows of `providers/security_profiles.py`."""

        OIDC = "oidc", "OpenID Connect"
        OAUTH21 = "oauth21", "OAuth 2.1"

    class ConsentPolicy(models.TextChoices):
        """When a person is asked."""

        EXPLICIT = "explicit", "Ask once for each set of scopes"
        EXPIRING = "expiring", "Ask again after a while"
        IMPLICIT = "implicit", "Do not ask"

    class AccessTokenFormat(models.TextChoices):
        """Opaque, or RFC 9068."""

        OPAQUE = "opaque", "Opaque"
        JWT = "jwt", "JWT (RFC 9068)"

    class RedirectMatching(models.TextChoices):
        """How a requested redirect URI is compared with the registered ones."""

        STRICT = "strict", "Exactly"
        REGEX = "regex", "By regular expression"

    class ClaimProfile(models.TextChoices):
        """Which claims beside the mappings' own its tokens carry."""

        OIDC = "oidc", "OpenID Connect"
        WLCG = "wlcg", "WLCG"
        AARC = "aarc", "AARC"

    # Fields of the base that do not fit: several grants per client, secrets in a table of their own, keys as rows.
    authorization_grant_type = None
    algorithm = None
    client_secret = None
    hash_client_secret = None
    skip_authorization = None
    name = None
    user = None

    namespace = models.CharField(max_length=140, blank=True, default="", help_text="Client ids are unique inside it.")
    client_id = models.CharField(max_length=255)
    slug = models.CharField(max_length=63, unique=True, validators=SLUG_VALIDATORS)
    application = models.ForeignKey(Application, null=True, blank=True, on_delete=models.CASCADE, related_name="clients")
    client_name = models.CharField(max_length=255)
    client_uri = models.URLField(max_length=2000, blank=True)
    logo_uri = models.URLField(max_length=2000, blank=True)
    policy_uri = models.URLField(max_length=2000, blank=True)
    tos_uri = models.URLField(max_length=2000, blank=True)
    contacts = models.JSONField(default=list, blank=True)
    application_type = models.CharField(max_length=6, default="web", choices=[("web", "web"), ("native", "native")])

    grant_types = models.JSONField(default=default_grant_types, blank=True)
    response_types = models.JSONField(default=default_response_types, blank=True)
    scope = models.TextField(blank=True)
    token_endpoint_auth_method = models.CharField(max_length=32, default="client_secret_basic")
    token_endpoint_auth_signing_alg = models.CharField(max_length=8, blank=True)
    jwks = models.JSONField(null=True, blank=True)
    jwks_uri = models.URLField(max_length=2000, blank=True)
    sector_identifier_uri = models.URLField(max_length=2000, blank=True)
    initiate_login_uri = models.URLField(max_length=2000, blank=True)
    default_max_age = models.PositiveIntegerField(null=True, blank=True)
    default_acr_values = models.JSONField(default=list, blank=True)
    require_auth_time = models.BooleanField(default=False)

    id_token_signed_response_alg = models.CharField(max_length=8, blank=True)
    id_token_encrypted_response_alg = models.CharField(max_length=32, blank=True)
    id_token_encrypted_response_enc = models.CharField(max_length=32, blank=True)
    userinfo_signed_response_alg = models.CharField(max_length=8, blank=True)
    userinfo_encrypted_response_alg = models.CharField(max_length=32, blank=True)
    userinfo_encrypted_response_enc = models.CharField(max_length=32, blank=True)
    backchannel_logout_uri = models.URLField(max_length=2000, blank=True)
    backchannel_logout_session_required = models.BooleanField(default=False)
    frontchannel_logout_uri = models.URLField(max_length=2000, blank=True)
    frontchannel_logout_session_required = models.BooleanField(default=False)

    security_profile = models.CharField(max_length=8, choices=SecurityProfile, default=SecurityProfile.OAUTH21)
    require_pkce = models.BooleanField(default=False)
    code_challenge_methods = models.JSONField(default=default_code_challenge_methods, blank=True)
    redirect_uri_matching = models.CharField(max_length=8, choices=RedirectMatching, default=RedirectMatching.STRICT)
    allowed_resources = models.JSONField(default=list, blank=True)
    consent = models.CharField(max_length=8, choices=ConsentPolicy, default=ConsentPolicy.EXPLICIT)
    consent_lifetime = models.PositiveIntegerField(default=28 * 86400, validators=[MinValueValidator(1)])
    consent_epoch = models.PositiveIntegerField(default=0, editable=False, help_text="Consents given before do not count.")
    force_consent_on_offline_access = models.BooleanField(default=True)
    assignments = models.ManyToManyField(Assignment, blank=True, related_name="clients")
    sub_mode = models.CharField(max_length=64, default="hashed_user_id")
    claim_profile = models.CharField(max_length=8, choices=ClaimProfile, default=ClaimProfile.OIDC)
    include_claims_in_id_token = models.BooleanField(default=True)
    key = models.ForeignKey(Key, null=True, blank=True, on_delete=models.PROTECT, related_name="clients")

    access_token_format = models.CharField(max_length=8, choices=AccessTokenFormat, default=AccessTokenFormat.OPAQUE)
    access_token_lifetime = models.PositiveIntegerField(default=3600, validators=[MinValueValidator(1)])
    id_token_lifetime = models.PositiveIntegerField(default=3600, validators=[MinValueValidator(1)])
    refresh_token_lifetime = models.PositiveIntegerField(default=30 * 86400, validators=[MinValueValidator(1)])
    authorization_code_lifetime = models.PositiveIntegerField(default=60, validators=[MinValueValidator(1)])
    device_code_lifetime = models.PositiveIntegerField(default=600, validators=[MinValueValidator(1)])
    refresh_token_rotation = models.BooleanField(
        null=True, blank=True, help_text="Empty: public clients rotate, confidential ones keep theirs."
    )

    managed = models.BooleanField(default=False, editable=False, help_text="Made by the product itself.")
    disabled = models.BooleanField(default=False)
    version = models.PositiveBigIntegerField(default=1, editable=False)

    # The secret in clear, on the one object for which a service has just made it; never stored.
    minted_secret: str = ""

    class Meta(AbstractApplication.Meta):
        abstract = False
        ordering: ClassVar[list[str]] = ["slug"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["namespace", "client_id"], name="client_id_in_namespace"),
        ]

    def __str__(self) -> str:
        return self.client_name or self.client_id

    @property
    def is_public(self) -> bool:
        """Whether the client cannot keep a secret (RFC 6749 §2.1)."""
        return self.token_endpoint_auth_method == "none"
