"""What the clock starts. Beat only ticks: each job asks the database what is due."""

from collections.abc import Sequence
from typing import Any

MINUTE = 60
HOUR = 3600
CANARY_SECONDS = 15
# Tasks by the seconds between two ticks. Those that run once a day claim their day in
# the database and are asked every hour, so that a missed or failed run is made up for.
JOBS = {
    "common.anchor_audit": HOUR,
    "common.check_invariants": HOUR,
    "common.forget_old_keys": HOUR,
    "parts.check_all": HOUR,
    "parts.release_lapsed_holds": MINUTE,
}


def beat_schedule(queues: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return Celery's table of periodic tasks.

    Args:
        queues: a canary sings in each of them.
    """
    jobs = {
        name: {"task": name, "schedule": seconds, "options": {"expires": seconds}}
        for name, seconds in JOBS.items()
    }
    return jobs | {
        f"canary of {queue}": {
            "task": "common.canary",
            "schedule": CANARY_SECONDS,
            "kwargs": {"queue": queue},
            "options": {"queue": queue, "expires": 4 * CANARY_SECONDS},
        }
        for queue in queues
    }
