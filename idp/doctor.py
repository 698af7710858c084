"""What can be wrong with an instance. Each check returns findings; an error makes `idp doctor` end with 1, a warning does not."""

import secrets
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import Error as DatabaseError
from django.utils import timezone

from accounts.models import User
from accounts.secrets import BadCiphertext
from accounts.services import users
from idp import demo
from providers.models import Client, Key, SigningKey
from providers.services import secrets as client_secrets
from providers.services.key_pairs import private_jwk
from providers.services.uris import is_loopback

CLOCK_TOLERANCE = timedelta(seconds=5)
SHOWN = 10


@dataclass(frozen=True)
class Finding:
    """Something that deserves attention."""

    text: str
    is_error: bool = True


def database() -> Iterable[Finding]:
    """It answers, and its tables are those of this version."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        yield Finding(f"{len(missing)} migrations are missing; run `idp migrate`")
    if connection.vendor == "sqlite" and settings.IDP.base_url.startswith("https://"):
        yield Finding("SQLite serves one process; PostgreSQL is for more (IDP_DATABASE_URL)", is_error=False)


def shared_cache() -> Iterable[Finding]:
    """What is put in comes out."""
    value = secrets.token_hex(8)
    cache.set("doctor", value, 30)
    if cache.get("doctor") != value:
        yield Finding("the cache does not give back what it got")


def clock() -> Iterable[Finding]:
    """Ours and the database's agree: instants of tokens are compared in both."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    difference = abs(theirs - timezone.now())
    if difference > CLOCK_TOLERANCE:
        yield Finding(f"our clock and the database's differ by {difference.total_seconds():.0f} s")


def keys() -> Iterable[Finding]:
    """Every series has one pair that signs, and its private key can be opened."""
    series = list(Key.objects.prefetch_related("signing_keys"))
    if not series:
        yield Finding("there is no signing key; run `idp bootstrap`")
    for key in series:
        active = [pair for pair in key.signing_keys.all() if pair.status == SigningKey.Status.ACTIVE]
        if len(active) != 1:
            yield Finding(f"the key {key.name} has {len(active)} active key pairs")
        for pair in active:
            try:
                private_jwk(pair)
            except BadCiphertext as error:
                yield Finding(f"the key {key.name} cannot be opened ({error}); is IDP_ENCRYPTION_KEYS the right one?")


def base_url() -> Iterable[Finding]:
    """The public origin is one that browsers protect."""
    parts = urlsplit(settings.BASE_URL)
    host = parts.hostname or ""
    if parts.scheme == "http" and not is_loopback(host):
        yield Finding(f"IDP_BASE_URL is {settings.BASE_URL}: passwords and tokens travel in the open; use https")
    if not is_loopback(host) and settings.IDP.demo:
        yield Finding("IDP_DEMO is on: everybody knows the password of the user demo", is_error=False)
    if not is_loopback(host) and not settings.IDP.rate_limits:
        yield Finding("IDP_RATE_LIMITS is off", is_error=False)


def permissions() -> Iterable[Finding]:
    """Nobody else reads the secrets and the embedded database."""
    folder = settings.IDP.data_dir
    if not folder.is_dir():
        return
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        sensitive = path.name in ("secret_key", "encryption_keys") or ".sqlite3" in path.name
        mode = stat.S_IMODE(path.stat().st_mode)
        exposed = stat.S_IMODE(folder.stat().st_mode) & 0o077
        if sensitive and mode & 0o077 and exposed:
            yield Finding(f"{path} can be read by others (mode {mode:03o})")


def people() -> Iterable[Finding]:
    """Somebody administers, and nobody has a published password."""
    if not User.objects.filter(is_superuser=True, is_active=True).exists():
        yield Finding("there is no active administrator; run `idp user create … --superuser`")
    user = users.find(demo.USERNAME)
    if not settings.IDP.demo and user is not None and user.is_active and check_password(demo.PASSWORD, user.password):
        yield Finding("the user demo has the password that stands in the documentation")


def client_secret_lengths() -> Iterable[Finding]:
    """Secrets that people chose are long enough to resist guessing (rulings 10)."""
    short, closed = [], []
    for client in Client.objects.filter(disabled=False):
        for row in client_secrets.live(client):
            try:
                if len(client_secrets.reveal(row).encode()) < client_secrets.MINIMUM_HMAC_BYTES:
                    short.append(client.slug)
            except BadCiphertext:
                closed.append(client.slug)
    if closed:
        yield Finding(f"secrets cannot be opened; is IDP_ENCRYPTION_KEYS the right one? Clients: {_some(closed)}")
    if short:
        yield Finding(f"secrets shorter than {client_secrets.MINIMUM_HMAC_BYTES} bytes: {_some(short)}", is_error=False)


def redirect_uris() -> Iterable[Finding]:
    """Answers travel encrypted, or stay on the machine."""
    open_ones = []
    for slug, uris in Client.objects.filter(disabled=False).values_list("slug", "redirect_uris"):
        parts = [urlsplit(uri) for uri in uris.split()]
        if any(part.scheme == "http" and not is_loopback(part.hostname or "") for part in parts):
            open_ones.append(slug)
    if open_ones:
        yield Finding(f"redirect URIs with http: {_some(open_ones)}", is_error=False)


CHECKS: tuple[tuple[str, Callable[[], Iterable[Finding]]], ...] = (
    ("database", database),
    ("cache", shared_cache),
    ("clock", clock),
    ("keys", keys),
    ("base URL", base_url),
    ("permissions", permissions),
    ("people", people),
    ("client secrets", client_secret_lengths),
    ("redirect URIs", redirect_uris),
)


def examine() -> Iterable[tuple[str, list[Finding]]]:
    """Run every check; without the database those that need it say so."""
    for name, check in CHECKS:
        try:
            yield name, list(check())
        except DatabaseError as error:
            yield name, [Finding(f"the database does not answer: {str(error).strip().splitlines()[0]}")]


def _some(names: list[str]) -> str:
    names = sorted(set(names))
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
