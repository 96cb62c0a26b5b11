"""What the pages of the floor show, made ready for their templates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.formats import day_text, minutes_text
from parts import queries as parts_queries
from parts.models import Demand, Unit
from parts.names import unit_name
from restoration import queries
from restoration.floor import words
from restoration.floor.worker import Worker
from restoration.models import JobCard

Kind = queries.BlockerKind


@dataclass(frozen=True, slots=True)
class PartLine:
    """One part on a card's page, in words."""

    part: queries.CardPart
    number: str
    state: str
    answer: str
    step: str
    unit: str
    # Those that may go, where the part is kept by serial number.
    units: Sequence[Unit] = ()

    @property
    def photos(self) -> list[dict[str, str]]:
        """What it looks like, as the piece that shows photos takes it."""
        return [
            {
                "url": reverse("floor:part_photo", args=[row.pk]),
                "alt": row.title or _("Photo of the part"),
                "caption": row.title,
            }
            for row in self.part.photos
        ]

    @property
    def asks_for_units(self) -> bool:
        """Whether somebody has to say which units go: more lie than are wanted."""
        return len(self.units) > self.part.to_draw

    @property
    def name(self) -> str:
        """The name of its quantity on the page."""
        return f"quantity-{self.part.row.pk}"

    @property
    def to_draw(self) -> str:
        """What is still to be drawn, as an input of a page writes it."""
        return f"{self.part.to_draw.normalize():f}"

    @property
    def can_draw(self) -> bool:
        """Whether pieces lie ready in the store."""
        demand = self.part.row.demand
        if demand is None or demand.state == Demand.State.CANCELLED:
            return False
        return self.part.to_draw > 0 and self.part.is_here


def card_context(
    request: HttpRequest,
    card_id: int,
    worker: Worker,
    refusal: DomainError | None = None,
) -> dict[str, Any]:
    """Return what a card's page shows.

    Args:
        request: who asks.
        card_id: the card.
        worker: whose clock.
        refusal: what a command has just said no to.
    """
    now = timezone.now()
    page = queries.card_page(
        request.user, card_id=card_id, technician=worker.technician, at=now
    )
    checks = queries.check_lines(page.checklist, page.measurements)
    running = page.own_entry.card if page.own_entry else None
    running_url = worker.url("card", running.pk) if running else ""
    count = queries.CheckCount(
        sum(c.line.result == words.Result.OPEN for c in checks), len(checks)
    )
    return {
        "page": page,
        "card": page.card,
        "worker": worker,
        "clock": Clock(page.card, worker, count, seconds_before(page)),
        "count": count,
        "mark": words.card_mark(page.card, page.blockers),
        "parts": [part_line(part) for part in page.parts],
        "areas": by_area(checks),
        "loose": [m for m in page.measurements if not is_on_a_line(m.item_id, checks)],
        "history": [happening(event) for event in page.events],
        "lacks_only_parts": bool(page.blockers)
        and all(b.kind == Kind.PART for b in page.blockers),
        "pause_reasons": words.PAUSE_REASONS,
        "without_parts": words.WITHOUT_PARTS,
        "verdicts": words.verdicts(),
        "running_url": running_url,
        "refusal": refusal and words.refusal_words(refusal, running_url),
    }


def part_line(part: queries.CardPart) -> PartLine:
    """Put one part of a card into words."""
    row = part.row
    numbers = [n.as_printed for n in row.part.numbers.all() if n.is_primary]
    answer = getattr(row.demand, "availability", None) if row.demand else None
    if part.to_draw <= 0:
        state = "DONE"
    elif part.is_here:
        state = "READY"
    else:
        state = "WAITING" if answer and answer.available_on else "BLOCKED"
    return PartLine(
        part=part,
        number=numbers[0] if numbers else "",
        state=state,
        answer=parts_queries.availability_sentence(answer) if answer else "",
        step=step_of(part.to_draw),
        unit=unit_name(row.part, row.quantity),
        units=part.units,
    )


def step_of(quantity: Decimal) -> str:
    """Return the step in which a quantity is counted: 1, or its last decimal."""
    exponent = quantity.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= 0:
        return "1"
    return str(Decimal(1).scaleb(exponent))


def by_area(
    checks: list[queries.CheckLine],
) -> list[tuple[str, list[queries.CheckLine]]]:
    """Return a checklist by the areas of the car, in the list's own order."""
    runs = groupby(checks, key=lambda c: c.line.item.area if c.line.item else "")
    return [(words.area_words(area), list(lines)) for area, lines in runs]


def is_on_a_line(item_id: int | None, checks: list[queries.CheckLine]) -> bool:
    return item_id is not None and any(c.line.item_id == item_id for c in checks)


def happening(event: Any) -> Mapping[str, Any]:
    """Return one change of a card as an entry of the timeline piece."""
    mark = words.event_words(event)
    return {
        "title": mark.label,
        "state": mark.state,
        "at": event.happened_at,
        "cause": words.reason_words(event.reason),
        "by": str(event.actor) if event.actor else "",
    }


def seconds_before(page: queries.CardPage) -> int:
    """Return what this technician clocked on the card before the running entry."""
    if page.own_entry is None:
        return 0
    own = page.own_entry.technician_id
    return sum(
        int((t.ended_at - t.started_at).total_seconds())
        for t in page.times
        if t.technician_id == own and t.ended_at is not None
    )


@dataclass(frozen=True, slots=True)
class Clock:
    """The buttons of a technician's clock on one card."""

    card: JobCard
    worker: Worker
    count: queries.CheckCount | None = None
    # What this technician clocked on it before the running stretch.
    before_seconds: int = 0
    # The page to come back to, where that is not the card's own.
    back: str = ""

    @property
    def url(self) -> str:
        return self.worker.url("card", self.card.pk)

    @property
    def start_url(self) -> str:
        return self.worker.url("start", self.card.pk)

    @property
    def finish_url(self) -> str:
        return self.worker.url("finish", self.card.pk)

    @property
    def pause_action(self) -> str:
        return self._versioned("pause")

    @property
    def start_action(self) -> str:
        return self._versioned("start")

    @property
    def pause_id(self) -> str:
        return f"pause-{self.card.pk}"

    @property
    def finish_id(self) -> str:
        return f"finish-{self.card.pk}"

    def _versioned(self, name: str) -> str:
        # A reason's dialog has no place for the version, so its address carries it.
        url = self.worker.url(name, self.card.pk)
        back = f"&back={self.back}" if self.back else ""
        mark = "&" if "?" in url else "?"
        return f"{url}{mark}version={self.card.version}{back}"


@dataclass(frozen=True, slots=True)
class Row:
    """One card in a list: its mark, its time, its buttons."""

    line: queries.FloorCard
    mark: words.Mark
    clock: Clock
    today: date
    parts: queries.PartsBadge | None = None

    @property
    def card(self) -> JobCard:
        return self.line.card

    @property
    def planned(self) -> str:
        """How long it should take, in words."""
        return minutes_text(self.card.minutes)

    @property
    def day(self) -> date | None:
        """The reader's day on which the plan has it."""
        if self.line.assignment is None:
            return None
        return timezone.localtime(self.line.assignment.starts_at).date()

    @property
    def is_late(self) -> bool:
        """Whether its day has passed."""
        return self.day is not None and self.day < self.today

    @property
    def begins(self) -> str:
        """The time at which the plan has it."""
        if self.line.assignment is None:
            return ""
        return f"{timezone.localtime(self.line.assignment.starts_at):%H:%M}"

    @property
    def ends(self) -> str:
        """The time at which it ends, or the day when that is another one."""
        if self.line.assignment is None:
            return ""
        end = timezone.localtime(self.line.assignment.ends_at)
        return (
            f"{end:%H:%M}"
            if end.date() == self.day
            else day_text(end.date(), year=False)
        )


def running_row(
    line: queries.FloorCard,
    worker: Worker,
    count: queries.CheckCount | None,
    before: timedelta,
) -> Row:
    """Return the card that is pinned on top of the day, with its buttons.

    Args:
        line: the running card.
        worker: whose clock it is.
        count: of its checks.
        before: what was clocked before the running stretch.
    """
    seconds = int(before.total_seconds())
    clock = Clock(line.card, worker, count, before_seconds=seconds, back="day")
    return Row(line, words.card_mark(line.card), clock, timezone.localdate())


def rows_of(lines: Iterable[queries.FloorCard], worker: Worker) -> list[Row]:
    """Return the cards of a list with their marks and buttons.

    Args:
        lines: the cards.
        worker: whose list it is.
    """
    today = timezone.localdate()
    lines = list(lines)
    open_cards = [line.card.pk for line in lines if line.card.finished_at is None]
    badges = queries.parts_badges(open_cards)
    return [
        Row(
            line,
            words.card_mark(line.card, line.blockers),
            Clock(line.card, worker),
            today,
            badges.get(line.card.pk),
        )
        for line in lines
    ]
