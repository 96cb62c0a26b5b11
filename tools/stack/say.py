"""What the person at the terminal reads: steps, timings, refusals."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Stop(Exception):
    """Something a person has to know or change. One line: the reason and a way out."""


def line(text: str = "") -> None:
    print(text, flush=True)


def warn(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Name a step while it runs and say how long it took."""
    print(f"  {text} …", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print(" failed", flush=True)
        raise
    print(f" {time.monotonic() - started:.1f} s", flush=True)


def beat() -> None:
    """Show that a long step is still alive."""
    print(".", end="", flush=True)


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log, for a message that says why something did not start."""
    if not log.exists():
        return f"({log} is empty)"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8192))
        text = file.read().decode(errors="replace")
    return "\n".join(f"    {row}" for row in text.splitlines()[-lines:])
