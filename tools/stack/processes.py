"""Starting a process that dies with us, and ending one an earlier start left behind."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MARK = "WORKSHOP_STACK"
PR_SET_PDEATHSIG = 1
HAS_PROC = Path("/proc/self/stat").exists()
Farewell = tuple[tuple[signal.Signals, float], ...]


@dataclass(frozen=True)
class Account:
    """The user a process runs as, where that is not ourselves."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Program:
    """How to start one process, and how to end it."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    folder: Path
    log: Path
    # Each signal with the seconds it gets; what still lives then is killed.
    farewell: Farewell = ((signal.SIGTERM, 8),)
    # What it gets from the kernel when we die without a farewell (Linux).
    orphan_signal: signal.Signals = signal.SIGKILL
    account: Account | None = None
    # A service outlives the programs that use it, and ends alone.
    is_service: bool = False


def tied_to_us(orphan_signal: signal.Signals) -> Callable[[], None]:
    """A preparation for the child: signals at default, and no life without its parent.

    A shell starts background jobs with SIGINT ignored, and a child would inherit that.
    """
    parent = os.getpid()
    library = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def prepare() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if library is not None:
            library.prctl(PR_SET_PDEATHSIG, int(orphan_signal))
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def spawn(program: Program) -> "subprocess.Popen[bytes]":
    """Start the program in a session of its own. Call from the main thread only.

    The kernel watches the thread that started a child, not the whole process.
    """
    if program.log.exists() and program.log.stat().st_size > 5_000_000:
        program.log.replace(program.log.with_suffix(".log.1"))
    account = program.account
    with program.log.open("ab") as log:
        return subprocess.Popen(
            program.command,
            env=program.environment,
            cwd=program.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=tied_to_us(program.orphan_signal),
        )


def end_process(process: "subprocess.Popen[bytes]", farewell: Farewell) -> None:
    """Say farewell, wait, and kill what is left of the session."""
    say_farewell(process, farewell)
    see_off(process, farewell)


def say_farewell(process: "subprocess.Popen[bytes]", farewell: Farewell) -> None:
    """Send the first signal without waiting."""
    if process.poll() is None:
        process.send_signal(farewell[0][0])


def see_off(process: "subprocess.Popen[bytes]", farewell: Farewell) -> None:
    """Wait for a process that got its first signal; insist, then kill the session."""
    for place, (number, seconds) in enumerate(farewell):
        if place and process.poll() is None:
            process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    if process.poll() is None:
        process.kill()
        process.wait()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


# --- What an earlier start left behind ---------------------------------------------


def started_at(pid: int) -> str | None:
    """When this process started: with its id, it names one process for good."""
    if HAS_PROC:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] == "Z" else fields[19]
    shown = subprocess.run(
        ["/bin/ps", "-o", "lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return shown.stdout.strip() or None


def record(path: Path, pids: dict[str, int]) -> None:
    """Write down who runs, atomically."""
    rows = [
        {"name": name, "pid": pid, "started": started_at(pid)}
        for name, pid in pids.items()
    ]
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(rows))
    fresh.replace(path)


def recorded(path: Path) -> list[tuple[str, int]]:
    """Those of the record who still live, proven by their starting time."""
    try:
        rows = json.loads(path.read_text())
    except (OSError, ValueError):
        return []
    return [
        (row["name"], row["pid"])
        for row in rows
        if row["started"] and started_at(row["pid"]) == row["started"]
    ]


def marked(mark: str) -> list[int]:
    """Processes that carry the mark of this stack in their environment (Linux)."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            rows = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted in rows and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


def program_of(pid: int) -> str:
    """Return the name of a process's program, '' where the system does not tell."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def end_leftovers(path: Path, mark: str) -> list[str]:
    """End what a killed supervisor left running, and return the names.

    PostgreSQL gets its fast shutdown; everything else is stateless and is killed.
    """
    names = []
    for name, pid in recorded(path):
        names.append(name)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGINT if name == "postgres" else signal.SIGKILL)
    for pid in marked(mark):
        # The server and its children carry the mark too; they are shutting down.
        if program_of(pid) != "postgres":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 15
    while (recorded(path) or marked(mark)) and time.monotonic() < until:
        time.sleep(0.1)
    for pid in {pid for _name, pid in recorded(path)} | set(marked(mark)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    path.unlink(missing_ok=True)
    return names
