"""The virtual environment, filled from the hash-locked requirements."""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Literal

from tools.stack import say
from tools.stack.places import LOGS, PYTHON, ROOT, VENV, need_disk
from tools.stack.say import Stop

Kind = Literal["demo", "dev"]
FILES: dict[Kind, Path] = {
    "demo": ROOT / "requirements.txt",
    "dev": ROOT / "requirements-dev.txt",
}
STAMP = VENV / "requirements.stamp"


def ensure(kind: Kind) -> None:
    """Have the packages of this kind installed; a matching stamp makes it free.

    Raises:
        Stop: no venv can be made, or the packages could not be installed.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    if not usable(PYTHON):
        make()
    if up_to_date(kind):
        return
    need_disk(1500 if kind == "dev" else 800, "Installing the packages")
    with say.step(f"packages from {FILES[kind].name}"):
        install(FILES[kind])
    stamp(kind)


def usable(python: Path) -> bool:
    """Whether this interpreter runs, is new enough and has pip."""
    probe = "import sys, pip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))"
    try:
        done = subprocess.run([python, "-c", probe], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def make() -> None:
    """Create `.venv`, replacing one that no longer works."""
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise Stop(
            f"This Python {version} cannot make virtual environments (no ensurepip). "
            f"Debian, Ubuntu: apt install python{version}-venv. Or use another one: "
            "make demo PYTHON=/path/to/python3"
        )
    if VENV.is_symlink():
        raise Stop(f"{VENV} is a link to an environment that does not work: remove it.")
    need_disk(300, "The virtual environment")
    log = LOGS / "venv.log"
    with say.step("virtual environment in .venv"):
        code = watched([sys.executable, "-m", "venv", "--clear", str(VENV)], log)
        if code or not usable(PYTHON):
            raise Stop(f"`python -m venv` failed:\n{say.tail(log)}")


def install(requirements: Path) -> None:
    command = [
        *(str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes"),
        *("--disable-pip-version-check", "--no-input", "-r", str(requirements)),
    ]
    log = LOGS / "install.log"
    if watched(command, log):
        raise Stop(
            f"The packages could not be installed (network? disk?); the end of {log}:\n"
            f"{say.tail(log)}"
        )


def watched(command: list[str], log: Path) -> int:
    """Run quietly, with a dot every few seconds; the noise goes to the log."""
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, cwd=ROOT)
        started = beaten = time.monotonic()
        try:
            while process.poll() is None:
                time.sleep(0.05 if time.monotonic() - started < 1 else 0.2)
                if time.monotonic() - beaten > 3:
                    beaten = time.monotonic()
                    say.beat()
        except BaseException:
            process.kill()
            process.wait()
            raise
    return process.returncode


def up_to_date(kind: Kind) -> bool:
    """Whether the stamp says so. The development set holds the demo's, too."""
    try:
        found = json.loads(STAMP.read_text())
        installed: Kind = found["kind"]
        fresh: bool = found["digest"] == digest(FILES[installed])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return fresh and (kind == "demo" or installed == "dev")


def stamp(kind: Kind) -> None:
    """Remember what is installed."""
    STAMP.write_text(json.dumps({"kind": kind, "digest": digest(FILES[kind])}))


def digest(requirements: Path) -> str:
    return hashlib.sha256(requirements.read_bytes()).hexdigest()


def site_packages() -> Path:
    """Where the packages of `.venv` lie."""
    found = sorted((VENV / "lib").glob("python3.*/site-packages"))
    if not found:
        raise Stop(f"{VENV} holds no packages: remove it and start again.")
    return found[-1]


def path_with_venv() -> str:
    return f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
