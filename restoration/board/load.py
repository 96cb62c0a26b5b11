"""How full the coming weeks are, as a table a person can read without colours."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from restoration import queries
from restoration.board.words import Mark
from restoration.queries import LoadCell, LoadRow
from workshop.models import Site

WEEKS = 8
# From this percentage on, a week counts as …
BUSY, FULL = 60, 90


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One week of one row: a percentage, and the level it stands for."""

    cell: LoadCell

    @property
    def mark(self) -> Mark:
        if not self.cell.capacity_minutes and not self.cell.planned_minutes:
            return Mark("WAITING", _("closed"))
        percent = self.cell.percent
        if percent >= FULL:
            return Mark("BLOCKED", _("full"))
        if percent >= BUSY:
            return Mark("RUNNING", _("busy"))
        if percent:
            return Mark("READY", _("room"))
        return Mark("WAITING", _("free"))

    @property
    def is_closed(self) -> bool:
        return not self.cell.capacity_minutes and not self.cell.planned_minutes

    @property
    def percent_text(self) -> str:
        return "–" if self.is_closed else f"{self.cell.percent} %"


class HeatRow(NamedTuple):
    """One skill or kind of bay."""

    label: str
    cells: list[HeatCell]


class ChartBar(NamedTuple):
    """One week of a chart, in the chart's own units."""

    x: int
    y: float
    height: float
    kind: str
    week: date
    text: str


class Chart(NamedTuple):
    """One row of a table as bars; the line of what is there lies at 100 %."""

    label: str
    bars: list[ChartBar]
    width: int
    peak: str


# Of the charts: a week is so wide, 100 % so high; nothing higher than this is drawn.
STEP, BAR, FULL_HEIGHT, MOST = 14, 11, 40, 120


def charts_of(table: "Heat") -> list[Chart]:
    """Return a table's rows as bars."""
    return [
        Chart(
            label=row.label,
            bars=[
                chart_bar(k, cell, table.weeks[k]) for k, cell in enumerate(row.cells)
            ],
            width=STEP * len(row.cells),
            peak=max(row.cells, key=lambda c: c.cell.percent).percent_text,
        )
        for row in table.rows
    ]


def chart_bar(number: int, cell: HeatCell, week: date) -> ChartBar:
    height = min(cell.cell.percent, MOST) * FULL_HEIGHT / 100
    return ChartBar(
        x=number * STEP,
        y=round(MOST * FULL_HEIGHT / 100 - height, 1),
        height=round(height, 1),
        kind=cell.mark.kind,
        week=week,
        text=cell.percent_text,
    )


class Heat(NamedTuple):
    """One table of loads."""

    title: str
    note: str
    weeks: list[date]
    rows: list[HeatRow]
    # What nobody needs in all these weeks; named below the table instead.
    idle: list[str]


def heat_of(site: Site, *, from_on: date, weeks: int = WEEKS) -> list[Heat]:
    """Return the load by skill and by kind of bay; nothing where nobody works."""
    tables = [
        heat(
            _("By skill"),
            _("Of working hours. Who has several skills counts for each."),
            queries.load_by_skill(site, from_on=from_on, weeks=weeks),
        ),
        heat(
            _("By bay"),
            _("Of all hours: a car keeps its bay overnight and at weekends."),
            queries.load_by_bay(site, from_on=from_on, weeks=weeks),
        ),
    ]
    return [table for table in tables if table.rows or table.idle]


def legend() -> list[Mark]:
    """Return what the shapes stand for."""
    return [
        Mark("WAITING", _("free or closed")),
        Mark("READY", _("room")),
        Mark("RUNNING", _("busy, from %(percent)s %%") % {"percent": BUSY}),
        Mark("BLOCKED", _("full, from %(percent)s %%") % {"percent": FULL}),
    ]


def heat(title: str, note: str, rows: list[LoadRow]) -> Heat:
    """Return one table of loads: the fullest row first, those without work by name."""
    weeks = [cell.week_on for cell in rows[0].weeks] if rows else []
    peaks = {r.label: max((c.percent for c in r.weeks), default=0) for r in rows}
    wanted = sorted((r for r in rows if peaks[r.label]), key=lambda r: -peaks[r.label])
    cells = [HeatRow(r.label, [HeatCell(c) for c in r.weeks]) for r in wanted]
    return Heat(title, note, weeks, cells, [r.label for r in rows if r not in wanted])
