"""The Celery application. Only the outbox relay and beat publish to it."""

import logging
import os
from typing import Any

from celery import Celery
from celery.signals import beat_init
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

logger = logging.getLogger(__name__)

app = Celery("config")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="effects")


@beat_init.connect
def sing_at_once(**_signal: Any) -> None:
    """Send the canaries when beat starts: a fresh start is ready a round sooner."""
    for entry in app.conf.beat_schedule.values():
        if entry["task"] != "common.canary":
            continue
        try:
            app.send_task(
                entry["task"], kwargs=entry["kwargs"], retry=False, **entry["options"]
            )
        except OperationalError as error:
            logger.warning("No canary yet: %s", error)
            return
