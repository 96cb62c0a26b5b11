"""`make demo` and `make story` over places and a database of the chaos tests.

A process of its own, so that it can be killed: ``python -m tests.chaos.keeper stay``
keeps everything up, ``python -m tests.chaos.keeper story --frame …`` is `make story`.
Both take their port from PORT.
"""

import os
import sys
from pathlib import Path

import psycopg

from tools.stack import demo, say, verbs
from tools.stack.places import Places
from tools.stack.say import Stop
from tools.stack.stack import Stack, manage, only_one
from tools.stack.supervisor import Interrupted, signals_interrupt

PLACES = Places("chaos")


def prepare(stack: Stack) -> None:
    """Schema, seeds, and a house with people and stock; the story brings its car."""
    stamp = stack.places.home / "prepared"
    commands = [manage("prepare")]
    if not stamp.exists():
        read_schema(stack.environment["DATABASE_URL"])
        commands.append(manage("seed_demo", "--without-cars"))
    for command in commands:
        log = stack.places.logs / "prepare.log"
        if stack.foreground(command, errors=log):
            raise Stop(say.tail(log))
    stamp.touch()


def read_schema(database: str) -> None:
    """Take the schema over from the test command, which has migrated already."""
    dump = os.environ.get("TEST_SCHEMA")
    if dump:
        with psycopg.connect(database) as connection:
            connection.execute(Path(dump).read_bytes())


def stay(_arguments: list[str]) -> int:
    """Start everything and stay until interrupted or killed."""
    try:
        with (
            signals_interrupt(),
            only_one(PLACES),
            demo.up(demo.wanted_port()) as stack,
        ):
            stack.supervisor.watch(lambda: False)
    except Interrupted:
        return 0
    return 1


if __name__ == "__main__":
    demo.PLACES = PLACES
    demo.prepare = prepare
    verbs.VERBS["stay"] = stay
    sys.exit(verbs.main(sys.argv[1:]))
