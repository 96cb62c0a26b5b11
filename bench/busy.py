"""How long work keeps a core busy: ours and the database's, whoever else runs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.seeding import sql

NANOSECOND = 1e-9


@dataclass
class Busy:
    """What a piece of work has taken.

    Attributes:
        seconds: of CPU, in this process and in its database backend; of the clock
            where the backend cannot be looked at.
        wall: seconds of the clock.
    """

    seconds: float = 0.0
    wall: float = 0.0


@contextmanager
def busy() -> Iterator[Busy]:
    """Measure the work of a block that uses one database connection."""
    found = Busy()
    backend = int(sql("SELECT pg_backend_pid()")[0][0])
    before, ours, wall = _worked(backend), time.process_time(), time.perf_counter()
    yield found
    found.wall = time.perf_counter() - wall
    after = _worked(backend)
    if before is None or after is None:
        found.seconds = found.wall
    else:
        found.seconds = time.process_time() - ours + after - before


def _worked(pid: int) -> float | None:
    """Return a process's seconds on a core, None where it cannot be seen."""
    try:
        stat = Path(f"/proc/{pid}/schedstat").read_text()
    except OSError:
        return None
    return int(stat.split()[0]) * NANOSECOND
