"""What keeps cards from being started: cards before them, waiting times, parts."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from django.db.models import (
    DecimalField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from parts.models import Availability, Demand, Reservation
from restoration.models import JobCard, JobCardLink, JobCardPart
from restoration.queries.words import shown_date, shown_instant


class BlockerKind(StrEnum):
    """What sort of thing is waited for."""

    CARD = "CARD"
    LAG = "LAG"
    PART = "PART"


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing a card waits for."""

    kind: BlockerKind
    card: JobCard | None = None
    until: datetime | None = None
    part: JobCardPart | None = None

    @property
    def sentence(self) -> str:
        """In the reader's language."""
        if self.part is not None:
            return self._part_sentence(self.part)
        title = self.card.title if self.card is not None else ""
        if self.until is not None:
            return _("Waits until %(time)s, after “%(card)s”.") % {
                "time": shown_instant(self.until),
                "card": title,
            }
        return _("Waits for “%(card)s”.") % {"card": title}

    def _part_sentence(self, row: JobCardPart) -> str:
        on = part_date(row)
        values = {"part": part_label(row)}
        if on is None:
            return _("Waits for %(part)s, which has no date yet.") % values
        return _("Waits for %(part)s, due %(date)s.") % {
            **values,
            "date": shown_date(on),
        }


def part_label(row: JobCardPart) -> str:
    """Return number and name of a card's part; numbers are read ahead."""
    number = next((n.as_printed for n in row.part.numbers.all() if n.is_primary), "")
    return f"{number} {row.part.name}".strip()


def part_date(row: JobCardPart) -> date | None:
    """Return the day the newest answer gives for a part, where there is one."""
    answer = answer_of(row)
    return answer.available_on if answer is not None else None


def answer_of(row: JobCardPart) -> Availability | None:
    """Return the newest answer to a card part's wish; it was read ahead."""
    if row.demand is None:
        return None
    return getattr(row.demand, "availability", None)


def with_parts_state(rows: QuerySet[JobCardPart]) -> QuerySet[JobCardPart]:
    """Read parts with all that `is_here` and `part_label` look at.

    Adds ``held_here``: what lies in a bin and is held for the card.
    """
    # Looked up per row: joined and grouped by every column of a part, the same took
    # PostgreSQL seconds on tables that it had not counted yet.
    here = (
        Reservation.objects.held()
        .filter(demand=OuterRef("demand"), level__isnull=False)
        .order_by()
        .values("demand")
        .values(total=Sum("quantity"))
    )
    return (
        rows.select_related("part", "required_part", "demand__availability")
        .prefetch_related("part__numbers")
        .annotate(
            held_here=Coalesce(
                Subquery(here),
                Value(Decimal(0)),
                output_field=DecimalField(max_digits=12, decimal_places=3),
            )
        )
        .order_by("card_id", "pk")
    )


def is_here(row: JobCardPart) -> bool:
    """Whether a part is drawn or lies ready; the row comes from `with_parts_state`."""
    if row.demand is None or row.demand.state == Demand.State.CANCELLED:
        return True
    held: Decimal = getattr(row, "held_here", Decimal(0))
    if row.demand.drawn + held >= row.quantity:
        return True
    answer = answer_of(row)
    return answer is not None and answer.kind == Availability.Kind.ON_HAND


def blockers_of(card_ids: Collection[int], *, at: datetime) -> dict[int, list[Blocker]]:
    """Return what each card waits for, in three queries; nothing for a free one.

    Args:
        card_ids: the cards.
        at: the instant at which they would be started.
    """
    found: dict[int, list[Blocker]] = defaultdict(list)
    links = (
        JobCardLink.objects.filter(after__in=card_ids)
        .exclude(before__state=JobCard.State.CANCELLED)
        .select_related("before")
        .order_by("after_id", "before__number")
    )
    for link in links:
        blocker = _of_link(link, at)
        if blocker is not None:
            found[link.after_id].append(blocker)
    rows = JobCardPart.objects.filter(card__in=card_ids)
    for row in with_parts_state(rows):
        if not is_here(row):
            found[row.card_id].append(Blocker(BlockerKind.PART, part=row))
    return found


def _of_link(link: JobCardLink, at: datetime) -> Blocker | None:
    before = link.before
    if before.finished_at is None:
        return Blocker(BlockerKind.CARD, card=before)
    until = before.finished_at + timedelta(minutes=link.min_lag_minutes)
    if at < until:
        return Blocker(BlockerKind.LAG, card=before, until=until)
    return None
