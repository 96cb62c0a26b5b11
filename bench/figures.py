"""One figure: what was measured, what it may be at most or must be at least."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        name: what was measured.
        value: how much.
        unit: of what.
        bound: the most it may be; the least where ``at_least``; None: only told.
        at_least: whether more is better.
        ratio: to the calibration request of the same run, if it is a cost.
        note: anything worth knowing.
    """

    name: str
    value: float
    unit: str
    bound: float | None = None
    at_least: bool = False
    ratio: float | None = None
    note: str = ""

    @property
    def holds(self) -> bool:
        if self.bound is None:
            return True
        if self.at_least:
            return self.value >= self.bound
        return self.value <= self.bound

    def unbound(self) -> "Figure":
        """The same, only told."""
        return replace(self, bound=None)

    def cells(self) -> tuple[str, ...]:
        sign = "≥" if self.at_least else "≤"
        bound = "" if self.bound is None else f"{sign} {self.bound:g}"
        ratio = "" if self.ratio is None else f"× {self.ratio:.2f}"
        verdict = "" if self.bound is None else ("ok" if self.holds else "BROKEN")
        value = f"{self.value:,.0f}" if self.value >= 1000 else f"{self.value:.3g}"
        return (self.name, value, self.unit, bound, ratio, verdict, self.note)


HEAD = ("figure", "measured", "unit", "bound", "calibration", "", "")


def table(figures: Iterable[Figure]) -> Iterator[str]:
    """Yield the lines of the table."""
    rows = [HEAD, *(figure.cells() for figure in figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    for row in rows:
        cells = [
            cell.rjust(width) if place == 1 else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
