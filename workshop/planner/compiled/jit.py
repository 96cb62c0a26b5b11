"""Where compiled code comes from and where it is kept.

numba notices a change of the file a function stands in, not of the files it calls
into: so the folder of the cache is named after all the sources together.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])

HERE = Path(__file__).resolve().parent
# The checkout's folder for what programs make.
VAR = HERE.parents[2] / "var"


def _fingerprint() -> str:
    together = sha256()
    for source in sorted(HERE.glob("*.py")):
        together.update(source.read_bytes())
    return together.hexdigest()[:16]


def _folder() -> Path:
    """A folder that can be written to: the one asked for, the checkout's, a private."""
    asked = os.environ.get("PLANNER_CACHE_DIR")
    home = Path(asked) if asked else VAR / "compiled"
    folder = home / _fingerprint()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir()) / f"planner-{os.getuid()}" / _fingerprint()
    if os.access(folder, os.W_OK):
        return folder
    return Path(tempfile.gettempdir()) / f"planner-{os.getuid()}" / _fingerprint()


numba.config.CACHE_DIR = str(_folder())


def jit(function: F) -> F:
    """Compile on first use, keep the code on disk, and keep the type."""
    return cast("F", numba.njit(cache=True)(function))
