"""What the stock is worth, and where the pieces of a receipt lie now."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, DecimalField, ExpressionWrapper, F, Sum

from common.money import quantise
from parts.models import Bin, StockLevel, StockMovement
from parts.models.stock import StockMovementQuerySet
from workshop.models import Site

Kind = StockMovement.Kind
ZERO = Decimal(0)
WORTH = ExpressionWrapper(
    F("on_hand") * F("unit_cost"), DecimalField(max_digits=26, decimal_places=7)
)


@dataclass(frozen=True)
class Worth:
    """What the stock of one site and category is worth at the moving average.

    Attributes:
        category: the first word of the parts' categories; empty for none.
        positions: how many places hold something.
        value: in the site's currency, rounded to its smallest unit.
    """

    category: str
    positions: int
    value: Decimal


@dataclass(frozen=True)
class SiteWorth:
    """A site's stock by category; the rows add up to the total."""

    site: Site
    rows: list[Worth]

    @property
    def total(self) -> Decimal:
        return sum((row.value for row in self.rows), ZERO)

    @property
    def positions(self) -> int:
        return sum(row.positions for row in self.rows)


def stock_value() -> list[SiteWorth]:
    """Return what the house's own stock is worth now, by site and category.

    Customers' pieces and removed originals have no value in the books.
    """
    rows = (
        StockLevel.objects.filter(owner__isnull=True, on_hand__gt=0)
        .exclude(bin__kind=Bin.Kind.ORIGINALS)
        .order_by()
        .values("bin__site", "part__category")
        .annotate(positions=Count("pk"), value=Sum(WORTH))
    )
    found: dict[int, dict[str, Worth]] = defaultdict(dict)
    for row in rows:
        words = found[row["bin__site"]]
        word = row["part__category"].partition("/")[0]
        known = words.get(word, Worth(word, 0, ZERO))
        words[word] = Worth(
            word, known.positions + row["positions"], known.value + row["value"]
        )
    sites = Site.objects.filter(pk__in=found).order_by("code")
    return [
        SiteWorth(
            site,
            [
                replace(row, value=quantise(row.value, site.currency))
                for _word, row in sorted(found[site.pk].items())
            ],
        )
        for site in sites
    ]


def receipts_to_burden() -> StockMovementQuerySet:
    """Return receipts of the house's own pieces that still stand, newest first."""
    rows = StockMovement.objects.filter(
        kind=Kind.RECEIPT, reversed_by__isnull=True, level__owner__isnull=True
    )
    return rows.select_related("level__part", "level__bin__site").order_by("-pk")


@dataclass(frozen=True)
class Lying:
    """Some pieces of a receipt: the line that brought them to their place.

    Attributes:
        movement_id: the receipt itself, or the move that put them away.
        pieces: how many of the receipt came by this line and no further one.
        here: how many of them still lie there.
    """

    movement_id: int
    pieces: Decimal
    here: Decimal


@dataclass(frozen=True)
class _Line:
    pk: int
    level_id: int
    part_id: int
    kind: str
    quantity: Decimal
    command_id: UUID


@dataclass
class Trail:
    """The ledger after some receipts, to follow their pieces along.

    What came first leaves first: the pieces that lie in a place are those that came
    last. A move leads on to the place it reached.
    """

    levels: dict[int, StockLevel]
    level_of: dict[int, int]
    _lines: dict[int, list[_Line]]
    _arrivals: dict[tuple[UUID, int], _Line]
    _spoken: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @classmethod
    def of(cls, receipts: Sequence[StockMovement]) -> "Trail":
        """Read what happened to the receipts' parts since, in two statements.

        Args:
            receipts: with their levels.
        """
        parts = {row.level.part_id for row in receipts}
        levels = StockLevel.objects.filter(part__in=parts, owner__isnull=True)
        rows = StockMovement.objects.filter(
            level__in=levels,
            pk__gte=min(row.pk for row in receipts),
            reverses__isnull=True,
            reversed_by__isnull=True,
        )
        lines = [
            _Line(*each)
            for each in rows.order_by("pk").values_list(
                "pk", "level_id", "level__part_id", "kind", "quantity", "command_id"
            )
        ]
        by_level: dict[int, list[_Line]] = defaultdict(list)
        for line in lines:
            by_level[line.level_id].append(line)
        return cls(
            levels={row.pk: row for row in levels},
            level_of={line.pk: line.level_id for line in lines},
            _lines=by_level,
            _arrivals={
                (line.command_id, line.part_id): line
                for line in lines
                if line.kind == Kind.MOVE_IN
            },
        )

    def follow(self, receipt: StockMovement) -> list[Lying]:
        """Return where the pieces of a receipt came to; they add up to it."""
        found = self._pieces(receipt.pk, receipt.level_id, receipt.quantity)
        return [lot for lot in found if lot.pieces > 0]

    def _pieces(
        self, movement_id: int, level_id: int, pieces: Decimal
    ) -> Iterable[Lying]:
        later = [line for line in self._lines[level_id] if line.pk > movement_id]
        came_since = sum((line.quantity for line in later if line.quantity > 0), ZERO)
        lies = self.levels[level_id].on_hand - came_since
        here = min(pieces, max(ZERO, lies))
        gone, moved = pieces - here, ZERO
        for line in later:
            if line.kind != Kind.MOVE_OUT or gone <= moved:
                continue
            arrival = self._arrivals.get((line.command_id, line.part_id))
            piece = min(gone - moved, -line.quantity - self._spoken[line.pk])
            if arrival is None or piece <= 0:
                continue
            self._spoken[line.pk] += piece
            moved += piece
            yield from self._pieces(arrival.pk, arrival.level_id, piece)
        yield Lying(movement_id, pieces - moved, here)
