"""Run the outbox relay: ``manage.py relay`` in production, ``--once`` in scripts."""

import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from common.relay import Relay


class Command(BaseCommand):
    help = "Hands outbox events to the broker until it is told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="send what is due, then end"
        )

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        relay = Relay()
        if once:
            self.stdout.write(f"{relay.run_once()} sent")
            return

        def stop(signum: int, frame: FrameType | None) -> None:
            relay.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        relay.run()
