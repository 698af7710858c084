"""Issuers: which one a path belongs to, and what each one knows (RFC 8414 §2, OpenID Connect Discovery 1.0 §3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from providers.conf import base_url
from providers.messages import ClientRecord
from providers.statements.registry import ApplicationRecord, Snapshot

ROOT = "root"
APPLICATION = "application"

# Tails of paths, as `split` gives them, by the last part of the path.
ROOT_TAILS: Mapping[str, str] = {
    "authorize": "authorize",
    "token": "token",
    "userinfo": "userinfo",
    "introspect": "introspect",
    "revoke": "revoke",
    "jwk": "jwks",
    "end-session": "end-session",
}
APPLICATION_TAILS: Mapping[str, str] = {name: name for name in ("authorize", "token", "userinfo", "introspect", "revoke")}
SLUG_TAILS: Mapping[str, str] = {"jwks": "jwks", "end-session": "end-session"}
WELL_KNOWN: Mapping[str, str] = {"openid-configuration": "openid-configuration", "oauth-authorization-server": "oauth-authorization-server"}


@dataclass(frozen=True)
class Route:
    """Where a path leads: a space of endpoints, the application's slug when the path names one, and the tail."""

    space: str
    tail: str
    slug: str = ""


@lru_cache(maxsize=2048)
def split(path: str) -> Route | None:
    """Find issuer space and endpoint of a path; `None` for paths that are no machine or authorization endpoint.

    Double and trailing slashes are tolerated. Both forms of the metadata address are known: suffix, and RFC 8414 §3.1.
    """
    parts = [part for part in path.split("/") if part]
    if not parts or len(parts) > 6:
        return None
    if parts == [".well-known", "webfinger"]:
        return Route(ROOT, "webfinger")
    if parts[0] == ".well-known" and len(parts) > 1 and parts[1] in WELL_KNOWN:
        return _metadata_of(parts[2:], parts[1])
    if len(parts) > 2 and parts[-2] == ".well-known" and parts[-1] in WELL_KNOWN:
        return _metadata_of(parts[:-2], parts[-1])
    if parts[:2] == ["application", "o"]:
        return _application(parts[2:])
    tail = ROOT_TAILS.get(parts[0]) if len(parts) == 1 else None
    return Route(ROOT, tail) if tail else None


def _application(parts: list[str]) -> Route | None:
    if len(parts) == 1:
        tail = APPLICATION_TAILS.get(parts[0])
        return Route(APPLICATION, tail) if tail else Route(APPLICATION, "issuer", parts[0])
    tail = SLUG_TAILS.get(parts[1]) if len(parts) == 2 else None
    return Route(APPLICATION, tail, parts[0]) if tail else None


def _metadata_of(issuer_parts: list[str], document: str) -> Route | None:
    if not issuer_parts:
        return Route(ROOT, WELL_KNOWN[document])
    if len(issuer_parts) == 3 and issuer_parts[:2] == ["application", "o"]:
        return Route(APPLICATION, WELL_KNOWN[document], issuer_parts[2])
    return None


@dataclass(frozen=True)
class Issuer:
    """An issuer and its endpoints. `reference` is what rows keep; `url` is what tokens say."""

    reference: str
    url: str
    endpoints: Mapping[str, str]
    slug: str = ""


def root() -> Issuer:
    """The root issuer, `{base}/`."""
    return _root(base_url())


@lru_cache(maxsize=4)
def _root(base: str) -> Issuer:
    return Issuer(
        "",
        f"{base}/",
        {
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "userinfo_endpoint": f"{base}/userinfo",
            "introspection_endpoint": f"{base}/introspect",
            "revocation_endpoint": f"{base}/revoke",
            "jwks_uri": f"{base}/jwk",
            "end_session_endpoint": f"{base}/end-session",
        },
    )


def of_application(slug: str) -> Issuer:
    """The issuer of an application, `{base}/application/o/<slug>/`."""
    return _of_application(base_url(), slug)


@lru_cache(maxsize=4096)
def _of_application(base: str, slug: str) -> Issuer:
    shared = f"{base}/application/o"
    return Issuer(
        f"application:{slug}",
        f"{shared}/{slug}/",
        {
            "authorization_endpoint": f"{shared}/authorize/",
            "token_endpoint": f"{shared}/token/",
            "userinfo_endpoint": f"{shared}/userinfo/",
            "introspection_endpoint": f"{shared}/introspect/",
            "revocation_endpoint": f"{shared}/revoke/",
            "jwks_uri": f"{shared}/{slug}/jwks/",
            "end_session_endpoint": f"{shared}/{slug}/end-session/",
        },
        slug,
    )


def of_client(client: ClientRecord) -> Issuer:
    """The issuer that a client is served under."""
    if client.application_slug and client.application_issuer_mode == APPLICATION:
        return of_application(client.application_slug)
    return root()


def of_reference(reference: str) -> Issuer:
    """The issuer that a row refers to."""
    return of_application(reference.removeprefix("application:")) if reference else root()


def of_route(route: Route, snapshot: Snapshot) -> Issuer | None:
    """The issuer that a path names; `None` for the shared endpoints of applications and for slugs of nobody."""
    if route.space == ROOT:
        return root()
    application: ApplicationRecord | None = snapshot.applications.get(route.slug)
    if application is None:
        return None
    return of_application(application.slug) if application.issuer_mode == APPLICATION else root()


def serves(route: Route, client: ClientRecord) -> bool:
    """Whether an endpoint serves a client: the root's own clients at the root, applications' at the shared endpoints."""
    if client.namespace:
        return False
    if route.space == ROOT:
        return of_client(client).reference == ""
    return bool(client.application_slug) and route.slug in ("", client.application_slug)
