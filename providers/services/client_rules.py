"""What must hold between the fields of a client (RFC 7591 §2, OpenID Connect Registration 1.0 §2, RFC 9700)."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from accounts.services.schema import Errors
from providers import jose
from providers.models import Client
from providers.security_profiles import PROFILES
from providers.services import secrets
from providers.services.client_metadata import CODE_CHALLENGE_METHODS, GRANT_TYPES, RESPONSE_TYPES
from providers.services.uris import check_fetched, check_origins, check_page, check_redirect_uris
from providers.tokens.subject import MODES
from scopes import selection
from scopes.errors import BadScope

PAGES = ("client_uri", "logo_uri", "policy_uri", "tos_uri", "initiate_login_uri")
FETCHED = ("jwks_uri", "sector_identifier_uri", "backchannel_logout_uri", "frontchannel_logout_uri")
LIFETIMES = tuple(f"{name}_lifetime" for name in "consent access_token id_token refresh_token authorization_code device_code".split())
TEXT_LIST_LIMIT = 100
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_HMAC_FIELDS = ("id_token_signed_response_alg", "userinfo_signed_response_alg", "token_endpoint_auth_signing_alg")


def check_rules(client: Client, values: Mapping[str, Any], *, registration: bool) -> None:
    """Raise `ValidationError` with everything that is wrong. `client` has its new values; `values` are those that were given."""
    errors = Errors()
    for name, rule in _RULES.items():
        with errors.of(name):
            rule(client, values)
    for name, check in ((name, check) for names, check in ((PAGES, check_page), (FETCHED, check_fetched)) for name in names):
        with errors.of(name):
            if values.get(name):
                check(values[name])
    _check_redirects(client, values, errors, registration=registration)
    for name in LIFETIMES:
        with errors.of(name):
            if getattr(client, name) < 1:
                raise ValidationError("A lifetime is at least one second.")
    errors.raise_any()


def _check_redirects(client: Client, values: Mapping[str, Any], errors: Errors, *, registration: bool) -> None:
    regex = client.redirect_uri_matching == Client.RedirectMatching.REGEX
    with errors.of("redirect_uris"):
        if "redirect_uris" in values or "redirect_uri_matching" in values:
            check_redirect_uris(client.redirect_uris.split("\n") if client.redirect_uris else [], regex=regex, registration=registration)
    with errors.of("post_logout_redirect_uris"):
        check_redirect_uris(values.get("post_logout_redirect_uris", []), registration=registration)
    with errors.of("allowed_origins"):
        check_origins(values.get("allowed_origins", []))


def _among(given: Collection[str], known: Collection[str]) -> None:
    if unknown := [name for name in given if name not in known]:
        raise ValidationError(f"“{unknown[0][:100]}” is none of {', '.join(known)}.")


def _grant_types(client: Client, _values: Mapping[str, Any]) -> None:
    _among(client.grant_types, GRANT_TYPES)
    if client.is_public and "client_credentials" in client.grant_types:
        raise ValidationError("A public client cannot authenticate, hence not use client_credentials.")


def _response_types(client: Client, _values: Mapping[str, Any]) -> None:
    _among(client.response_types, RESPONSE_TYPES)
    front = [name for name in client.response_types if name != "code"]
    if front and not PROFILES[client.security_profile].allows_implicit:
        raise ValidationError(f"The security profile {client.security_profile} allows the response type code alone.")


def _code_challenge_methods(client: Client, _values: Mapping[str, Any]) -> None:
    _among(client.code_challenge_methods, CODE_CHALLENGE_METHODS)
    if not client.code_challenge_methods:
        raise ValidationError(f"At least one of {', '.join(CODE_CHALLENGE_METHODS)} is needed.")


def _matching(client: Client, _values: Mapping[str, Any]) -> None:
    if client.redirect_uri_matching == Client.RedirectMatching.REGEX and client.security_profile != Client.SecurityProfile.OIDC:
        raise ValidationError("Regular expressions are for the security profile oidc alone.")


def _scope(client: Client, _values: Mapping[str, Any]) -> None:
    try:
        for name in selection.parse(client.scope):
            selection.check(name)
    except BadScope as error:
        raise ValidationError(str(error)) from error


def _sub_mode(client: Client, _values: Mapping[str, Any]) -> None:
    if client.sub_mode not in MODES and not client.sub_mode.removeprefix("attribute:").strip():
        raise ValidationError("attribute: is followed by the name of an attribute.")
    if client.sub_mode not in MODES and not client.sub_mode.startswith("attribute:"):
        raise ValidationError(f"“{client.sub_mode}” is none of {', '.join(MODES)}, attribute:<name>.")


def _jwks(client: Client, _values: Mapping[str, Any]) -> None:
    if client.jwks is not None:
        members = client.jwks.get("keys")
        if not isinstance(members, list) or not members or not all(isinstance(member, dict) for member in members):
            raise ValidationError("A JWK set has a list of keys.")
        if any(_PRIVATE_MEMBERS & set(member) for member in members):
            raise ValidationError("A JWK set of a client holds public keys only.")
        if len(jose.public_keys(client.jwks)) != len(members):
            raise ValidationError("A key of this JWK set cannot be read.")
        if client.jwks_uri:
            raise ValidationError("Give jwks or jwks_uri, not both.")
    elif client.token_endpoint_auth_method == "private_key_jwt" and not client.jwks_uri:
        raise ValidationError("private_key_jwt needs jwks or jwks_uri.")


def _secret(client: Client, values: Mapping[str, Any]) -> None:
    given = values.get("client_secret") or ""
    if given and client.is_public:
        raise ValidationError("A public client (token_endpoint_auth_method none) has no secret.")
    uses = [name for name in _HMAC_FIELDS if getattr(client, name) in jose.SYMMETRIC_ALGORITHMS]
    if client.token_endpoint_auth_method != "client_secret_jwt" and not uses:
        return
    if client.is_public or client.token_endpoint_auth_method == "private_key_jwt":
        raise ValidationError("HS256 and its like need a client with a secret.")
    known = [given] if given else [secrets.reveal(row) for row in secrets.live(client)[:1]] if client.pk else []
    if any(len(secret.encode()) < secrets.MINIMUM_HMAC_BYTES for secret in known):
        raise ValidationError(f"HS256 and client_secret_jwt need a secret of at least {secrets.MINIMUM_HMAC_BYTES} bytes.")


def _key(client: Client, _values: Mapping[str, Any]) -> None:
    wanted = client.id_token_signed_response_alg
    if client.key is not None and wanted not in ("", client.key.algorithm):
        raise ValidationError(f"The key “{client.key.name}” signs with {client.key.algorithm}, not {wanted}.")


def _policies(_client: Client, values: Mapping[str, Any]) -> None:
    if values.get("policies"):
        raise ValidationError(f"There is no policy “{values['policies'][0][:100]}”.")


def _lists(name: str) -> Callable[[Client, Mapping[str, Any]], None]:
    def rule(client: Client, _values: Mapping[str, Any]) -> None:
        if len(getattr(client, name)) > TEXT_LIST_LIMIT:
            raise ValidationError(f"At most {TEXT_LIST_LIMIT} entries.")

    return rule


_RULES: Mapping[str, Callable[[Client, Mapping[str, Any]], None]] = {
    "grant_types": _grant_types,
    "response_types": _response_types,
    "code_challenge_methods": _code_challenge_methods,
    "redirect_uri_matching": _matching,
    "scope": _scope,
    "sub_mode": _sub_mode,
    "jwks": _jwks,
    "client_secret": _secret,
    "key": _key,
    "policies": _policies,
    **{name: _lists(name) for name in ("contacts", "default_acr_values", "allowed_resources")},
}
