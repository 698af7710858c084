"""Callers of the management API, each with a token of their own."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.http import HttpResponse
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Group, User
from idp.bootstrap import ensure_api_client
from providers.models import AccessToken, Authorization
from tests.conftest import MakeUser

BASE = "/api/v1"
MakeCaller = Callable[..., "Caller"]


class Caller:
    """Sends JSON with a bearer token; with `token=""` and no cookies it is a stranger."""

    def __init__(self, token: str = "", browser: Browser | None = None, user: User | None = None) -> None:
        self.token, self.browser, self.user = token, browser or Browser(), user

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """One call; `body` is sent as JSON, bytes as they are."""
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        content = body if isinstance(body, bytes) else json.dumps(body if body is not None else {}).encode()
        kind = headers.pop("content_type", "application/json")
        data = content if method in {"post", "patch", "put", "delete"} else body
        return self.browser.generic(method.upper(), BASE + path, data or b"", content_type=kind, headers=headers)

    def get(self, path: str, **headers: str) -> HttpResponse:
        """Read."""
        return self("get", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Make."""
        return self("post", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Change."""
        return self("patch", path, body, **headers)

    def delete(self, path: str, **headers: str) -> HttpResponse:
        """Remove."""
        return self("delete", path, **headers)


def token_for(user: User, *, token: str = "", scope: str = "gatehouse/api") -> str:
    """A token of the management API, as `IDP_BOOTSTRAP_TOKEN` is one."""
    token = token or f"token-of-{user.username}-{scope}"
    client, now = ensure_api_client(), timezone.now()
    authorization = Authorization.objects.create(
        user=user, client=client, issuer="", grant_type="test", scope=scope, auth_time=now, offline=True
    )
    AccessToken.objects.create(
        user=user,
        application=client,
        token_checksum=hashlib.sha256(token.encode()).hexdigest(),
        expires=now + timedelta(hours=1),
        scope=scope,
        authorization=authorization,
        grant_type="test",
        issuer="",
    )
    return token


@pytest.fixture
def make_caller(make_user: MakeUser) -> MakeCaller:
    """`make_caller("carol", "view_client", "add_user")`: somebody with these permissions, by way of a group."""

    def make(username: str, *permissions: str, **fields: Any) -> Caller:
        user = make_user(username, **fields)
        if permissions:
            group = Group.objects.create(name=f"may-of-{username}")
            group.permissions.set(Permission.objects.filter(codename__in=permissions))
            user.groups.add(group)
        return Caller(token_for(user), user=user)

    return make


@pytest.fixture
def root(make_caller: MakeCaller) -> Caller:
    """An administrator."""
    return make_caller("root", superuser=True, staff=True)


@pytest.fixture
def plain(make_caller: MakeCaller) -> Caller:
    """Somebody without any permission."""
    return make_caller("plain")


@pytest.fixture
def stranger(instance: None) -> Caller:
    """Nobody."""
    return Caller()
