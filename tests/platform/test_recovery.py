"""The services under our supervisor, killed for real."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from tools.stack.places import ROOT, Places
from tools.stack.processes import started_at

SUPERVISOR = """
import json, sys
from pathlib import Path
from tools.stack.places import Places
from tools.stack.stack import only_one, services
from tools.stack.supervisor import Interrupted, signals_interrupt

places = Places("killed", Path(sys.argv[1]))
try:
    with signals_interrupt(), only_one(places), services(places, durable=True) as stack:
        print("READY " + json.dumps(stack.environment), flush=True)
        stack.supervisor.watch(lambda: False)
except Interrupted:
    sys.exit(0)
"""


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    """A checkout of its own; pytest's folder is closed to other users, as /root is."""
    here = Places("killed", tmp_path)
    yield here
    shutil.rmtree(here.outside, ignore_errors=True)


def start(places: Places) -> tuple["subprocess.Popen[str]", dict[str, str]]:
    services = {"DATABASE_URL", "BROKER_URL", "CACHE_URL"}
    environment = {
        key: value for key, value in os.environ.items() if key not in services
    }
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(places.root)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("READY "):
            return process, json.loads(line.removeprefix("READY "))
    raise AssertionError("the services did not start")


def finish(process: "subprocess.Popen[str]", with_signal: signal.Signals) -> int:
    process.send_signal(with_signal)
    code = process.wait(60)
    assert process.stdout is not None
    process.stdout.close()
    return code


def children(places: Places) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(places.children.read_text())}


def comes_true(question: Any, seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if question():
                return True
        except (psycopg.OperationalError, redis.RedisError):
            pass
        time.sleep(0.1)
    return False


def words(environment: dict[str, str]) -> list[str]:
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT word FROM kept ORDER BY word").fetchall()
    return [word for (word,) in rows]


def test_killed_services_and_supervisors_lose_nothing(places: Places) -> None:
    first, environment = start(places)
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('before')")
    with redis.Redis.from_url(environment["BROKER_URL"]) as broker:
        broker.rpush("queue", "waiting")
    killed = children(places)

    finish(first, signal.SIGKILL)

    assert comes_true(
        lambda: (
            not any(started_at(row["pid"]) == row["started"] for row in killed.values())
        )
    ), "children outlived their supervisor"
    second, environment = start(places)
    assert words(environment) == ["before"]
    with redis.Redis.from_url(environment["BROKER_URL"]) as broker:
        assert broker.lrange("queue", 0, -1) == [b"waiting"]

    for name in ("postgres", "broker"):
        os.kill(children(places)[name]["pid"], signal.SIGKILL)

    assert comes_true(lambda: words(environment) == ["before"])
    with redis.Redis.from_url(environment["BROKER_URL"]) as broker:
        assert comes_true(lambda: broker.llen("queue") == 1)
    assert finish(second, signal.SIGTERM) == 0
    assert not places.children.exists()
