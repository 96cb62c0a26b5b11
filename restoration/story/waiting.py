"""Waiting on rows that the running services write, and failing loudly."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from common import health
from common.models import OutboxEvent
from restoration.story.again import Gone

T = TypeVar("T")
State = OutboxEvent.State
PAUSE_SECONDS = 0.1


class Stuck(Exception):
    """Something did not happen in time, or something that happened is wrong."""


def wait_for(what: str, look: Callable[[], T | None], *, seconds: float) -> T:
    """Look again and again until there is something, and return it.

    Args:
        what: what is waited for; told when it does not come.
        look: returns what is there, or None.
        seconds: how long to wait.

    Raises:
        Gone: it did not come, for a service is away.
        Stuck: it did not come; says what the outbox holds.
    """
    until = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > until:
            demand_services()
            raise Stuck(
                _("%(what)s did not come within %(seconds)s s. %(outbox)s")
                % {"what": what, "seconds": round(seconds), "outbox": _outbox()}
            )
        time.sleep(PAUSE_SECONDS)


def demand_that(holds: bool, what: str) -> None:
    """Fail the story unless something is so.

    Raises:
        Stuck: it is not.
    """
    if not holds:
        raise Stuck(what)


def demand_services() -> None:
    """Make sure that what has to do the waited-for work is there.

    Raises:
        Gone: the broker, the relay or a worker is away.
    """
    try:
        health.check_broker()
    except RedisError as error:
        raise Gone(_("The broker (Valkey) does not answer.")) from error
    try:
        health.check_workers()
    except health.NotReady as finding:
        raise Gone(
            _("Relay or workers have not been heard of for a minute (%(who)s).")
            % {"who": finding}
        ) from finding


def _outbox() -> str:
    """Say what waits in the outbox: mostly the reason."""
    waiting = OutboxEvent.objects.exclude(state=State.DONE).order_by("created_at")
    said = [
        f"{e.task} {e.state} {e.last_error.splitlines()[0] if e.last_error else ''}"
        for e in waiting[:5]
    ]
    if not said:
        return _("Nothing waits in the outbox.")
    return _("In the outbox: %(events)s. Do the relay and the workers run?") % {
        "events": "; ".join(s.strip() for s in said)
    }
