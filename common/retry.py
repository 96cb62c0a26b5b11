"""Doing a whole command again when PostgreSQL asks for it, or comes back."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

from common.database import sqlstate_of

P = ParamSpec("P")
T = TypeVar("T")

SERIALIZATION_FAILURE = "40001"
DEADLOCK = "40P01"
ATTEMPTS = 3
# No state: the connection broke. 08: connection. 57P01 to 57P03: it ends or starts.
GONE_STATES = ("08", "57P0")
PAUSE_SECONDS = 0.2


def retrying(command: Callable[P, T]) -> Callable[P, T]:
    """Wrap a command so that a deadlock or serialisation failure runs it again.

    Only the outermost boundary retries: inside a transaction half of the work would
    be repeated, so there the error goes up. Put it above ``@transaction.atomic``.
    """

    @wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return command(*args, **kwargs)
            except OperationalError as error:
                again = sqlstate_of(error) in (SERIALIZATION_FAILURE, DEADLOCK)
                inside = transaction.get_connection().in_atomic_block
                if not again or inside or attempt == ATTEMPTS:
                    raise
            # Jitter, so that the two that met do not meet again.
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311 - jitter
        raise AssertionError("unreachable")

    return wrapper


def is_gone(error: Exception) -> bool:
    """Whether an error says that PostgreSQL itself went, not that it refused."""
    state = sqlstate_of(error)
    return not state or state.startswith(GONE_STATES)


def await_database(seconds: float) -> None:
    """Wait until PostgreSQL takes connections again.

    Args:
        seconds: how long at most.

    Raises:
        OperationalError: it did not in time.
    """
    until = time.monotonic() + seconds
    while True:
        connection.close()
        try:
            connection.ensure_connection()
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            return
