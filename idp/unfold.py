"""How the admin looks: name, colours (those of the entrance pages) and the sidebar, which shows what a person may see."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def _may_view(app: str, model: str) -> Callable[[HttpRequest], bool]:
    return lambda request: bool(request.user.has_perm(f"{app}.view_{model}"))


def _entry(title: str, icon: str, app: str, model: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{app}_{model}_changelist"), "permission": _may_view(app, model)}


def _logo(_request: HttpRequest) -> str:
    return static("favicon.svg")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Gatehouse",
    "SITE_HEADER": "Gatehouse",
    "SITE_SUBHEADER": "Administration",
    "SITE_ICON": _logo,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _logo}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "8px",
    "COLORS": {
        "primary": {
            "50": "#eefaf6",
            "100": "#d5f2e8",
            "200": "#aee4d3",
            "300": "#7ad3bb",
            "400": "#45b599",
            "500": "#2bab8d",
            "600": "#0b6b57",
            "700": "#085445",
            "800": "#08443a",
            "900": "#073830",
            "950": "#032019",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "title": "Applications",
                "items": [
                    _entry("Clients", "apps", "providers", "client"),
                    _entry("Applications", "deployed_code", "providers", "application"),
                    _entry("Providers", "dns", "providers", "provider"),
                    _entry("Scopes", "fact_check", "scopes", "scopemapping"),
                    _entry("Assignments", "assignment_ind", "scopes", "assignment"),
                    _entry("Keys", "key", "providers", "key"),
                ],
            },
            {
                "title": "People",
                "separator": True,
                "items": [
                    _entry("Users", "person", "accounts", "user"),
                    _entry("Groups", "group", "accounts", "group"),
                    _entry("Organizations", "domain", "accounts", "organization"),
                    _entry("Projects", "folder_shared", "accounts", "project"),
                ],
            },
            {
                "title": "In use",
                "separator": True,
                "collapsible": True,
                "items": [
                    _entry("Sessions", "devices", "providers", "session"),
                    _entry("Browsers", "web", "usersessions", "usersession"),
                    _entry("Consents", "handshake", "providers", "consent"),
                    _entry("Authorizations", "verified_user", "providers", "authorization"),
                    _entry("Access tokens", "confirmation_number", "providers", "accesstoken"),
                    _entry("Refresh tokens", "autorenew", "providers", "refreshtoken"),
                    _entry("Codes", "qr_code_2", "providers", "authorizationcode"),
                    _entry("Pending requests", "pending", "providers", "authorizationrequest"),
                    _entry("Device codes", "tv", "providers", "devicecode"),
                ],
            },
            {"title": "What happened", "separator": True, "items": [_entry("Events", "history", "audit", "event")]},
        ],
    },
}
