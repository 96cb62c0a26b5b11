"""Sends one command again under its key, as a client does that got no answer.

With ``--planted`` the idempotency forgets what it has done: the control, which the
rig has to notice. ``python -m tests.chaos.again [--planted]``
"""

import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import django


def forgetful(*, work: Callable[[], Any], **_request: Any) -> Any:
    return work()


def main() -> None:
    """Receive three pieces, twice under one key."""
    django.setup()
    from django.db import transaction  # noqa: PLC0415 - after the setup
    from django.utils import timezone  # noqa: PLC0415

    from parts import commands  # noqa: PLC0415
    from parts.commands import running  # noqa: PLC0415
    from parts.models import Bin, Part  # noqa: PLC0415

    is_planted = "--planted" in sys.argv
    if is_planted:
        running.run_once = transaction.atomic(forgetful)
    for _again in range(2):
        commands.receive_stock(
            part_id=Part.objects.order_by("pk")[0].pk,
            bin_id=Bin.objects.filter(kind="STORE").order_by("pk")[0].pk,
            quantity=Decimal(3),
            unit_cost=Decimal(100),
            reason="Sent again",
            key=f"again-{is_planted}",
            at=timezone.now(),
        )


if __name__ == "__main__":
    main()
