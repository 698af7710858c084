"""Liveness, readiness and metrics. The answers say nothing about the inside; the log does."""

import ipaddress
import logging
import os
import secrets
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from idp.network import is_trusted, parse_ip
from providers.models import SigningKey

log = logging.getLogger(__name__)

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")
PLAIN = "text/plain; charset=utf-8"


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers, whatever else is broken."""
    return HttpResponse("ok\n", content_type=PLAIN)


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when requests can be served, else 503; the log names the check that failed."""
    failed = [check.__name__ for check in CHECKS if not _holds(check)]
    if failed:
        log.warning("not ready", extra={"checks": failed})
        return HttpResponse("not ready\n", status=503, content_type=PLAIN, headers={"Retry-After": "5"})
    return HttpResponse("ready\n", content_type=PLAIN)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Counters, for peers that speak to us directly from the loopback or a trusted network."""
    if not _is_peer(request):
        return HttpResponse("not for you\n", status=403, content_type=PLAIN)
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def database() -> bool:
    """Whether the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def shared_cache() -> bool:
    """Whether the cache gives back what it got. Redis only accelerates: while it is away the answer is still yes."""
    if settings.IDP.redis_url:
        return True
    value = secrets.token_hex(8)
    cache.set("readyz", value, 30)
    return cache.get("readyz") is not None


def signing_key() -> bool:
    """Whether a key is there to sign with."""
    return SigningKey.objects.filter(status=SigningKey.Status.ACTIVE).exists()


CHECKS: tuple[Callable[[], bool], ...] = (database, shared_cache, signing_key)


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the answer is "not ready"
        log.warning("check failed", extra={"check": check.__name__, "error": type(error).__name__})
        return False


def _is_peer(request: HttpRequest) -> bool:
    """A forwarded request comes from somebody else than its peer, hence it is refused."""
    address = parse_ip(request.META.get("REMOTE_ADDR", ""))
    if address is None or any(name in request.META for name in FORWARDED):
        return False
    return ipaddress.ip_address(address).is_loopback or is_trusted(address)
