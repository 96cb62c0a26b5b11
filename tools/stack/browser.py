"""A browser and a Japanese font for the tests that open pages."""

import os
import shutil
import subprocess
from pathlib import Path

from tools.stack import say, venv
from tools.stack.places import LOGS, PYTHON
from tools.stack.say import Stop

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WAY_OUT = (
    "Install one (Debian, Ubuntu: apt install chromium fonts-noto-cjk), name one by "
    "CHROME=/path/to/chrome, or leave these tests out: SKIP_BROWSER=1 make test"
)


def ensure() -> str | None:
    """Find or install a browser and return its path; nothing where it is left out.

    Raises:
        Stop: there is none and none can be installed.
    """
    if os.environ.get("SKIP_BROWSER"):
        return None
    found = installed() or by_apt() or playwrights_own()
    if found is None:
        raise Stop(f"The browser tests need Chromium. {WAY_OUT}")
    ensure_font()
    return found


def installed() -> str | None:
    """The browser of CHROME, or the first on PATH.

    Raises:
        Stop: CHROME names nothing that runs.
    """
    chosen = os.environ.get("CHROME")
    if chosen:
        if not runs(chosen):
            raise Stop(f"CHROME={chosen} does not run. {WAY_OUT}")
        return chosen
    paths = (shutil.which(name) for name in NAMES)
    return next((path for path in paths if path and runs(path)), None)


def runs(path: str) -> bool:
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def by_apt() -> str | None:
    return installed() if apt("chromium", "fonts-noto-cjk") else None


def apt(*packages: str) -> bool:
    """Install Debian packages where we may; say whether that worked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    log = LOGS / "apt.log"
    base = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y"]
    with say.step(f"apt: {' '.join(packages)}"):
        venv.watched([*base, "update"], log)
        added = [*base, "install", "--no-install-recommends", *packages]
        return venv.watched(added, log) == 0


def playwrights_own() -> str | None:
    """The browser Playwright downloads, where it may and where it then runs."""
    ask = (
        "from playwright.sync_api import sync_playwright as p\n"
        "with p() as play: print(play.chromium.executable_path)"
    )
    log = LOGS / "playwright.log"
    told = subprocess.run(
        [PYTHON, "-c", ask], capture_output=True, text=True, check=False
    )
    path = told.stdout.strip()
    if path and not Path(path).exists():
        with say.step("Playwright's Chromium"):
            command = [str(PYTHON), "-m", "playwright", "install", "chromium"]
            venv.watched(command, log)
    return path if path and runs(path) else None


def ensure_font() -> None:
    """Without a Japanese font every screenshot is boxes."""
    if has_japanese_font() or (apt("fonts-noto-cjk") and has_japanese_font()):
        return
    say.line(
        "  no Japanese font: screenshots will show boxes "
        "(Debian, Ubuntu: apt install fonts-noto-cjk)"
    )


def has_japanese_font() -> bool:
    lister = shutil.which("fc-list")
    if lister is None:
        return any(Path("/usr/share/fonts").rglob("*CJK*"))
    told = subprocess.run([lister, ":lang=ja"], capture_output=True, check=False)
    return bool(told.stdout.strip())
