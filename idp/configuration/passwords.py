"""Passwords of a configuration file, hashed before any transaction opens: that takes a quarter of a second each, on purpose."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from accounts.models import User, canonical_username
from accounts.services import users
from idp.configuration.document import ConfigurationError, Item

Progress = Callable[[str, int, int], None]


def prepare(items: list[Item], progress: Progress | None = None) -> list[Item]:
    """The items with hashes in place of passwords, and with nothing where the stored hash is of the same password."""
    given = [item for item in items if isinstance(item.data.get("password"), str)]
    keys = [canonical_username(str(item.data.get("username", ""))) for item in given]
    stored = dict(User.objects.filter(username_key__in=keys).values_list("username_key", "password"))
    prepared: dict[int, Item] = {}
    # The hash function leaves the interpreter free, so threads share the cores.
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = pool.map(lambda pair: _prepared(pair[0], stored.get(pair[1], "")), zip(given, keys, strict=True))
        for number, (item, result) in enumerate(zip(given, results, strict=True), 1):
            prepared[id(item)] = result
            if progress is not None:
                progress("passwords", number, len(given))
    return [prepared.get(id(item), item) for item in items]


def _prepared(item: Item, stored: str) -> Item:
    data: dict[str, Any] = dict(item.data)
    password = data.pop("password")
    if not (stored and check_password(password, stored)):
        try:
            data["password_hash"] = users.hashed(password)
        except ValidationError as error:
            raise ConfigurationError(f"password: {' '.join(error.messages)}", item.line_of("password")) from error
    return Item(data, item.line, {**item.lines, "password_hash": item.line_of("password")})
