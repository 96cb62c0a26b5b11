"""A cache that may be lost: without its server the house works on, only slower."""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# How long a server that did not answer is left alone: asked again by each step of a
# sign-in, a frozen one would hold it up for minutes.
SILENT_SECONDS = 5.0
# So many that nobody pushes a count out by making others.
STAND_IN = {"OPTIONS": {"MAX_ENTRIES": 10_000}}


def with_stand_in(name: str) -> Callable[..., Any]:
    """Return a cache's method that asks the process's own memory without a server."""
    method = getattr(RedisCache, name)

    @wraps(method)
    def call(self: "ForgivingRedisCache", *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self.silent_until:
            try:
                return method(self, *args, **kwargs)
            except RedisError as error:
                logger.warning("The cache does not answer: %s", error)
                self.silent_until = time.monotonic() + SILENT_SECONDS
        return getattr(self.stand_in, name)(*args, **kwargs)

    return call


class ForgivingRedisCache(RedisCache):
    """Keeps what it is given in the process's own memory where Redis is away.

    The limits of the sign-in are counted in the cache. Without its server each web
    process counts for itself: a few times as many tries, and never without an end.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        # Each thread has a cache of its own; what stands in is the process's.
        self.stand_in: BaseCache = LocMemCache("without redis", params | STAND_IN)
        self.silent_until = 0.0

    add = with_stand_in("add")
    get = with_stand_in("get")
    set = with_stand_in("set")
    touch = with_stand_in("touch")
    delete = with_stand_in("delete")
    get_many = with_stand_in("get_many")
    set_many = with_stand_in("set_many")
    delete_many = with_stand_in("delete_many")
    has_key = with_stand_in("has_key")
    incr = with_stand_in("incr")
