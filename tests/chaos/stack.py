"""A stack that can be killed part by part, and what is asked of it afterwards."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.chaos.effects import (
    DOUBLES,
    OF_ONE_STORY,
    OPEN_EVENTS,
    PROJECTS,
    PROJECTS_OF_FRAME,
)
from tests.chaos.keeper import PLACES
from tools.stack.places import ROOT
from tools.stack.processes import recorded, tied_to_us
from tools.stack.stack import manage, only_one
from tools.stack.valkey import free_port

# Generous: a busy machine is slow, and slow is not wrong.
START_SECONDS = 240.0
SETTLE_SECONDS = 240.0
COMES_BACK_SECONDS = 120.0
PATIENCE_SECONDS = 180
# A step as the story tells it.
BEGUN = re.compile(r"^ ?(\d+)\. ", re.MULTILINE)
GIVEN = ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "TESTING", "DEBUG")


def wait_for(what: str, look: Callable[[], bool], *, seconds: float) -> float:
    """Wait until something is so and return how long it took."""
    began = time.monotonic()
    while not look():
        assert time.monotonic() - began < seconds, f"{what}: not within {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - began


@dataclass
class Telling:
    """One run of `make story`: it keeps its stack up and writes down what it tells."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def text(self) -> str:
        return self.log.read_text()

    @property
    def step(self) -> int:
        """The step it has come to; 0 before the first."""
        return int((BEGUN.findall(self.text) or [0])[-1])

    def reaches(self, step: int) -> None:
        """Wait until the story begins a step.

        Raises:
            AssertionError: it ended before.
        """

        def look() -> bool:
            if self.step >= step:
                return True
            assert self.process.poll() is None, self.text[-3000:]
            return False

        wait_for(f"step {step}", look, seconds=PATIENCE_SECONDS)

    @property
    def numbers(self) -> list[str]:
        """The projects it has told of, in order."""
        words = (word.strip(".:,") for word in self.text.split())
        return list(dict.fromkeys(word for word in words if word.startswith("P-")))

    def end(self) -> int:
        """Wait for its end and return its exit code."""
        return self.process.wait(timeout=2 * PATIENCE_SECONDS)


@dataclass
class ChaosStack:
    """The supervisor as a child, everything else as its children.

    Attributes:
        seed: what all choices come from.
        said: what was done, for the report.
    """

    seed: int
    port: int = field(default_factory=free_port)
    said: list[str] = field(default_factory=list)
    # The supervisor: `make story` while it tells, else one that only stays.
    keeper: "subprocess.Popen[bytes] | None" = None
    tellings: list[Telling] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        with only_one(PLACES):
            shutil.rmtree(PLACES.home, ignore_errors=True)
            shutil.rmtree(PLACES.outside / "postgres", ignore_errors=True)
        PLACES.make()

    def say(self, line: str) -> None:
        self.said.append(line)
        sys.stdout.write(f"chaos, seed {self.seed}: {line}\n")

    def start(self) -> None:
        """Start a supervisor that stays and wait until everything answers."""
        self.keeper = self._dev(self._log("keeper"), "stay")
        self._await_start()

    def _dev(self, path: Path, *arguments: str) -> "subprocess.Popen[bytes]":
        environment = {k: v for k, v in os.environ.items() if k not in GIVEN}
        with path.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.keeper", *arguments],
                cwd=ROOT,
                env=environment | {"PORT": str(self.port)},
                stdout=log,
                stderr=log,
                preexec_fn=tied_to_us(signal.SIGTERM),
            )

    def _await_start(self) -> None:
        took = wait_for("the start", self._is_up, seconds=START_SECONDS)
        self.say(f"up after {took:.1f} s")

    def _is_up(self) -> bool:
        assert self.keeper is not None
        assert self.keeper.poll() is None, f"it ended: see {PLACES.logs}"
        try:
            running = json.loads(PLACES.running.read_text())
        except (OSError, ValueError):
            return False
        return bool(running["pid"] == self.keeper.pid)

    def stop(self) -> None:
        """Ctrl-C: everything ends in order."""
        if self.keeper is not None and self.keeper.poll() is None:
            self.keeper.send_signal(signal.SIGTERM)
            self.keeper.wait(timeout=60)
        for telling in self.tellings:
            telling.process.kill()
            telling.process.wait()

    @property
    def environment(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(PLACES.running.read_text())["environment"]
        return found

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database directly, past all code of ours."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return connection.execute(query.encode()).fetchall()

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self.run([*manage(*arguments)])

    def run(self, command: list[str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command,
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def tell(self, frame: str) -> Telling:
        """`make story`: where nothing runs, it starts the stack and is its keeper."""
        log = self._log(f"story-{len(self.tellings) + 1}")
        patience = ("--patience", str(PATIENCE_SECONDS))
        process = self._dev(log, "story", "--frame", frame, *patience)
        self.tellings.append(Telling(process, log))
        if self.keeper is None or self.keeper.poll() is not None:
            self.keeper = process
            self._await_start()
        return self.tellings[-1]

    def _log(self, name: str) -> Path:
        PLACES.logs.mkdir(parents=True, exist_ok=True)
        return PLACES.logs / f"{name}.log"

    # --- Blows ------------------------------------------------------------------------

    def kill(self, target: str) -> None:
        """Kill -9 one part, by the name of its blow."""
        pids = self.victims(target)
        for pid in pids:
            strike(pid)
        if target == "supervisor" and self.keeper is not None:
            self.keeper.wait()
        self.say(f"killed {target} ({len(pids)} processes)")

    def victims(self, target: str) -> list[int]:
        """Find the processes of a blow; what was just killed may be starting anew."""
        until = time.monotonic() + COMES_BACK_SECONDS
        while not (found := self._victims(target)):
            assert time.monotonic() < until, f"there is no {target} to kill"
            time.sleep(0.2)
        return found

    def _victims(self, target: str) -> list[int]:
        if target == "supervisor":
            return [self.keeper.pid] if self.keeper else []
        running = dict(recorded(PLACES.children))
        parent = running.get(target.removesuffix(" child"))
        if parent is None:
            return []
        children = children_of(parent)
        if target.endswith(" child"):
            return [self.random.choice(children)] if children else []
        # The postmaster first, so that it does not tell its children anything.
        return [parent, *children] if target == "postgres" else [parent]

    def strike_during(self, telling: Telling, target: str, step: int) -> None:
        """Kill one part at a moment of a step that the seed chooses."""
        delay = self.random.uniform(0, 1.5)
        telling.reaches(step)
        time.sleep(delay)
        self.say(f"step {step} plus {delay:.2f} s: {target}")
        self.kill(target)

    # --- Afterwards -------------------------------------------------------------------

    def settle(self) -> None:
        """Wait until nothing is left to be done."""

        def look() -> bool:
            try:
                return self.rows(OPEN_EVENTS) == []
            except psycopg.OperationalError:
                return False

        took = wait_for("an empty outbox", look, seconds=SETTLE_SECONDS)
        self.say(f"settled after {took:.1f} s")

    def wrongs(self) -> list[str]:
        """Return every law that is broken and everything that was done twice."""
        found = [
            f"{law}: {told.stdout}{told.stderr}"
            for law in ("check_invariants", "verify_audit")
            if (told := self.manage(law)).returncode != 0
        ]
        found += [
            f"{name}: {rows[:5]}"
            for name, query in DOUBLES.items()
            if (rows := self.rows(query))
        ]
        kept = {number for (number,) in self.rows(PROJECTS)}
        for telling in self.tellings:
            found += [f"told and lost: {n}" for n in telling.numbers if n not in kept]
        return found

    def not_once(self, frame: str) -> list[str]:
        """Return what a finished story has left behind too often, or not at all."""
        found = []
        for name, (wanted, query) in OF_ONE_STORY.items():
            quoted = f"'{frame}'"
            projects = PROJECTS_OF_FRAME.format(frame=quoted)
            [(count,)] = self.rows(query.format(frame=quoted, projects=projects))
            if count != wanted:
                found.append(f"{name}: {count} instead of {wanted}")
        return found


def strike(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started (Linux)."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").glob("*/children"))
        return [int(child) for task in tasks for child in task.read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        # It ended while we looked.
        return []
