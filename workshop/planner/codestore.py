"""Where the code of the compiled kernel is kept, and whether it is there.

Nothing here loads numba: a planner that finds no code works with the plain kernel.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The checkout's folder for what programs make.
VAR = HERE.parents[1] / "var"
# What the compiled code is made of; two of them lend it constants.
SOURCES = ("compiled/*.py", "finder.py", "kernel.py")
MARK = "ready.json"


@cache
def _fingerprint() -> str:
    """Name the sources and all else that compiled code depends on."""
    together = sha256()
    for pattern in SOURCES:
        for source in sorted(HERE.glob(pattern)):
            together.update(source.read_bytes())
    try:
        compiler = version("numba")
    except PackageNotFoundError:
        compiler = "none"
    machine = (compiler, sys.implementation.cache_tag, platform.machine())
    together.update(" ".join(map(str, machine)).encode())
    return together.hexdigest()[:16]


def folder() -> Path:
    """Where the code for the present sources lies: below PLANNER_CACHE_DIR or var/."""
    asked = os.environ.get("PLANNER_CACHE_DIR")
    return (Path(asked) if asked else VAR / "compiled") / _fingerprint()


def ready() -> bool:
    """Whether the code was compiled to its end and is whole."""
    home = folder()
    try:
        sizes = json.loads((home / MARK).read_text(encoding="utf-8"))
        return all((home / n).stat().st_size == size for n, size in sizes.items())
    except (OSError, ValueError, AttributeError, TypeError):
        return False


def set_ready() -> None:
    """Note that the code is whole. The last step of compiling."""
    home = folder()
    made = [p for p in sorted(home.iterdir()) if p.suffix in (".nbi", ".nbc")]
    draft = home / f"{MARK}.{os.getpid()}"
    draft.write_text(json.dumps({p.name: p.stat().st_size for p in made}))
    draft.replace(home / MARK)
