"""The plan as the timeline draws it: whole numbers and tables of words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import dateformat
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.formats import day_text
from restoration.board.words import CARD_KINDS, Mark, card_mark, risk_mark
from restoration.models import JobCard, PlanRun
from restoration.queries import Risk
from restoration.queries.plan_window import (
    Bar,
    PlanFrame,
    PlanStretch,
    TimelineItem,
    WindowCar,
)
from restoration.queries.words import start_reason
from workshop.models import Site

STATES = list(JobCard.State)
RISKS = list(Risk)
FIXED, PINNED = 1, 2


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One booking as a line of the table."""

    item: TimelineItem

    @property
    def mark(self) -> Mark:
        return card_mark(self.item.assignment.card)

    @property
    def reason(self) -> str:
        """Why it does not start earlier, in the reader's language."""
        assignment = self.item.assignment
        return start_reason(assignment.card, assignment.reason)


def frame_of(frame: PlanFrame, run: PlanRun, *, by: str) -> dict[str, Any]:
    """Return what stays while one scrolls: rows, cars, the words of the marks."""
    return {
        "run": run.pk,
        "by": by,
        "rows": [[r.pk, r.label, r.note, r.able] for r in frame.rows],
        "cars": [car_of(car) for car in frame.cars],
        # In the order that bars count by; what was cancelled stays until the next plan.
        "states": [[CARD_KINDS[s].lower(), str(s.label)] for s in STATES],
        "risks": [[*risk_kind(risk)] for risk in RISKS],
    }


def risk_kind(risk: Risk) -> tuple[str, str]:
    mark = risk_mark(risk)
    return mark.kind.lower(), mark.word


def car_of(car: WindowCar) -> list[Any]:
    """Return a car: key, number, frame number, how its date stands, the date."""
    promised = day_text(car.promised_on) if car.promised_on else ""
    return [car.pk, car.number, car.name, RISKS.index(car.risk), promised]


def stretch_of(
    stretch: PlanStretch, site: Site, *, first: date, last: date
) -> dict[str, Any]:
    """Return the bars of some days. Times are minutes since 1970.

    Args:
        stretch: what was found.
        site: whose clock the days are read by.
        first: day that is drawn.
        last: day that is drawn no more.
    """
    titles: dict[str, int] = {}
    needs: dict[tuple[int, ...], int] = {}
    bars = [bar_of(bar, titles, needs) for bar in stretch.bars]
    return {
        "days": list(days_of(site, first, last)),
        "open": [[minute(a), minute(b)] for a, b in stretch.open_spans],
        "away": [[a.row, minute(a.starts_at), minute(a.ends_at)] for a in stretch.away],
        "parts": [
            [p.card, minute(p.usable_at), day_text(p.on), p.name] for p in stretch.parts
        ],
        "titles": list(titles),
        "needs": list(needs),
        "bars": bars,
    }


def bar_of(
    bar: Bar, titles: dict[str, int], needs: dict[tuple[int, ...], int]
) -> list[int]:
    """Return a bar as numbers; words and needs go into tables."""
    return [
        bar.assignment,
        bar.row,
        minute(bar.starts_at),
        minute(bar.ends_at),
        bar.card,
        titles.setdefault(bar.title, len(titles)),
        STATES.index(JobCard.State(bar.state)),
        bar.project,
        FIXED * bar.is_fixed | PINNED * bar.is_pinned,
        needs.setdefault(bar.needs, len(needs)),
    ]


def minute(instant: datetime) -> int:
    return int(instant.timestamp() // 60)


def days_of(site: Site, first: date, last: date) -> Iterator[list[Any]]:
    """Yield each day: where it begins, its names, its month, its week's number."""
    zone = ZoneInfo(site.time_zone)
    day = first
    while day < last:
        yield [
            minute(datetime.combine(day, time(), zone)),
            dateformat.format(day, pgettext("a day of an axis", "D j")),
            day.day,
            date_format(day, "YEAR_MONTH_FORMAT"),
            day.isocalendar().week if day.weekday() == 0 else 0,
        ]
        day += timedelta(days=1)


def addresses(site: Site, *, by: str) -> dict[str, str]:
    """Return where the drawing asks for more; a 0 stands for a key."""
    return {
        "bars": f"{reverse('board:plan_bars')}?site={site.code}&by={by}",
        "why": reverse("board:why_here", args=[0]),
        "late": reverse("board:why_late", args=["0"]),
        "chain": reverse("board:plan_chain", args=["0"]),
        "pin": reverse("board:pin", args=[0]),
    }


def words() -> dict[str, str]:
    """Return what the drawing says itself; holes are filled by it."""
    return {
        "week": _("week {number}"),
        "part": _("{part} comes {day}"),
        "bar": _("{title}, {car}, {row}, {from} – {to}, {state}, {risk}"),
        "carried": _("{title}, {car}: begins {from}, {row}"),
        "pinned": _("pinned"),
        "fixed": _("under way"),
        "none": _("There is no bar in that direction."),
        "failed": _("The plan could not be read. It is asked for again in a moment."),
        "nowhere": _("No car is called that."),
        "now": _("now"),
    }


def legend_states() -> list[Mark]:
    """Return what the shapes stand for when colours tell the state."""
    drawn = (s for s in STATES if s != JobCard.State.CANCELLED)
    return [Mark(CARD_KINDS[s], str(s.label)) for s in drawn]


def legend_risks() -> list[Mark]:
    """Return what the shapes stand for when colours tell how promises stand."""
    broken = Mark("BLOCKED", _("promised after the wish or after the first promise"))
    others = (Risk.TIGHT, Risk.ON_TRACK, Risk.NO_DATE)
    return [broken, *(risk_mark(risk) for risk in others)]
