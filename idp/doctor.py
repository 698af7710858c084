"""What `idp doctor` looks at: each check returns what is wrong, in one sentence a finding."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.secrets import BadCiphertext, unseal
from providers.models import Client, Key, SigningKey
from providers.services import secrets

SECRET_MINIMUM = 32
CLOCK_TOLERANCE = 5.0
LOOPBACK = ("http://127.0.0.1", "http://localhost", "http://[::1]")


def database() -> Iterator[str]:
    """Reachable, and migrated."""
    plan = MigrationExecutor(connection).migration_plan(MigrationExecutor(connection).loader.graph.leaf_nodes())
    if plan:
        yield f"{len(plan)} migrations have not been applied; run idp migrate."


def shared_cache() -> Iterator[str]:
    """Keeps what it is given."""
    cache.set("doctor", "here", 10)
    if cache.get("doctor") != "here":
        yield "The cache does not keep what it is given."


def signing_keys() -> Iterator[str]:
    """Every key has one pair that signs, and it can be opened."""
    if not Key.objects.exists():
        yield "There are no keys; run idp bootstrap."
    for key in Key.objects.prefetch_related("signing_keys"):
        active = [pair for pair in key.signing_keys.all() if pair.status == SigningKey.Status.ACTIVE]
        if not active:
            yield f"The key {key.name} has no signing key in use."
        for pair in active:
            try:
                unseal(bytes(pair.private_ciphertext), f"signing_key:{pair.kid}")
            except BadCiphertext as error:
                yield f"The key {key.name} cannot be opened: {error}."


def clock() -> Iterator[str]:
    """Ours and the database's agree."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_TIMESTAMP")
        there = cursor.fetchone()[0]
    there = datetime.fromisoformat(there) if isinstance(there, str) else there
    there = there if there.tzinfo else there.replace(tzinfo=UTC)
    if abs((timezone.now() - there).total_seconds()) > CLOCK_TOLERANCE:
        yield "The clock differs from the database's by more than five seconds."


def base_url() -> Iterator[str]:
    """https, except on one's own machine."""
    url = settings.BASE_URL
    if url.startswith("http://") and not url.startswith(LOOPBACK):
        yield f"IDP_BASE_URL is {url}: tokens and passwords would travel in clear; use https."


def permissions() -> Iterator[str]:
    """What is secret on disk is ours alone, and there is room."""
    folder: Path = settings.IDP.data_dir
    for name in ("secret_key", "encryption_keys"):
        path = folder / name
        if path.exists() and path.stat().st_mode & 0o077:
            yield f"{path} can be read by others; chmod 600 it."
    if folder.exists() and shutil.disk_usage(folder).free < 100 * 1024 * 1024:
        yield f"Less than 100 MB are free in {folder}."


def client_secrets() -> Iterator[str]:
    """Long enough not to be guessed."""
    for client in Client.objects.filter(disabled=False).prefetch_related("secrets"):
        for row in secrets.live(client):
            try:
                short = len(secrets.reveal(row)) < SECRET_MINIMUM
            except BadCiphertext:
                yield f"A secret of the client {client.slug} cannot be opened with the configured encryption keys."
                continue
            if short:
                yield f"A secret of the client {client.slug} has fewer than {SECRET_MINIMUM} characters."


def redirect_uris() -> Iterator[str]:
    """Codes travel over https, or stay on the person's machine."""
    for client in Client.objects.filter(disabled=False):
        for uri in client.redirect_uris.split():
            if uri.startswith("http://") and not uri.startswith(LOOPBACK):
                yield f"The client {client.slug} is sent codes in clear at {uri}."


Check = Callable[[], Iterator[str]]
# Failing one of these makes the exit code non-zero; the others are advice.
CHECKS: tuple[Check, ...] = (database, shared_cache, signing_keys, clock, base_url, permissions)
ADVICE: tuple[Check, ...] = (client_secrets, redirect_uris)
