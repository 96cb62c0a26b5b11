"""The availability engine over all wishes, and over one part's."""

from collections.abc import Iterator

from django.utils import timezone

from bench.busy import Busy, busy
from bench.figures import Figure
from bench.seeding import more_demands, site_of_bench, sql
from parts import commands
from parts.models import Availability, KitLine, Part

MOST_SECONDS = 20
MOST_GROWTH = 2.3
TOUCHED = 40
TOUCHED_MS = 50
KITS = 100


def answer_all() -> Busy:
    """Answer every open wish as if none had been answered before."""
    sql("DELETE FROM parts_availability")
    with busy() as taken:
        commands.check_all_availability(at=timezone.now())
    return taken


def engine_figures(parts: int, demands: int) -> Iterator[Figure]:
    """Answer all wishes, twice as many, and those of single parts.

    Args:
        parts: in the bench's catalogue.
        demands: open wishes there are; as many are added.
    """
    half = answer_all()
    more_demands(parts, demands, site_of_bench(), first=demands)
    sql("ANALYZE parts_demand")
    whole = answer_all()
    answered = Availability.objects.count()
    most = MOST_SECONDS * max(demands * 2 / 100_000, 0.1)
    yield Figure(
        f"availability of {answered:,} wishes",
        whole.seconds,
        "s",
        most,
        note=f"by the clock {whole.wall:.1f} s",
    )
    yield Figure(
        "availability: twice the wishes",
        whole.seconds / half.seconds,
        "×",
        MOST_GROWTH,
        note=f"{half.seconds:.1f} → {whole.seconds:.1f} s",
    )
    some = Part.objects.filter(code__startswith="bench-").order_by("-pk")
    ids = list(some.values_list("pk", flat=True)[: TOUCHED * 50 : 50])
    with busy() as touching:
        for part_id in ids:
            commands.check_availability(part_ids=[part_id], at=timezone.now())
    each = touching.seconds / len(ids) * 1000
    yield Figure("availability: one touched part", each, "ms", TOUCHED_MS)
    yield bolt_figure(ids[0])


def bolt_figure(bolt_id: int) -> Figure:
    """Touch a part that a hundred kits share, each of which somebody waits for."""
    kits = Part.objects.filter(demands__state="OPEN").exclude(pk=bolt_id).distinct()
    KitLine.objects.bulk_create(
        KitLine(kit_id=kit_id, component_id=bolt_id, quantity=1)
        for kit_id in kits.order_by("-pk").values_list("pk", flat=True)[:KITS]
    )
    sql("ANALYZE parts_kitline")
    commands.check_availability(part_ids=[bolt_id], at=timezone.now())
    with busy() as touching:
        for _each in range(TOUCHED):
            commands.check_availability(part_ids=[bolt_id], at=timezone.now())
    each = touching.seconds / TOUCHED * 1000
    return Figure(f"availability: a bolt of {KITS} wanted kits", each, "ms", TOUCHED_MS)
