"""The demo: services, web, relay, worker and beat, from start to Ctrl-C."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGQUIT, SIGTERM

from tools.stack import kernel, say, venv, web
from tools.stack.places import PYTHON, ROOT, VENV, Places
from tools.stack.processes import Program
from tools.stack.say import Stop
from tools.stack.stack import AlreadyRuns, Stack, manage, only_one, services
from tools.stack.supervisor import Interrupted, read_running, signals_interrupt

PLACES = Places("demo")
QUEUES = "plan,parts,mail,media"
# Generous: a busy machine is slow, and slow is not wrong.
READY_SECONDS = 180


def run() -> int:
    """Start the demo and stay until Ctrl-C.

    Raises:
        Stop: something a person has to change.
    """
    port = wanted_port()
    try:
        with signals_interrupt(), only_one(PLACES):
            return stay(port)
    except AlreadyRuns:
        return tell_of_the_other()
    except Interrupted:
        say.line("Stopped.")
        return 0


def stay(port: int) -> int:
    if not becomes_free(port, seconds=2):
        raise Stop(
            f"Port {port} is taken by another program. Choose another: "
            f"PORT={port + 1} make demo"
        )
    started = time.monotonic()
    say.line("Starting the workshop")
    venv.ensure("demo")
    with up(port) as stack:
        greet(stack, address(port), time.monotonic() - started)
        stack.supervisor.watch(lambda: False)
    return 0


def tell_of_the_other() -> int:
    found = read_running(PLACES)
    if found is None:
        say.line("The demo is being started or stopped by another terminal just now.")
    else:
        say.line(
            f"The demo already runs at {found['address']} (process {found['pid']}); "
            "`make down` stops it."
        )
    return 0


def wanted_port() -> int:
    """The port of `PORT=`, 8000 by default.

    Raises:
        Stop: it is no port.
    """
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Stop(f"PORT={text} is no port: give a number, as in PORT=8001 make demo")
    return int(text)


def bind_address() -> str:
    return os.environ.get("HOST") or "127.0.0.1"


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind_address(), port))
        except PermissionError as error:
            raise Stop(f"Port {port} is for root only: PORT=8000 make demo") from error
        except OSError:
            return False
    return True


def becomes_free(port: int, *, seconds: float) -> bool:
    """Whether the port is free, or is just being given up by a process that ended."""
    until = time.monotonic() + seconds
    while not port_is_free(port):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


@contextmanager
def up(port: int) -> Iterator[Stack]:
    """The whole demo, ready to serve; everything ends with the block."""
    with kernel.compiling(), services(PLACES, durable=True) as stack:
        try:
            add_environment(stack, port)
            prepare(stack)
            start_programs(stack, port)
            with say.step("waiting until everything answers"):
                web.await_answer(stack.supervisor, address(port), seconds=READY_SECONDS)
            stack.publish(address(port))
            yield stack
        except Interrupted:
            names = ", ".join(reversed(stack.supervisor.children))
            say.line(f"\nStopping {names} …")
            raise


def add_environment(stack: Stack, port: int) -> None:
    """What the settings read, for this demo on this machine."""
    home = stack.places.home
    for folder in ("anchors", "mail", "media"):
        (home / folder).mkdir(exist_ok=True)
    stack.environment |= {
        "DEMO": "1",
        "SECRET_KEY": stack.places.secret("session"),
        "AUDIT_SIGNING_KEY": stack.places.secret("anchor"),
        "BASE_URL": os.environ.get("BASE_URL") or address(port),
        "EMAIL_URL": os.environ.get("EMAIL_URL") or f"file://{home / 'mail'}",
        "MEDIA_ROOT": str(home / "media"),
        "STATIC_ROOT": str(ROOT / "var" / "static"),
        "AUDIT_ANCHOR_DIR": str(home / "anchors"),
    }


def prepare(stack: Stack) -> None:
    """Messages, then schema, static files and seeds: one line each.

    Raises:
        Stop: one of them failed; the message carries the end of the log.
    """
    home = stack.places.home
    compiling = [str(PYTHON), str(ROOT / "tools" / "messages.py"), "compile"]
    preparing = manage(
        *("prepare", "--demo", "--identity", stack.identity),
        *("--stamps", str(home / "seeded"), "--logins", str(home / "logins.txt")),
    )
    for command in (compiling, preparing) if texts_changed() else (preparing,):
        log = stack.places.logs / "prepare.log"
        deaths = stack.supervisor.deaths
        failed = stack.foreground(command, errors=log)
        if failed and stack.supervisor.deaths > deaths:
            # A service died under it and is started again; what is done is not redone.
            stack.supervisor.watch(stack.supervisor.all_run)
            failed = stack.foreground(command, errors=log)
        if failed:
            raise Stop(f"The demo could not be prepared:\n{say.tail(log, 8)}")


def texts_changed() -> bool:
    """Whether a catalogue is newer than what was compiled from it."""
    for source in ROOT.glob("*/**/locale/*/LC_MESSAGES/django.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            return True
    return False


def start_programs(stack: Stack, port: int) -> None:
    """Relay, worker, beat and web. They end in the opposite order of their start."""
    for program in programs(stack, port):
        stack.supervisor.start(program)


def programs(stack: Stack, port: int) -> tuple[Program, ...]:
    """What runs beside the services.

    One worker serves all queues here: the demo has two cores, not four machines.
    """
    scripts = VENV / "bin"
    celery = (str(scripts / "celery"), "-A", "config")
    beat = (*celery, "beat", "-l", "WARNING", "--pidfile=")
    worker = (*celery, "worker", "-Q", QUEUES, "-c", "2", "-l", "INFO", "-n", "demo@%h")
    serve = (str(scripts / "gunicorn"), "config.wsgi", "--worker-class", "gthread")
    schedule = str(stack.places.home / "beat-schedule")
    return (
        stack.program("relay", *manage("relay")),
        # A warm end first; what takes longer is handed out again by the broker.
        stack.program(
            "worker",
            *(*worker, "--without-gossip", "--without-mingle"),
            farewell=((SIGTERM, 10), (SIGQUIT, 5)),
        ),
        stack.program("beat", *beat, "-s", schedule),
        stack.program(
            "web",
            *(*serve, "--workers", "2", "--threads", "4", "--graceful-timeout", "5"),
            *("--bind", f"{bind_address()}:{port}", "--no-control-socket"),
            *("--log-level", "warning", "--preload"),
        ),
    )


def greet(stack: Stack, where: str, took: float) -> None:
    say.line(f"\nThe workshop is open at {where} (after {took:.1f} s).\n")
    logins = stack.places.home / "logins.txt"
    if logins.exists():
        say.line(logins.read_text().rstrip() + "\n")
    say.line(f"Mail is written to {PLACES.home / 'mail'}, logs to {PLACES.logs}.")
    say.line("`make story` in another terminal runs one car through it. Ctrl-C stops.")
