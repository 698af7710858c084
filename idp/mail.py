"""From one URL to Django's mail settings."""

from typing import Any
from urllib.parse import unquote, urlsplit

from idp.env import BadEnvironment


def mail_settings(url: str) -> dict[str, Any]:
    """Settings for `smtp://`, `smtps://`, `file:///folder` and `console:`; raises `BadEnvironment`."""
    parts = urlsplit(url)
    match parts.scheme:
        case "console":
            return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
        case "file":
            return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": unquote(parts.path)}
        case "smtp" | "smtps":
            return {
                "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "EMAIL_HOST": parts.hostname or "localhost",
                "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
                "EMAIL_HOST_USER": unquote(parts.username or ""),
                "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
                "EMAIL_USE_SSL": parts.scheme == "smtps",
                "EMAIL_TIMEOUT": 5,
            }
    raise BadEnvironment("IDP_EMAIL_URL: starts with smtp://, smtps://, file:/// or console:.")
