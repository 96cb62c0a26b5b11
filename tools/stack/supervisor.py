"""Keeps the programs of a stack running and ends them in order."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType

from tools.stack import processes, say
from tools.stack.places import Places
from tools.stack.processes import Program
from tools.stack.say import Stop

CALM_SECONDS = 30
LONGEST_PAUSE = 10.0


class Interrupted(BaseException):
    """Ctrl-C or TERM reached us."""


@dataclass
class Child:
    program: Program
    process: "subprocess.Popen[bytes]"
    since: float
    failures: int = 0
    again_at: float | None = None

    @property
    def runs(self) -> bool:
        return self.again_at is None


def pause_after(failures: int) -> float:
    """Seconds to wait before a start that follows this many quick deaths."""
    return min(0.5 * 2.0 ** (failures - 1), LONGEST_PAUSE)


class Supervisor:
    """Starts, watches, restarts and ends. Lives in the main thread."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.children: dict[str, Child] = {}
        self.announce: Callable[[str], None] = say.line
        self.deaths = 0

    def start(self, program: Program) -> None:
        process = processes.spawn(program)
        self.children[program.name] = Child(program, process, time.monotonic())
        self.write_down()

    def write_down(self) -> None:
        processes.record(
            self.places.children,
            {name: child.process.pid for name, child in self.children.items()},
        )

    def await_ready(
        self, name: str, ready: Callable[[], bool], *, seconds: float, tries: int = 1
    ) -> None:
        """Wait for a child to answer, starting it again while tries are left.

        Raises:
            Stop: it did not answer; the message carries the end of its log.
        """
        until = time.monotonic() + seconds
        child = self.children[name]
        while not ready():
            if child.process.poll() is not None:
                tries -= 1
                if tries <= 0:
                    break
                time.sleep(0.5)
                child.process = processes.spawn(child.program)
                self.write_down()
            if time.monotonic() > until:
                break
            time.sleep(0.05)
        else:
            return
        log = child.program.log
        raise Stop(f"{name} did not start. The end of {log}:\n{say.tail(log)}")

    def tick(self) -> None:
        """Notice the dead and start them again, slower each time they die young."""
        now = time.monotonic()
        for child in self.children.values():
            if child.again_at is not None:
                if now >= child.again_at:
                    self._again(child)
            elif child.process.poll() is not None:
                self._mourn(child, now)

    def _mourn(self, child: Child, now: float) -> None:
        young = now - child.since < CALM_SECONDS
        child.failures = child.failures + 1 if young else 1
        pause = pause_after(child.failures)
        child.again_at = now + pause
        self.deaths += 1
        code = child.process.returncode
        cause = f"signal {-code}" if code < 0 else f"exit code {code}"
        self.announce(
            f"  {child.program.name} ended ({cause}); starts again in {pause:g} s "
            f"(log: {child.program.log})"
        )
        # Its own children must not work on beside the new one.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)

    def _again(self, child: Child) -> None:
        child.process = processes.spawn(child.program)
        child.since, child.again_at = time.monotonic(), None
        self.write_down()

    def all_run(self) -> bool:
        return all(child.runs for child in self.children.values())

    def watch(self, done: Callable[[], bool]) -> None:
        """Tick until the caller is done."""
        while not done():
            self.tick()
            time.sleep(0.1)

    def stop(self) -> None:
        """End all, the last started first: programs together, then each service."""
        children = [child for child in reversed(self.children.values()) if child.runs]
        self.children.clear()
        programs = [child for child in children if not child.program.is_service]
        for child in programs:
            processes.say_farewell(child.process, child.program.farewell)
        for child in programs:
            processes.see_off(child.process, child.program.farewell)
        for child in children:
            if child.program.is_service:
                processes.end_process(child.process, child.program.farewell)
        self.places.children.unlink(missing_ok=True)


@contextlib.contextmanager
def signals_interrupt() -> Iterator[None]:
    """Turn SIGINT, SIGTERM and SIGHUP into `Interrupted`, whatever the shell set."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        # A second Ctrl-C must not break the orderly end.
        for number in wanted:
            signal.signal(number, signal.SIG_IGN)
        raise Interrupted

    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def read_running(places: Places) -> dict[str, object] | None:
    """What the running stack wrote down about itself, or nothing."""
    try:
        found: dict[str, object] = json.loads(places.running.read_text())
    except (OSError, ValueError):
        return None
    return found
