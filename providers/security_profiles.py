"""What each security profile demands of a client, in one table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SecurityProfile:
    """Demands beyond the registration of the client itself."""

    requires_pkce: bool
    allows_implicit: bool


PROFILES: dict[str, SecurityProfile] = {
    # OpenID Connect Core 1.0: a nonce may stand in for PKCE at confidential clients.
    "oidc": SecurityProfile(requires_pkce=False, allows_implicit=True),
    # OAuth 2.1 draft §4.1.1, §7.6: PKCE for everyone, no tokens in the front channel.
    "oauth21": SecurityProfile(requires_pkce=True, allows_implicit=False),
}


def demands_pkce(profile: str, *, is_public: bool, require_pkce: bool) -> bool:
    """Whether an authorization request of such a client must bring a code challenge."""
    return is_public or require_pkce or PROFILES[profile].requires_pkce
