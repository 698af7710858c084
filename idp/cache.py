"""The shared cache when Redis is there: it accelerates, and its absence is never an error."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class ForgivingRedisCache(RedisCache):
    """Reads nothing and writes nothing while Redis is away; decisions never rest on it."""

    def _try(self, default: Any, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except RedisError as error:
            log.warning("cache unavailable", extra={"error": type(error).__name__})
            return default

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value, or the default when it is not there or Redis is away."""
        return self._try(default, lambda: super(ForgivingRedisCache, self).get(key, default, version))

    def set(self, key: str, value: Any, timeout: Any = 300, version: int | None = None) -> None:
        """Store, or not when Redis is away."""
        self._try(None, lambda: super(ForgivingRedisCache, self).set(key, value, timeout, version))

    def add(self, key: str, value: Any, timeout: Any = 300, version: int | None = None) -> bool:
        """Store if absent; pretends success when Redis is away."""
        return bool(self._try(True, lambda: super(ForgivingRedisCache, self).add(key, value, timeout, version)))

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget."""
        return bool(self._try(False, lambda: super(ForgivingRedisCache, self).delete(key, version)))
