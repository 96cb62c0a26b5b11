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


class Heat(NamedTuple):
    """One table of loads."""

    title: str
    note: str
    weeks: list[date]
    rows: list[HeatRow]
    # What nobody needs in all these weeks; named below the table instead.
    idle: list[str]


def heat_of(site: Site, *, from_on: date) -> list[Heat]:
    """Return the load by skill and by kind of bay; nothing where nobody works."""
    tables = [
        heat(
            _("By skill"),
            _("Of working hours. Who has several skills counts for each."),
            queries.load_by_skill(site, from_on=from_on, weeks=WEEKS),
        ),
        heat(
            _("By bay"),
            _("Of all hours: a car keeps its bay overnight and at weekends."),
            queries.load_by_bay(site, from_on=from_on, weeks=WEEKS),
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
