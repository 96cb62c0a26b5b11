"""Refreshes the locked requirements from `pyproject.toml`."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.stack import say, venv
from tools.stack.places import LOGS, ROOT
from tools.stack.say import Stop

SETS: dict[str, tuple[str, ...]] = {
    "requirements.txt": ("--extra", "embedded"),
    "requirements-dev.txt": ("--extra", "embedded", "--group", "dev"),
    "requirements-prod.txt": (),
}


def lock(arguments: list[str]) -> int:
    """Refresh requirements*.txt from pyproject.toml; `--upgrade` takes newer versions.

    Raises:
        Stop: uv failed, or a file would name a host.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        uv = install_uv(Path(folder))
        for name, wanted in SETS.items():
            with say.step(name):
                compile_one(uv, ROOT / name, (*wanted, *arguments))
    return 0


def install_uv(folder: Path) -> Path:
    log = LOGS / "uv.log"
    with say.step("uv in an environment of its own"):
        made = venv.watched([sys.executable, "-m", "venv", str(folder / "uv")], log)
        pip = [
            str(folder / "uv" / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "-q",
            "uv",
        ]
        if made or venv.watched(pip, log):
            raise Stop(f"uv could not be installed:\n{say.tail(log)}")
    return folder / "uv" / "bin" / "uv"


def compile_one(uv: Path, target: Path, wanted: tuple[str, ...]) -> None:
    command = [
        *(str(uv), "pip", "compile", "--universal", "--generate-hashes", "-q"),
        *("--no-header", "--no-annotate", "--python-version", "3.11"),
        *("pyproject.toml", *wanted, "-o", str(target)),
    ]
    before = target.read_text() if target.exists() else None
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Stop(f"{target.name}: {done.stderr.strip()}")
    if re.search(r"https?://|--index|--find-links", target.read_text()):
        if before is not None:
            target.write_text(before)
        raise Stop(f"{target.name} would name a host: it was left as it was.")
