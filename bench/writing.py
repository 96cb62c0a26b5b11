"""What writing costs: the same in an empty house and in a full one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from operator import attrgetter
from statistics import median, quantiles

from django.utils import timezone

from bench.aside import Work, both_open
from bench.busy import busy
from bench.figures import Figure
from bench.seeding import site_of_bench
from parts import commands
from parts.models import Bin, Part, PartNumber

ROUNDS = 24
TIMES = 6
WARMING = 6
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


def measure_writing(empty: str) -> list[tuple[Writing, Writing]]:
    """Write by hand in the empty house and in this one; return what each takes.

    In short turns over two connections that stay open, and each house first in every
    other round: whatever slows the machine down for longer than a tenth of a second
    slows both down, and neither is always the one that finds its caches cold.

    Args:
        empty: the name of the empty house's database.

    Returns:
        For each round the empty house and the full one.
    """
    rounds: list[tuple[Writing, Writing]] = []
    with both_open(empty) as (in_empty, in_full):
        for inside in (in_empty, in_full):
            with inside():
                # The first ones warm caches and plans up.
                one_turn(WARMING)
        for turn in range(ROUNDS):
            found: dict[Work, Writing] = {}
            both = (in_empty, in_full)
            for inside in both if turn % 2 else reversed(both):
                with inside():
                    found[inside] = one_turn(TIMES)
            rounds.append((found[in_empty], found[in_full]))
    return rounds


def one_turn(times: int) -> Writing:
    """Write parts, receive one lot of each and move some of it."""
    shelf, other = Bin.objects.filter(
        site=site_of_bench(), code__in=["BENCH-A", "BENCH-B"]
    ).order_by("code")
    with busy() as making:
        parts = [new_part() for _each in range(times)]
    with busy() as receiving:
        levels = [receive(part, shelf) for part in parts]
    with busy() as moving:
        for level in levels:
            move(level, other)
    return Writing(
        part=making.seconds / times,
        receive=receiving.seconds / times,
        move=moving.seconds / times,
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


def growth(rounds: Sequence[tuple[Writing, Writing]]) -> Iterator[Figure]:
    """Compare a full house with an empty one: of the rounds' ratios the middle one.

    Each ratio is of two turns next to each other, so that a machine that becomes
    slower or quicker on the way does not stand between them.
    """
    for name, of in (
        ("part with number", attrgetter("part")),
        ("receipt", attrgetter("receive")),
        ("move", attrgetter("move")),
    ):
        pairs = [(of(empty), of(full)) for empty, full in rounds]
        ratios = [full / empty for empty, full in pairs]
        first, _middle, third = quantiles(ratios, n=4)
        before, after = (median(side) * 1000 for side in zip(*pairs, strict=True))
        yield Figure(
            f"write a {name}: full over empty",
            median(ratios),
            "×",
            MOST_GROWTH,
            note=f"{before:.1f} → {after:.1f} ms, half the rounds within"
            f" {first:.2f}-{third:.2f}",
        )
