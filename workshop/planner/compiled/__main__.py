"""``python -m workshop.planner.compiled``: compile the kernel and keep the code.

Part of setting up. Takes some 15 seconds, and nothing where the code is there.
"""

from __future__ import annotations

import shutil
import sys
from time import monotonic

from workshop.planner import codestore


def main() -> int:
    """Compile unless it is done; remove what older sources were compiled to."""
    if codestore.ready():
        return 0
    began, home = monotonic(), codestore.folder()
    try:
        home.mkdir(parents=True, exist_ok=True)
        # numba is loaded only where there is something to compile.
        from workshop.planner.compiled import native  # noqa: PLC0415

        native.prepare()
    except OSError as error:
        sys.stderr.write(f"the compiled kernel cannot be kept: {error}\n")
        return 1
    for other in home.parent.iterdir():
        if other != home and (other / codestore.MARK).exists():
            shutil.rmtree(other, ignore_errors=True)
    sys.stdout.write(f"kernel compiled in {monotonic() - began:.1f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
