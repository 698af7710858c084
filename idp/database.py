"""From one URL to Django's database settings; every wait has a bound."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from idp.env import BadEnvironment

PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON; PRAGMA cache_size=-16000;"
LIBPQ_OPTIONS = frozenset({"target_session_attrs", "sslmode", "sslrootcert", "sslcert", "sslkey", "application_name", "channel_binding"})


def database(url: str) -> dict[str, Any]:
    """Settings for `sqlite:///path` or `postgres://…`; raises `BadEnvironment`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path[1:]) if parts.path.startswith("//") else unquote(parts.path),
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 5, "init_command": PRAGMAS},
            "CONN_MAX_AGE": None,
        }
    if parts.scheme not in ("postgres", "postgresql"):
        raise BadEnvironment("IDP_DATABASE_URL: starts with sqlite:/// or postgres://.")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if unknown := sorted(set(query) - LIBPQ_OPTIONS):
        raise BadEnvironment(f"IDP_DATABASE_URL: unknown option {unknown[0]}.")
    userinfo, _, hosts = parts.netloc.rpartition("@")
    user, _, password = userinfo.partition(":")
    pairs = [host.partition(":") if not host.startswith("[") else host.rpartition(":") for host in hosts.split(",")]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(user),
        "PASSWORD": unquote(password),
        "HOST": ",".join(unquote(host) for host, _, _ in pairs),
        "PORT": ",".join(port or "5432" for _, _, port in pairs) if any(port for _, _, port in pairs) else "",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {
            "server_side_binding": True,
            "prepare_threshold": 1,
            "connect_timeout": 5,
            "options": "-c statement_timeout=5000 -c lock_timeout=4000 -c idle_in_transaction_session_timeout=15000",
            **query,
        },
    }
