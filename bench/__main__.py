"""Fill a database, measure, print the table; fail when a bound is broken.

``QUICK=1`` fills a tenth. ``BENCH_ONLY=plan,year,read,write,engine,hot,import,board``
measures a part.
"""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import django

from bench.aside import fresh_database
from bench.figures import Figure, table
from bench.planning import planning_figures
from bench.scaling import scaling_figures
from bench.year import year_figures

ROOT = Path(__file__).resolve().parent.parent
PARTS = 50_000
IMPORTED = 10_000
HOUSE = ("write", "read", "engine", "import", "hot", "board")
KINDS = (*HOUSE, "plan", "year")


def say(text: str) -> None:
    print(text, flush=True)


def commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.machine()


def head() -> str:
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    return (
        f"{processor()}, {cores} cores (load {load:.1f}), {platform.system()}"
        f" {platform.release()}, Python {platform.python_version()}, commit {commit()}"
    )


def main() -> int:
    """Measure everything that was asked for."""
    quick = os.environ.get("QUICK") == "1"
    wanted = (os.environ.get("BENCH_ONLY") or ",".join(KINDS)).split(",")
    say(head())
    began = time.monotonic()
    found: list[Figure] = []
    try:
        found.extend(told(measured(quick, wanted)))
    finally:
        # Also of a run that is broken off: some figures take minutes.
        say("")
        say(head())
        for line in table(found):
            say(line)
    broken = [figure for figure in found if not figure.holds]
    took = time.monotonic() - began
    say(f"\n{len(found)} figures, {len(broken)} outside their bound, {took:.0f} s.")
    return 1 if broken else 0


def measured(quick: bool, wanted: Collection[str]) -> Iterator[Figure]:
    """Plans first, while nothing else is at work; then the house."""
    if "plan" in wanted:
        yield from planning_figures(quick, say)
        yield from scaling_figures(quick)
    if "year" in wanted:
        yield from year_figures(quick, say)
    if set(wanted) & set(HOUSE):
        yield from house_figures(quick, wanted)


def house_figures(quick: bool, wanted: Collection[str]) -> Iterator[Figure]:
    """Fill a house of its own and measure it."""
    os.environ["DATABASE_URL"] = fresh_database(os.environ["DATABASE_URL"], "_bench")
    # Filling a million rows takes longer than any request may.
    os.environ["DB_STATEMENT_TIMEOUT_MS"] = "0"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from bench import house  # noqa: PLC0415 - models need the setup

    yield from house.measure(PARTS // 10 if quick else PARTS, wanted, say)


def told(found: Iterator[Figure]) -> Iterator[Figure]:
    """Show that something moves while the table is not there yet."""
    for figure in found:
        print(".", end="", flush=True)
        yield figure


if __name__ == "__main__":
    sys.exit(main())
