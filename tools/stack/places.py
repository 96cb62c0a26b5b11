"""Where things lie: the checkout, its `var/`, and a short private folder outside it."""

import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools.stack.say import Stop

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOGS = ROOT / "var" / "log"


@dataclass(frozen=True)
class Places:
    """The folders of one stack: `demo` keeps its data, `test` starts afresh."""

    name: str
    root: Path = ROOT

    @property
    def home(self) -> Path:
        return self.root / "var" / self.name

    @property
    def logs(self) -> Path:
        return self.home / "log"

    @property
    def running(self) -> Path:
        """Address, process id and environment of the stack that is up."""
        return self.home / "running.json"

    @property
    def children(self) -> Path:
        """Process ids, for a start after the supervisor was killed."""
        return self.home / "children.json"

    @property
    def key(self) -> str:
        named = f"{self.root}:{self.name}:{os.geteuid()}"
        return hashlib.sha256(named.encode()).hexdigest()[:12]

    @property
    def outside(self) -> Path:
        """A short path for sockets and locks, whatever the checkout is called."""
        return outside_root() / f"workshop-{self.key}"

    def make(self) -> None:
        """Create the folders of this stack.

        Raises:
            Stop: `var/` belongs to somebody else.
        """
        refusal = Stop(
            f"{self.root / 'var'} is not writable for this user: remove it, or start "
            "as the user it belongs to."
        )
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
            LOGS.mkdir(parents=True, exist_ok=True)
        except PermissionError as error:
            raise refusal from error
        if not all(os.access(path, os.W_OK) for path in (self.home, self.logs, LOGS)):
            raise refusal

    def birth(self) -> str:
        """A token as old as this `var/` folder; deleting the folder ends its data."""
        path = self.home / "birth"
        if not path.exists():
            path.write_text(secrets.token_hex(8))
        return path.read_text().strip()

    def secret(self, name: str) -> str:
        """A random value of this machine, kept between starts and readable by us."""
        path = self.home / f"{name}.secret"
        if not path.exists():
            with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        return path.read_text().strip()


def private_folder(path: Path, *, uid: int, gid: int) -> Path:
    """Make a folder only one user may enter, and refuse one somebody else laid out.

    Args:
        path: an absolute path below a folder everybody may write to.
        uid: the user who shall own it.
        gid: that user's group.

    Raises:
        Stop: the path is a link or belongs to another user.
    """
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {uid, os.geteuid()}:
        raise Stop(f"{path} belongs to another user: remove it and start again.")
    if os.geteuid() == 0:
        os.chown(path, uid, gid)
    path.chmod(0o700)
    return path


def outside_root() -> Path:
    """A folder for what must lie outside the checkout and survive a restart.

    Raises:
        Stop: there is none this user may write to.
    """
    chosen = os.environ.get("WORKSHOP_RUN_DIR")
    shared = ["/var/tmp", tempfile.gettempdir()]  # noqa: S108 - private folders below
    for place in [chosen] if chosen else shared:
        if os.access(place, os.W_OK | os.X_OK) and len(place) < 60:
            return Path(place)
    raise Stop(
        "No folder for sockets (/var/tmp, /tmp): set WORKSHOP_RUN_DIR to a writable "
        "one with a path below 60 characters."
    )


def others_may_enter(path: Path) -> bool:
    """Whether any user may walk down to this path and read it."""
    resolved = path.resolve()
    folders = [resolved, *resolved.parents] if resolved.is_dir() else resolved.parents
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in folders)


def need_disk(megabytes: int, reason: str) -> None:
    """Refuse early where the disk would run full half-way.

    Raises:
        Stop: less is free below the checkout.
    """
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < megabytes:
        raise Stop(
            f"{reason} needs {megabytes} MB below {ROOT}; {free} MB are free. "
            "Make room, or clone to another disk."
        )
