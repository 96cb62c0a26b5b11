"""What writing costs: the same in an empty house and in a full one."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from statistics import median

from django.db import connection
from django.utils import timezone

from bench.aside import working_in
from bench.busy import busy
from bench.figures import Figure
from bench.seeding import site_of_bench
from parts import commands
from parts.models import Bin, Part, PartNumber

ROUNDS = 7
TIMES = 20
WARMING = 3
MOST_GROWTH = 1.3
_numbers = count(1)


@dataclass(frozen=True)
class Writing:
    """Seconds of work for one piece of each."""

    part: float
    receive: float
    move: float


def key() -> str:
    return f"BENCH-key-{next(_numbers)}"


def new_part() -> Part:
    number = next(_numbers)
    part = Part.objects.create(code=f"BENCH-hand-{number}", name_en=f"Hand {number}")
    PartNumber(part=part, as_printed=f"BENCH-H{number:06d}").save()
    return part


def measure_writing(empty: str) -> tuple[Writing, Writing]:
    """Write by hand in the empty house and in this one; return what each takes.

    In turns, so that a machine that others slow down slows both houses down; of the
    rounds the middle one counts.

    Args:
        empty: the name of the empty house's database.
    """
    here = str(connection.settings_dict["NAME"])
    rounds: dict[str, list[Writing]] = {empty: [], here: []}
    for _round in range(ROUNDS):
        for name, found in rounds.items():
            with working_in(name):
                found.append(one_round())
    return middle(rounds[empty]), middle(rounds[here])


def one_round() -> Writing:
    """Write parts, receipts and moves over a connection that has been warmed up."""
    shelf, other = Bin.objects.filter(
        site=site_of_bench(), code__in=["BENCH-A", "BENCH-B"]
    ).order_by("code")
    # The first ones warm caches and plans up.
    for _each in range(WARMING):
        move(receive(new_part(), shelf), other)
    with busy() as making:
        parts = [new_part() for _each in range(TIMES)]
    with busy() as receiving:
        levels = [receive(part, shelf) for part in parts]
    with busy() as moving:
        for level in levels:
            move(level, other)
    return Writing(
        part=making.seconds / TIMES,
        receive=receiving.seconds / TIMES,
        move=moving.seconds / TIMES,
    )


def middle(rounds: list[Writing]) -> Writing:
    return Writing(
        part=median(each.part for each in rounds),
        receive=median(each.receive for each in rounds),
        move=median(each.move for each in rounds),
    )


def receive(part: Part, bin_: Bin) -> int:
    line = commands.receive_stock(
        part_id=part.pk,
        bin_id=bin_.pk,
        quantity=Decimal(5),
        unit_cost=Decimal(100),
        reason="bench",
        key=key(),
        at=timezone.now(),
    )
    return line.level_id


def move(level_id: int, bin_: Bin) -> None:
    commands.move_stock(
        level_id=level_id,
        bin_id=bin_.pk,
        quantity=Decimal(1),
        reason="bench",
        key=key(),
        at=timezone.now(),
    )


def growth(empty: Writing, full: Writing) -> Iterator[Figure]:
    """Compare a full house with an empty one."""
    for name, before, after in (
        ("part with number", empty.part, full.part),
        ("receipt", empty.receive, full.receive),
        ("move", empty.move, full.move),
    ):
        yield Figure(
            f"write a {name}: full over empty",
            after / before,
            "×",
            MOST_GROWTH,
            note=f"{before * 1000:.1f} → {after * 1000:.1f} ms",
        )
