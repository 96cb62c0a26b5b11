"""Settings as production sees them."""

import json
import logging
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.cache.backends.base import BaseCache
from environs import EnvError

from config.cache import ForgivingRedisCache
from config.celery import app
from config.env import mail_settings
from config.logs import JsonFormatter
from tools import messages

PRODUCTION = {
    "SECRET_KEY": "k3" * 20 + "abcdefghijklmnopqrstuvwxyz",
    "AUDIT_SIGNING_KEY": "a" * 64,
    "DATABASE_URL": "postgres://app@127.0.0.1:1/app",
    "BROKER_URL": "redis://127.0.0.1:1/0",
    "CACHE_URL": "redis://127.0.0.1:1/0",
    "BASE_URL": "https://workshop.example",
    "ALLOWED_HOSTS": "workshop.example",
    "EMAIL_URL": "smtp://user:word@mail.example:587",
    "TRUSTED_PROXY_COUNT": "1",
}


def manage(
    environment: dict[str, str], *arguments: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={"PATH": os.defpath} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_passes_the_deployment_checks() -> None:
    done = manage(PRODUCTION, "check", "--deploy", "--fail-level", "WARNING")

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "name", sorted(set(PRODUCTION) - {"TRUSTED_PROXY_COUNT", "ALLOWED_HOSTS"})
)
def test_production_does_not_start_without(name: str) -> None:
    without = {key: value for key, value in PRODUCTION.items() if key != name}

    done = manage(without, "check")

    assert done.returncode != 0
    assert f'"{name}"' in done.stderr


def test_mail_goes_by_its_url() -> None:
    assert mail_settings("smtps://me:p%40ss@mail.example") == {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.example",
        "EMAIL_PORT": 465,
        "EMAIL_HOST_USER": "me",
        "EMAIL_HOST_PASSWORD": "p@ss",
        "EMAIL_USE_SSL": True,
        "EMAIL_USE_TLS": False,
    }
    assert mail_settings("file:///var/mail%20box")["EMAIL_FILE_PATH"] == "/var/mail box"


@pytest.mark.parametrize("url", ["", "pigeon://loft", "smtp://", "file://"])
def test_a_mail_url_of_no_kind_stops_the_start(url: str) -> None:
    with pytest.raises(EnvError, match="EMAIL_URL: expected"):
        mail_settings(url)


def test_every_scheduled_task_is_registered() -> None:
    app.loader.import_default_modules()

    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert scheduled - set(app.tasks) == set()


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("restoration.plan_site", "plan"),
        ("parts.check_availability", "parts"),
        ("restoration.mail_promise", "mail"),
        ("workshop.mail_invitation", "mail"),
    ],
)
def test_a_task_goes_to_the_queue_its_name_says(task: str, queue: str) -> None:
    app.loader.import_default_modules()

    assert task in app.tasks
    assert app.amqp.router.route({}, task)["queue"].name == queue


def test_no_message_waits_longer_than_the_broker_keeps_it() -> None:
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS

    assert options["visibility_timeout"] > settings.CELERY_TASK_TIME_LIMIT
    assert (
        options["unacked_restore_interval"] * options["unacked_restore_throttle"] == 5
    )


def test_the_catalogues_of_the_tool_are_those_of_the_settings() -> None:
    found = [messages.ROOT / home / "locale" for home in messages.HOMES]

    assert found == settings.LOCALE_PATHS


def test_a_cache_without_its_server_keeps_what_it_is_given() -> None:
    cache: BaseCache = ForgivingRedisCache("redis://127.0.0.1:1/0", {})

    assert cache.get("key", "nothing") == "nothing"
    assert cache.add("key", 1) is True
    assert cache.add("key", 2) is False
    assert cache.incr("key") == 2
    assert cache.get_many(["key"]) == {"key": 2}
    assert cache.get_or_set("key", 5) == 2
    assert cache.delete("key") is True
    assert cache.has_key("key") is False


def test_a_log_row_is_one_line_of_json() -> None:
    error = ValueError("two\nlines")
    record = logging.getLogger("x").makeRecord(
        "x", logging.ERROR, "f", 1, "部品 %s", ("A",), (ValueError, error, None)
    )

    text = JsonFormatter().format(record)

    assert "\n" not in text
    assert json.loads(text)["message"] == "部品 A"
    assert "ValueError: two" in json.loads(text)["traceback"]
