"""Liveness, readiness, metrics."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client as Browser

from idp import health
from providers.models import SigningKey

pytestmark = pytest.mark.django_db


def test_a_process_without_its_database_is_alive_and_not_ready(instance: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("password of the database: hunter2")

    monkeypatch.setattr(health.connection, "cursor", broken)
    assert Browser().get("/healthz").status_code == 200
    answer = Browser().get("/readyz")
    assert answer.status_code == 503
    assert answer.content == b"not ready\n"
    assert answer["Retry-After"]


def test_a_set_up_instance_is_ready(instance: None) -> None:
    assert Browser().get("/readyz").status_code == 200


def test_without_a_key_it_is_not_ready(instance: None) -> None:
    SigningKey.objects.all().delete()
    assert Browser().get("/readyz").status_code == 503


def test_with_a_broken_cache_it_is_not_ready(instance: None, monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    monkeypatch.setattr(cache, "get", lambda *_args, **_kwargs: None)
    assert Browser().get("/readyz").status_code == (200 if settings.IDP.redis_url else 503)


def test_metrics_are_for_the_loopback(db: None) -> None:
    answer = Browser().get("/metrics")
    assert answer.status_code == 200
    for name in ("gatehouse_tokens_issued_total", "gatehouse_refusals_total", "gatehouse_logins_total", "gatehouse_request_seconds"):
        assert f"# TYPE {name.removesuffix('_total')}" in answer.content.decode() or f"# HELP {name}" in answer.content.decode()


@pytest.mark.parametrize(
    "meta",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"HTTP_FORWARDED": "for=192.0.2.7"},
    ],
)
def test_metrics_are_not_for_strangers_nor_through_proxies(db: None, meta: dict[str, str]) -> None:
    assert Browser().get("/metrics", **meta).status_code == 403


def test_health_pages_are_read_only(db: None) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert Browser().post(path).status_code == 405
