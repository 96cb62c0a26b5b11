#!/usr/bin/env python3
"""Sets up, runs and checks the workshop: ``python3 dev.py`` lists the verbs.

Needs nothing but Python 3.11: everything else it fetches or brings along. This file
stays readable for older Pythons, so that they can say what is wrong with them.
"""

import os
import shutil
import subprocess
import sys

OLDEST, NEWEST = (3, 11), (3, 14)


def other_python() -> "str | None":
    """Find a Python on PATH that is new enough, trying each one out."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        path = shutil.which("python3.%d" % minor)  # noqa: UP031 - old Pythons
        if path and subprocess.call([path, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return path
    return None


def main() -> None:
    """Run the verb, in a Python that can."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        from tools.stack import verbs  # noqa: PLC0415 - old Pythons cannot read it

        sys.exit(verbs.main(sys.argv[1:]))
    found = other_python()
    if found:
        os.execv(found, [found, *sys.argv])  # noqa: S606 - the same program again
    sys.exit(
        "This is Python %d.%d; the workshop needs 3.11 to 3.14. Install one of them "  # noqa: UP031
        "(Debian, Ubuntu: apt install python3 python3-venv) and run: "
        "python3.11 dev.py" % sys.version_info[:2]
    )


if __name__ == "__main__":
    main()
