"""The planner's kernel: compiled beside other steps of setting up, kept below var/."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from signal import SIGKILL

from tools.stack import say
from tools.stack.places import LOGS, PYTHON, ROOT
from tools.stack.processes import tied_to_us

COMMAND = (str(PYTHON), "-m", "workshop.planner.compiled")


@contextmanager
def compiling() -> Iterator[Callable[[], None]]:
    """Compile while the block runs; what is yielded waits until it is done.

    Without the code the planner works with its plain kernel: nothing fails here.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / "kernel.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            ["nice", *COMMAND],
            stdout=file,
            stderr=file,
            cwd=ROOT,
            preexec_fn=tied_to_us(SIGKILL),
        )

    def wait() -> None:
        with say.step("the planner's kernel"):
            if process.wait():
                say.line(f" was not compiled: {say.tail(log, 1)}")

    try:
        yield wait
    finally:
        process.kill()
        process.wait()
