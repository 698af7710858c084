"""Every setting that an operator gives, read once. The table in docs/configuration.md is generated from these lines."""

import base64
import binascii
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from idp.env import BadEnvironment, Environment, address, number, one_of, origin, switch, words


@dataclass(frozen=True)
class Settings:
    """The operator's choices, parsed."""

    base_url: str
    bind: str
    data_dir: Path
    database_url: str
    redis_url: str
    secret_key: str
    encryption_keys: tuple[bytes, ...]
    bootstrap_username: str
    bootstrap_password: str
    bootstrap_email: str
    bootstrap_token: str
    trusted_proxies: tuple[str, ...]
    outbound_allow: tuple[str, ...]
    workers: int
    threads: int
    demo: bool
    open_registration: str
    rate_limits: bool
    email_url: str
    log_level: str
    log_format: str


def load(environment: Environment) -> Settings:
    """Read all variables; raises `BadEnvironment`."""
    get, raw = environment.read, environment.raw
    port = get("PORT", number(1, 65535), 0, "Port to listen on; overrides that of `IDP_BIND`.")
    bind = get("IDP_BIND", address, "127.0.0.1:8000", "What gunicorn listens on.")
    bind = f"{bind.rpartition(':')[0]}:{port}" if port else bind
    base_url = get("IDP_BASE_URL", origin, f"http://localhost:{port or 8000}", "The one public origin; every URL is built from it.")
    data_dir = Path(raw("IDP_DATA_DIR", "./var", "SQLite file, generated secrets, media.") or "./var").absolute()
    database_url = raw("IDP_DATABASE_URL", "", "`sqlite:///path` or `postgres://user:pw@host[,host2]/db?target_session_attrs=read-write`.")
    database_url = database_url or f"sqlite:///{data_dir / 'idp.sqlite3'}"
    cores = os.cpu_count() or 1
    embedded = database_url.startswith("sqlite:")
    demo = get("IDP_DEMO", switch, embedded, "Demo user, demo client and the playground.")
    settings = Settings(
        base_url=base_url,
        bind=bind,
        data_dir=data_dir,
        database_url=database_url,
        redis_url=raw("IDP_REDIS_URL", "", "Shared cache; without it the database is the shared cache.") or "",
        secret_key=_secret_key(raw("IDP_SECRET_KEY", None, "Signs sessions; any text of at least 32 characters."), data_dir),
        encryption_keys=_encryption_keys(
            raw("IDP_ENCRYPTION_KEYS", None, "Comma-separated base64url keys of 32 bytes; the first encrypts, all decrypt."), data_dir
        ),
        bootstrap_username=raw("IDP_BOOTSTRAP_USERNAME", "admin", "The administrator made on first start.") or "admin",
        bootstrap_password=raw("IDP_BOOTSTRAP_PASSWORD", "", "Their password; generated and printed once when unset.") or "",
        bootstrap_email=raw("IDP_BOOTSTRAP_EMAIL", "", "Their address.") or "",
        bootstrap_token=raw("IDP_BOOTSTRAP_TOKEN", "", "An API token of that administrator.") or "",
        trusted_proxies=get("IDP_TRUSTED_PROXIES", words, (), "Peers (addresses or networks) whose forwarded headers count."),
        outbound_allow=get("IDP_OUTBOUND_ALLOW", words, (), "Private hosts or networks that we may call."),
        workers=1 if embedded else get("IDP_WORKERS", number(1, 256), cores, "gunicorn processes (SQLite: always one)."),
        threads=get("IDP_THREADS", number(1, 256), 8, "Threads of each process."),
        demo=demo,
        open_registration=get(
            "IDP_OPEN_REGISTRATION",
            one_of("0", "1", "users"),
            "1" if demo else "0",
            "Who may register clients at the root issuer: `0` administrators, `1` anyone, `users` signed-in people.",
        ),
        rate_limits=get("IDP_RATE_LIMITS", switch, True, "`off` for load tests on loopback."),
        email_url=raw("IDP_EMAIL_URL", f"file://{data_dir / 'mail'}", "`smtp://…`, `smtps://…`, `file:///folder` or `console:`.")
        or "console:",
        log_level=get("IDP_LOG_LEVEL", one_of("debug", "info", "warning", "error"), "info", "What is logged."),
        log_format=get("IDP_LOG_FORMAT", one_of("text", "json"), "", "`text` or `json`; by default text on a terminal."),
    )
    if embedded:
        environment.known.setdefault("IDP_WORKERS", "gunicorn processes (SQLite: always one).")
    environment.refuse_unknown()
    return settings


def _secret_key(given: str | None, data_dir: Path) -> str:
    key = given if given is not None else kept_secret(data_dir / "secret_key", lambda: secrets.token_urlsafe(48))
    if len(key) < 32 or len(set(key)) < 5:
        raise BadEnvironment("IDP_SECRET_KEY: at least 32 characters are needed, not all alike.")
    return key


def _encryption_keys(given: str | None, data_dir: Path) -> tuple[bytes, ...]:
    text = given if given is not None else kept_secret(data_dir / "encryption_keys", lambda: _b64(secrets.token_bytes(32)))
    keys = []
    for word in words(text):
        try:
            key = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
        except (binascii.Error, ValueError) as error:
            raise BadEnvironment("IDP_ENCRYPTION_KEYS: not base64url.") from error
        if len(key) != 32:
            raise BadEnvironment("IDP_ENCRYPTION_KEYS: every key has 32 bytes, base64url encoded.")
        keys.append(key)
    if not keys:
        raise BadEnvironment("IDP_ENCRYPTION_KEYS: at least one key is needed.")
    if len(set(keys)) != len(keys):
        raise BadEnvironment("IDP_ENCRYPTION_KEYS: the same key stands twice.")
    return tuple(keys)


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """Read a generated secret of the data directory, making it on first use with mode 0600."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if path.stat().st_mode & 0o077:
                raise BadEnvironment(f"{path} can be read by others; `chmod 600` it.") from None
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            value = make()
            file.write(value)
        return value
    except OSError as error:
        raise BadEnvironment(f"IDP_DATA_DIR: cannot use {path}: {error.strerror}.") from error


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
