"""What pieces that still lie in the store bear of a landed cost.

The ledger after the cost is read again at the moving average: what leaves takes its
part of the position along.

Source: docs/domain/stock.md R26.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from parts.models import LandedCost, StockMovement

Kind = StockMovement.Kind
Lots = dict[int, Decimal]
ZERO = Decimal(0)
FINE = Decimal("0.000000001")


@dataclass(frozen=True)
class StillBorne:
    """What the pieces in one position bear yet.

    Attributes:
        level_id: the position.
        lots: by the line that brought it there; above zero, in the cost's currency.
    """

    level_id: int
    lots: Lots

    @property
    def amount(self) -> Decimal:
        return sum(self.lots.values(), ZERO)


def still_borne(cost: LandedCost) -> list[StillBorne]:
    """Return what the positions bear yet of a cost, in two statements.

    Pieces that were moved bring it along, and so do a draw and a move that were undone
    and what came back from a card. What was found by a count bears nothing. The sum is
    at most what the stock bore at first.

    Args:
        cost: its parts' positions are locked by the caller.
    """
    book, parts = _Book(), set()
    shares = cost.shares.values_list(
        "movement", "movement__level", "movement__level__part", "into_stock"
    )
    for line_id, level_id, part_id, into in shares:
        parts.add(part_id)
        book.lots[level_id][line_id] += into
        book.came[line_id] += into
    lines = StockMovement.objects.filter(
        level__part__in=parts, level__owner__isnull=True, pk__gt=cost.newest_line
    )
    for line in lines.select_related("level").order_by("pk"):
        book.read(line)
    return book.positions()


def _lots() -> Lots:
    return defaultdict(Decimal)


@dataclass
class _Book:
    """What is where, as the lines are read one by one.

    Attributes:
        lots: position → line that brought it → what is borne there.
        left: line that took pieces away → what left with it, by lot.
        came: line that brought pieces → what came with it.
        drawn: wish and part → the newest draw, whose cost a return brings back.
        on_the_way: part of a command → what has left one place for the other.
    """

    lots: dict[int, Lots] = field(default_factory=lambda: defaultdict(_lots))
    left: dict[int, Lots] = field(default_factory=dict)
    came: Lots = field(default_factory=_lots)
    drawn: dict[tuple[str, int], StockMovement] = field(default_factory=dict)
    on_the_way: dict[tuple[UUID, int], Decimal] = field(
        default_factory=lambda: defaultdict(Decimal)
    )

    def read(self, line: StockMovement) -> None:
        way = (line.command_id, line.level.part_id)
        if line.reverses_id is not None:
            self._undo(line, line.reverses_id, way)
        elif line.quantity < 0:
            self._leave(line, way)
        elif line.kind == Kind.MOVE_IN:
            self._arrive(line, self.on_the_way.pop(way, ZERO))
        elif line.kind == Kind.RETURN:
            self._come_back(line)

    def _leave(self, line: StockMovement, way: tuple[UUID, int]) -> None:
        here = self.lots[line.level_id]
        lay = line.balance - line.quantity
        gone = {lot: borne * -line.quantity / lay for lot, borne in here.items()}
        for lot, borne in gone.items():
            here[lot] -= borne
        self.left[line.pk] = gone
        if line.kind == Kind.MOVE_OUT:
            self.on_the_way[way] += sum(gone.values(), ZERO)
        elif line.kind == Kind.ISSUE:
            self.drawn[line.subject_key, line.level.part_id] = line

    def _arrive(self, line: StockMovement, borne: Decimal) -> None:
        self.lots[line.level_id][line.pk] += borne
        self.came[line.pk] += borne

    def _come_back(self, line: StockMovement) -> None:
        draw = self.drawn.get((line.subject_key, line.level.part_id))
        if draw is not None:
            gone = sum(self.left[draw.pk].values(), ZERO)
            self._arrive(line, gone * line.quantity / -draw.quantity)

    def _undo(self, line: StockMovement, undone: int, way: tuple[UUID, int]) -> None:
        here = self.lots[line.level_id]
        if line.quantity < 0:
            # What came with the line leaves; if a move's, for where it came from.
            here[undone] -= self.came[undone]
            self.on_the_way[way] += self.came[undone]
        elif undone in self.left:
            self.on_the_way.pop(way, ZERO)
            for lot, borne in self.left[undone].items():
                here[lot] += borne
        else:
            here[line.pk] += self.on_the_way.pop(way, ZERO)

    def positions(self) -> list[StillBorne]:
        """Return what is left, by position; what is below zero is evened out there."""
        found = []
        for level_id, lots in sorted(self.lots.items()):
            whole = sum(lots.values(), ZERO)
            above = {lot: borne for lot, borne in lots.items() if borne > 0}
            if whole > 0:
                most = sum(above.values(), ZERO)
                even = {
                    lot: (borne * whole / most).quantize(FINE)
                    for lot, borne in sorted(above.items())
                }
                found.append(
                    StillBorne(level_id, {lot: n for lot, n in even.items() if n})
                )
        return found
