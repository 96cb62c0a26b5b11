"""`make check` and `make test`: every stage runs, every stage can fail the run."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM
from urllib.parse import urlsplit, urlunsplit
from xml.etree import ElementTree

from tools.stack import browser, kernel, postgres, processes, say, venv
from tools.stack.places import PYTHON, ROOT, VENV, Places
from tools.stack.say import Stop
from tools.stack.stack import (
    AlreadyRuns,
    Stack,
    base_environment,
    manage,
    only_one,
    services,
)
from tools.stack.supervisor import Interrupted, signals_interrupt

PLACES = Places("test")
BIN = VENV / "bin"
TEMPLATES = ("common", "workshop", "parts", "restoration", "config")
NOTHING_COLLECTED = 5
KINDS = ("race", "flow", "chaos", "browser")
FOR_TESTS = {
    "TESTING": "1",
    # What the tests ask of a plan holds of the first one found.
    "PLAN_SECONDS": "2",
    # A busy machine is slow, and slow is not wrong.
    "DB_LOCK_TIMEOUT_MS": "30000",
    "DB_STATEMENT_TIMEOUT_MS": "60000",
}


@dataclass
class Report:
    """What passed and what did not, over all stages."""

    started: float = field(default_factory=time.monotonic)
    failed: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, results: Path) -> None:
        """Add up what one pytest run wrote down."""
        for suite in ElementTree.parse(results).getroot().iter("testsuite"):  # noqa: S314 - ours
            total, bad, error, skipped = (
                int(suite.get(name, "0"))
                for name in ("tests", "failures", "errors", "skipped")
            )
            for name, count in (
                ("failed", bad),
                ("passed", total - bad - error - skipped),
                ("skipped", skipped),
                ("error", error),
            ):
                self.counts[name] = self.counts.get(name, 0) + count

    def conclude(self) -> int:
        """Say it in one line, as pytest does, and return the exit code."""
        took = time.monotonic() - self.started
        parts = [f"{count} {name}" for name, count in self.counts.items() if count]
        if self.failed:
            say.line(f"\nFailed: {', '.join(self.failed)}")
            parts.append(f"{len(self.failed)} stages failed")
        say.line(
            f"===== {', '.join(parts) or 'all stages passed'} in {took:.2f}s ====="
        )
        return 1 if self.failed else 0


def static_stages() -> list[tuple[str, list[str]]]:
    """What needs no services: name and command, the quickest first."""
    return [
        ("format", [str(BIN / "ruff"), "format", "--check", "."]),
        ("lint", [str(BIN / "ruff"), "check", "."]),
        ("import contracts", [str(BIN / "lint-imports")]),
        ("messages", [str(PYTHON), "tools/messages.py", "check"]),
        ("templates", [str(BIN / "djlint"), "--lint", "--quiet", *TEMPLATES]),
        ("types", [str(BIN / "mypy")]),
    ]


def run_stages(report: Report, environment: dict[str, str]) -> None:
    for name, command in static_stages():
        quiet_stage(report, name, command, environment)


def quiet_stage(
    report: Report, name: str, command: list[str], environment: dict[str, str]
) -> None:
    """Run one stage; its output is shown only where it failed."""
    say.line(f"  {name} …")
    begun_stage(report, name, command, environment)()


def begun_stage(
    report: Report, name: str, command: list[str], environment: dict[str, str]
) -> Callable[[], None]:
    """Begin one stage beside others; what is returned waits for it and judges it."""
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=processes.tied_to_us(SIGTERM),
    )

    def wait() -> None:
        said, _ = process.communicate()
        verdict = "failed" if process.returncode else "ok"
        if process.returncode:
            report.failed.append(name)
            say.line(said.rstrip())
        say.line(f"  {name} {verdict}, {time.monotonic() - started:.1f} s")

    return wait


def check(_arguments: list[str]) -> int:
    """Lint, types and import contracts alone."""
    venv.ensure("dev")
    report = Report()
    environment = base_environment(PLACES) | {"TESTING": "1"}
    run_stages(report, environment)
    return report.conclude()


def test(arguments: list[str]) -> int:
    """Run everything: format, lint, types, contracts, migrations, all tests."""
    with services_for_tests(wants_browser=True, first=look_through) as (report, stack):
        marks = " and ".join(f"not {kind}" for kind in KINDS)
        spread = ("-n", "2", "--dist", "loadscope", "--no-loadscope-reorder")
        pytest(report, stack, "unit tests", "-m", marks, *spread, *arguments)

        def of_kind(*kinds: str) -> tuple[str, ...]:
            name = f"{' and '.join(kinds)} tests"
            return name, "-m", " or ".join(kinds), *(arguments or files_with(*kinds))

        # Neither keeps two processors busy: each waits for what it has set going.
        with pytest_behind(report, stack, *of_kind("flow", "chaos")):
            pytest(report, stack, *of_kind("race"))
            if "CHROME" in stack.environment:
                pytest(report, stack, *of_kind("browser"))
        return report.conclude()


def look_through(report: Report, stack: Stack) -> None:
    """Check everything that can be judged without running it."""
    run_stages(report, stack.environment)
    migrations = manage("makemigrations", "--check", "--dry-run")
    quiet_stage(report, "missing migrations", migrations, stack.environment)


def some_tests(arguments: list[str]) -> int:
    """Run some tests on services of their own: dev.py pytest tests/parts -k hold."""
    with services_for_tests(wants_browser=False) as (_report, stack):
        return stack.foreground([str(PYTHON), "-m", "pytest", *arguments])


@contextmanager
def services_for_tests(
    *, wants_browser: bool, first: Callable[[Report, Stack], None] | None = None
) -> Iterator[tuple[Report, Stack]]:
    """Throw-away services below var/test, and all that a run needs installed.

    Args:
        wants_browser: fetch one where there is none.
        first: done while the planner's kernel is still being compiled.

    Raises:
        Stop: another run is under way in this checkout.
    """
    report = Report()
    try:
        with signals_interrupt(), only_one(PLACES):
            say.line("Preparing")
            venv.ensure("dev")
            chrome = browser.ensure() if wants_browser else browser.installed()
            with (
                kernel.compiling() as kernel_ready,
                services(PLACES, durable=False) as stack,
            ):
                stack.environment |= FOR_TESTS
                if chrome:
                    stack.environment["CHROME"] = chrome
                compiling = [str(PYTHON), "tools/messages.py", "compile"]
                quiet_stage(report, "message catalogues", compiling, stack.environment)
                # One processor migrates while another looks through the code.
                laid_out = laying_out_template(report, stack)
                if first is not None:
                    first(report, stack)
                laid_out()
                kernel_ready()
                say.line("\nRunning")
                yield report, stack
    except AlreadyRuns as error:
        raise Stop("Another test run is under way in this checkout.") from error
    except Interrupted as error:
        raise Stop("Interrupted: the services of the tests were stopped.") from error


def laying_out_template(report: Report, stack: Stack) -> Callable[[], None]:
    """Migrate once: every database of the tests is a copy of this one.

    The chaos tests have a server of their own; they read the same from a dump. A
    database that the caller brings is left as it is.
    """
    if "DATABASE_URL" in os.environ:
        return lambda: None
    migrating = manage("migrate", "--verbosity", "0")
    migrated = begun_stage(report, "database schema", migrating, stack.environment)

    def wait() -> None:
        migrated()
        server = postgres.lay_out(stack.places, durable=False)
        dump = stack.places.home / "schema.sql"
        dump.write_text(server.dump("app"))
        stack.environment |= {"TEST_TEMPLATE": "app", "TEST_SCHEMA": str(dump)}

    return wait


def pytest(report: Report, stack: Stack, name: str, *arguments: str) -> bool:
    """Run one part of the tests in sight, keep its numbers, say whether it is green."""
    results = stack.places.home / "results.xml"
    results.unlink(missing_ok=True)
    say.line(f"\n  {name} …")
    started = time.monotonic()
    code = stack.foreground(command_of(results, arguments))
    took = time.monotonic() - started
    return judged(report, name, arguments, code, results, took)


@contextmanager
def pytest_behind(
    report: Report, stack: Stack, name: str, *arguments: str
) -> Iterator[None]:
    """Run one part of the tests behind another; what it says is shown after that."""
    results, log = (stack.places.home / f"behind.{kind}" for kind in ("xml", "log"))
    results.unlink(missing_ok=True)
    started = time.monotonic()
    with log.open("wb") as said:
        process = subprocess.Popen(
            command_of(results, arguments),
            env=rooms_of_its_own(stack.environment),
            cwd=ROOT,
            stdout=said,
            stderr=said,
            start_new_session=True,
            preexec_fn=processes.tied_to_us(SIGTERM),
        )
    try:
        yield
        say.line(f"\n  {name} …")
        stack.supervisor.watch(lambda: process.poll() is not None)
    finally:
        processes.end_process(process, ((SIGTERM, 5),))
        say.line(log.read_text(errors="replace").rstrip())
    took = time.monotonic() - started
    judged(report, name, arguments, process.returncode, results, took)


def rooms_of_its_own(environment: dict[str, str]) -> dict[str, str]:
    """Another stack's folder, and the next database of the broker and of the cache."""
    rooms = {"STACK_PLACE": "behind"}
    for name in ("BROKER_URL", "CACHE_URL"):
        parts = urlsplit(environment[name])
        number = int(parts.path.strip("/") or 0) + 1
        rooms[name] = urlunsplit(parts._replace(path=f"/{number}"))
    return environment | rooms


def command_of(results: Path, arguments: Sequence[str]) -> list[str]:
    return [str(PYTHON), "-m", "pytest", "-q", f"--junitxml={results}", *arguments]


def judged(
    report: Report,
    name: str,
    arguments: Sequence[str],
    code: int,
    results: Path,
    took: float,
) -> bool:
    """Keep the numbers of one part of the tests and say whether it is green."""
    if results.exists():
        report.add(results)
    if code == NOTHING_COLLECTED and not files_with(*arguments[1].split(" or ")):
        say.line(f"  {name}: there are none yet")
        return True
    if code:
        report.failed.append(name)
    say.line(f"  {name} {'failed' if code else 'ok'}, {took:.1f} s")
    return code == 0


def files_with(*kinds: str) -> list[str]:
    """The files in which any test carries such a mark: the others need no import.

    `tests/conftest.py` refuses a mark that does not stand in its test's own file.
    """
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    marks = [f"mark.{kind}" for kind in kinds]
    return [str(path) for path in files if any(m in path.read_text() for m in marks)]
