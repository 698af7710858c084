"""What has to be there before anything is served. Every step may run again, and changes nothing then."""

import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.models import User
from accounts.services import users
from idp import demo
from idp.environment import Settings
from providers.logout import BOOTSTRAP
from providers.management.authentication import API_SCOPE
from providers.models import AccessToken, Authorization, Client
from providers.services import clients, keys
from scopes.services import ensure_allow_all, ensure_builtin

API_CLIENT = "gatehouse-api"
FOREVER = timedelta(days=36500)
LOCK = 0x6174650A  # any number that no other program takes in our database
LOCK_PATIENCE = 60


class BootstrapError(Exception):
    """The instance cannot be set up as configured; the message is for the operator."""


@dataclass(frozen=True)
class Result:
    """Who administers the instance. `password` is there once, when it was made just now."""

    administrator: str
    password: str = ""


def bootstrap() -> Result:
    """Bring database and cache up to date and make keys, scopes, administrator and demo; raises `BootstrapError`."""
    with _alone():
        migrate()
        if any(isinstance(cache, DatabaseCache) for cache in caches.all(initialized_only=False)):
            call_command("createcachetable", verbosity=0)
        keys.ensure_default()
        ensure_builtin()
        ensure_allow_all()
        try:
            administrator, password = ensure_administrator(settings.IDP)
        except ValidationError as error:
            raise BootstrapError(f"IDP_BOOTSTRAP_*: {'; '.join(error.messages)}") from error
        ensure_api_token(administrator, settings.IDP.bootstrap_token)
        demo.ensure(administrator) if settings.IDP.demo else demo.withdraw()
    return Result(administrator.username, password)


def migrate() -> None:
    """Apply what is missing; looking costs much less than Django's command."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
    if connection.vendor == "sqlite":
        # Its journal files take their mode from it.
        file = Path(str(connection.settings_dict["NAME"]))
        if file.is_file():
            file.chmod(0o600)


@transaction.atomic
def ensure_administrator(chosen: Settings) -> tuple[User, str]:
    """The administrator and, when they were made just now with a generated password, that password."""
    found = users.find(chosen.bootstrap_username)
    if found is None or not found.is_superuser:
        found = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first() or found
    if found is not None and found.is_superuser:
        return found, ""
    password = chosen.bootstrap_password or secrets.token_urlsafe(12)
    data = {
        "username": chosen.bootstrap_username,
        "password": password,
        "email": chosen.bootstrap_email,
        "email_verified": bool(chosen.bootstrap_email),
        "staff": True,
        "superuser": True,
    }
    # The operator's own choice of a password: trusted, like that of a configuration file.
    made = users.create(data, actor=BOOTSTRAP, trusted=True)
    return made, "" if chosen.bootstrap_password else password


@transaction.atomic
def ensure_api_token(administrator: User, token: str) -> None:
    """Let `IDP_BOOTSTRAP_TOKEN`, and no earlier value of it, be good at the management API."""
    checksum = hashlib.sha256(token.encode()).hexdigest()
    mine = AccessToken.objects.filter(grant_type=BOOTSTRAP)
    live = mine.filter(token_checksum=checksum, user=administrator, revoked_at=None, authorization__revoked_at=None)
    if token and live.exists() and mine.count() == 1:
        return
    Authorization.objects.filter(grant_type=BOOTSTRAP).delete()
    if not token:
        return
    client, now = ensure_api_client(), timezone.now()
    authorization = Authorization.objects.create(
        user=administrator, client=client, issuer="", grant_type=BOOTSTRAP, scope=API_SCOPE, auth_time=now, offline=True
    )
    AccessToken.objects.create(
        user=administrator,
        application=client,
        token_checksum=checksum,
        expires=now + FOREVER,
        scope=API_SCOPE,
        authorization=authorization,
        grant_type=BOOTSTRAP,
        issuer="",
    )


def ensure_api_client() -> Client:
    """The client in whose name the product itself hands out tokens for the management API; it cannot ask for any."""
    data = {
        "slug": API_CLIENT,
        "client_id": API_CLIENT,
        "client_name": "Management API",
        "issuer_mode": "root",
        "grant_types": [],
        "response_types": [],
        "scope": API_SCOPE,
        "token_endpoint_auth_method": "none",
    }
    return clients.find(API_CLIENT) or clients.create(data, actor=BOOTSTRAP, managed=True)


@contextmanager
def _alone() -> Iterator[None]:
    """Let instances that start together do this one after the other. SQLite has one process anyhow."""
    if connection.vendor != "postgresql":
        yield
        return
    deadline = time.monotonic() + LOCK_PATIENCE
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if cursor.fetchone() == (True,):
                break
            if time.monotonic() > deadline:
                raise BootstrapError("another instance is still setting up the database.")
            time.sleep(0.5)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
