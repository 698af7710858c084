"""What a browser calls itself, in words a person knows. The first match wins; unknown ones are just a browser."""

from dataclasses import dataclass

from django.utils.translation import gettext

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_HAND_HELD = frozenset({"iPhone", "iPad", "Android"})


@dataclass(frozen=True)
class Device:
    """A name such as “Firefox on Linux”, and the icon that goes with it."""

    name: str
    icon: str


def recognise(user_agent: str) -> Device:
    """Guess browser and system from a `User-Agent` header (RFC 9110 §10.1.5)."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    icon = "phone" if system in _HAND_HELD else "screen"
    if browser and system:
        return Device(gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}, icon)
    return Device(browser or system or gettext("A browser"), icon)
