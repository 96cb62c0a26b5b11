"""Brings a database and the static files up to this version: safe to repeat."""

import hashlib
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import (
    BaseCommand,
    CommandError,
    call_command,
    get_commands,
)
from django.db import OperationalError

from common.retry import await_database

# After a kill -9 PostgreSQL first reads back what it had promised.
STARTING_SECONDS = 10.0


class Command(BaseCommand):
    help = "Migrate, collect static files and load the seeds; --demo adds its cars."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true")
        parser.add_argument(
            "--stamps", type=Path, help="a folder that remembers what was seeded"
        )
        parser.add_argument("--identity", default="", help="names the database")
        parser.add_argument("--logins", type=Path, help="where the demo logins go")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.prepare(options)
        except OperationalError as error:
            reason = str(error).strip().partition("\n")[0]
            raise CommandError(
                f"PostgreSQL went away ({reason}). What was prepared stays: once it is "
                "back, prepare again."
            ) from error

    def prepare(self, options: dict[str, Any]) -> None:
        """Schema, static files, seeds: each leaves out what is done."""
        await_database(STARTING_SECONDS)
        with self.step("database schema"):
            call_command("migrate", verbosity=0, interactive=False)
        if settings.COLLECTED:
            with self.step("static files"):
                collect_if_changed()
        identity: str = options["identity"]
        self.once(options["stamps"], "seed", "seeds", seed_digest(identity))
        if options["demo"]:
            self.once(options["stamps"], "seed_demo", "people and cars", identity)
        if options["logins"] and "demo_logins" in get_commands():
            out = StringIO()
            call_command("demo_logins", stdout=out)
            options["logins"].write_text(out.getvalue())

    def once(self, stamps: Path | None, name: str, text: str, token: str) -> None:
        """Run a command unless its stamp says that this was done already."""
        stamp = stamps / name if stamps else None
        if name not in get_commands():
            return
        if stamp and stamp.exists() and stamp.read_text() == token:
            return
        with self.step(text):
            call_command(name, stdout=StringIO())
        if stamp:
            stamp.parent.mkdir(parents=True, exist_ok=True)
            stamp.write_text(token)

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """The same lines `dev.py` writes."""
        self.stdout.write(f"  {text} …", ending="")
        self.stdout.flush()
        started = time.monotonic()
        yield
        self.stdout.write(f" {time.monotonic() - started:.1f} s")
        self.stdout.flush()


def collect_if_changed() -> None:
    """Collect static files unless none changed since the last time."""
    rows = [str(settings.STORAGES["staticfiles"])]
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            rows.append(f"{path} {found.st_size} {found.st_mtime_ns}")
    token = hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if stamp.exists() and stamp.read_text() == token:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(token)


def seed_digest(identity: str) -> str:
    """Changes with the seed files and with the database they go to."""
    digest = hashlib.sha256(identity.encode())
    for path in sorted((settings.BASE_DIR / "seeds").rglob("*")):
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
