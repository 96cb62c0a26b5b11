"""What the clock starts. Beat only ticks: each job asks the database what is due."""

from collections.abc import Sequence
from typing import Any

from celery.schedules import crontab

MINUTE = 60
HOUR = 3600
CANARY_SECONDS = 15
# By night in Japan: 3:00 to 8:00 there, all within one day of UTC. A job claims its day
# in the database, so the later ticks only make up for a run that was missed or failed.
NIGHTLY = crontab(minute="7", hour="18-23")
JOBS: dict[str, float | crontab] = {
    "parts.release_lapsed_holds": MINUTE,
    "parts.learn_all_lead_times": NIGHTLY,
    # New answers ask for new plans themselves.
    "parts.check_all": NIGHTLY,
    "common.anchor_audit": NIGHTLY,
    "common.check_invariants": NIGHTLY,
    "common.forget_old_keys": NIGHTLY,
    "restoration.forget_old_bookings": NIGHTLY,
    # Each looks whether its hour or quarter of an hour is taken already.
    "restoration.plan_at_night": 10 * MINUTE,
    "restoration.watch_plans": 5 * MINUTE,
}


def beat_schedule(queues: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return Celery's table of periodic tasks; its clock is UTC.

    Args:
        queues: a canary sings in each of them.
    """
    jobs = {
        name: {"task": name, "schedule": due, "options": {"expires": HOUR}}
        for name, due in JOBS.items()
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
