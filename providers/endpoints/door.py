"""The door a request came through."""

from providers import issuer
from providers.client_auth import Door
from providers.issuer import ROOT, Route


def door_of(route: Route, endpoint: str) -> Door:
    """Which clients are served here, and under which URL (an audience that an assertion may name)."""
    if route.space == ROOT:
        return Door(route, issuer.root().endpoints[endpoint])
    # The shared endpoints are the same whatever the application.
    return Door(route, issuer.of_application("-").endpoints[endpoint])
