"""A cache that may be lost: without its server the house works on, only slower."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def forgiving(answer: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return this answer where the server does not give one."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def call(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
            try:
                return method(self, *args, **kwargs)
            except RedisError as error:
                logger.warning("The cache does not answer: %s", error)
                return answer

        return call

    return decorate


class ForgivingRedisCache(RedisCache):
    """Misses where Redis is away. Rate limits then let through: see the README.

    Passwords stay guarded by their slow hash and the second factor of the staff; a
    house that nobody can sign in to would be the greater harm.
    """

    add = forgiving(True)(RedisCache.add)
    set = forgiving(None)(RedisCache.set)
    touch = forgiving(False)(RedisCache.touch)
    delete = forgiving(False)(RedisCache.delete)
    set_many = forgiving([])(RedisCache.set_many)
    delete_many = forgiving(None)(RedisCache.delete_many)
    has_key = forgiving(False)(RedisCache.has_key)
    incr = forgiving(1)(RedisCache.incr)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return forgiving(default)(RedisCache.get)(self, key, default, version)

    def get_many(self, keys: Any, version: int | None = None) -> Any:
        return forgiving({})(RedisCache.get_many)(self, keys, version)
