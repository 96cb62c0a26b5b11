"""The verbs of `dev.py`."""

import errno
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable

from tools.stack import bench, checks, demo, locks, say, trust, venv
from tools.stack.places import PYTHON, ROOT
from tools.stack.say import Stop
from tools.stack.stack import AlreadyRuns, base_environment, manage, only_one
from tools.stack.supervisor import Interrupted, read_running, signals_interrupt
from tools.stack.valkey import free_port


def down(_arguments: list[str]) -> int:
    """Stop the demo that runs."""
    try:
        with only_one(demo.PLACES):
            say.line("The demo does not run.")
            return 0
    except AlreadyRuns:
        found = read_running(demo.PLACES)
    pid = found.get("pid") if found else None
    if not isinstance(pid, int):
        raise Stop("The demo is just starting or stopping: try again in a moment.")
    os.kill(pid, signal.SIGTERM)
    with say.step(f"stopping process {pid}"):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                with only_one(demo.PLACES):
                    return 0
            except AlreadyRuns:
                time.sleep(0.2)
    raise Stop(f"Process {pid} did not stop within a minute: kill -9 {pid} is safe.")


def reset(_arguments: list[str]) -> int:
    """Throw the demo's data away; the next demo starts afresh."""
    try:
        with only_one(demo.PLACES):
            shutil.rmtree(demo.PLACES.home, ignore_errors=True)
            shutil.rmtree(demo.PLACES.outside / "postgres", ignore_errors=True)
    except AlreadyRuns as error:
        raise Stop("The demo runs: `make down` first.") from error
    say.line("The demo's data is gone.")
    return 0


def story(arguments: list[str]) -> int:
    """Run one car through the house: FRAME=BNR34-004321 TEMPLATE=full make story."""
    demo.PLACES.make()
    journal = demo.PLACES.home / "story.json"
    command = manage("story", "--journal", str(journal), *arguments)
    try:
        with signals_interrupt(), only_one(demo.PLACES):
            venv.ensure("demo")
            say.line("The services are down: starting them for this story")
            port = demo.wanted_port()
            port = port if demo.port_is_free(port) else free_port()
            with demo.up(port) as stack:
                say.line()
                return stack.foreground(command)
    except AlreadyRuns:
        return subprocess.call(command, env=running_environment(), cwd=ROOT)
    except Interrupted:
        return 130


def run_manage(arguments: list[str]) -> int:
    """Run manage.py against the running demo: dev.py manage check_invariants."""
    environment = running_environment()
    os.chdir(ROOT)
    os.execve(PYTHON, manage(*arguments), environment)  # noqa: S606 - our own program


def running_environment() -> dict[str, str]:
    """The environment of the demo that runs, with what this terminal adds.

    Raises:
        Stop: none runs.
    """
    found = read_running(demo.PLACES)
    environment = found.get("environment") if found else None
    if not isinstance(environment, dict):
        raise Stop("The demo does not run: `make demo` in another terminal first.")
    merged: dict[str, str] = base_environment(demo.PLACES) | environment
    for name in ("FRAME", "TEMPLATE"):
        if name in os.environ:
            merged[name] = os.environ[name]
    return merged


def messages(arguments: list[str]) -> int:
    """Refresh, compile or check the message catalogues."""
    venv.ensure("dev")
    tool = str(ROOT / "tools" / "messages.py")
    environment = base_environment(demo.PLACES) | {"TESTING": "1"}
    return subprocess.call(
        [str(PYTHON), tool, *(arguments or ["extract"])], env=environment, cwd=ROOT
    )


def start_demo(_arguments: list[str]) -> int:
    """Start everything and print the address and the logins. PORT= chooses the port."""
    return demo.run()


def usage(_arguments: list[str]) -> int:
    """List the verbs."""
    say.line("make VERB, or python3 dev.py VERB:\n")
    for name, verb in VERBS.items():
        say.line(f"  {name:<9} {(verb.__doc__ or '').splitlines()[0]}")
    return 0


VERBS: dict[str, Callable[[list[str]], int]] = {
    "demo": start_demo,
    "down": down,
    "reset": reset,
    "story": story,
    "test": checks.test,
    "check": checks.check,
    "pytest": checks.some_tests,
    "trust": trust.trust,
    "bench": bench.bench,
    "messages": messages,
    "lock": locks.lock,
    "manage": run_manage,
    "help": usage,
}


def main(arguments: list[str]) -> int:
    """Run one verb; what a person can mend is said in one line."""
    name, *rest = arguments or ["help"]
    verb = VERBS.get(name)
    if verb is None:
        say.warn(f"There is no verb `{name}`. There are: {', '.join(VERBS)}.")
        return 2
    try:
        return verb(rest)
    except Stop as reason:
        say.warn(f"\n{reason}")
        return 1
    except KeyboardInterrupt:
        say.warn("\nInterrupted.")
        return 130
    except PermissionError as error:
        say.warn(f"\nNot allowed: {error.filename}. Whose is it? Start as that user.")
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        say.warn(
            f"\nThe disk is full ({error.filename or ROOT}): make room, try again."
        )
        return 1
