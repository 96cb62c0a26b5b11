"""What to buy before it vanishes: risk × delay × price drift, with the working shown.

Source: docs/domain/claims.md, rules K7 to K10.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.formats import grouped
from parts.models import Availability, Observation, Part
from parts.queries import live_offers
from parts.queries.offers import Offered
from restoration.models import Assignment, ClaimRule, JobCard, JobCardPart, Project
from restoration.queries.days import day_at
from restoration.queries.shortage_costs import promised_rooms
from restoration.queries.words import shown_date
from workshop.models import Site, Viewer

Life = Part.Life
Kind = Availability.Kind
COVERED = (Kind.ON_HAND, Kind.INCOMING)
# Points of risk; ours, so that the worst of each weighs about as much as two others.
LIFE_POINTS = {
    Life.CURRENT: 1,
    Life.UNKNOWN: 2,
    Life.SUPERSEDED: 2,
    Life.PROVISIONALLY_DISCONTINUED: 4,
    Life.DISCONTINUED: 5,
}
GONE_POINTS, MOST_GONE_POINTS = 2, 4
SOURCE_POINTS = {0: 3, 1: 2, 2: 1}
OLD_POINTS = 1
MOST_POINTS = 13
# Observations older than this say little of tomorrow.
LOOK_BACK = timedelta(days=730)
PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a rank: its value and how it came about, in words."""

    value: Decimal
    text: str
    working: Sequence[str]


@dataclass(frozen=True, slots=True)
class BuyNow:
    """One part that nobody has ordered, and why it should be bought now."""

    part: Part
    quantity: Decimal
    projects: Sequence[Project]
    risk: Factor
    delay: Factor
    drift: Factor
    has_source: bool

    @property
    def score(self) -> Decimal:
        """Days that may be lost: risk × delay × drift."""
        return self.risk.value * self.delay.value * self.drift.value

    @property
    def number(self) -> str:
        numbers = self.part.numbers.all()
        return next((n.as_printed for n in numbers if n.is_primary), "")


def buy_now(user: Viewer, *, site: Site, at: datetime) -> list[BuyNow]:
    """Return parts that cars will need and nobody has ordered, the most urgent first.

    A fixed number of statements.

    Args:
        user: who asks.
        site: whose cars.
        at: now, aware.
    """
    today = day_at(site, at)
    rule = ClaimRule.of(site)
    wanted: dict[int, list[JobCardPart]] = defaultdict(list)
    for row in _uncovered(user, site):
        wanted[row.part_id].append(row)
    rows = [row for found in wanted.values() for row in found]
    parts = Part.objects.prefetch_related("numbers").in_bulk(list(wanted))
    offers = live_offers(set(wanted))
    seen = _observations(set(wanted), today)
    delays = _delays(rows, rule, today)
    found = [
        BuyNow(
            part=parts[pk],
            quantity=sum((r.demand.remaining for r in some if r.demand), Decimal(0)),
            projects=list({r.card.project_id: r.card.project for r in some}.values()),
            risk=_risk(parts[pk], offers.get(pk, ()), seen[pk], rule, today),
            delay=delays[pk],
            drift=_drift(seen[pk]),
            has_source=bool(offers.get(pk)),
        )
        for pk, some in wanted.items()
    ]
    return sorted(found, key=lambda b: (-b.score, not b.has_source, b.part.code))


def _uncovered(user: Viewer, site: Site) -> list[JobCardPart]:
    """Parts of cards that have not begun, neither here nor on order."""
    rows = (
        JobCardPart.objects.filter(
            card__project__in=Project.objects.visible_to(user)
            .in_the_house()
            .filter(site=site),
            card__state=JobCard.State.OPEN,
            demand__state="OPEN",
        )
        .exclude(demand__availability__kind__in=COVERED)
        .select_related("demand", "card__project__site", "card__project__vehicle")
    )
    return list(rows.order_by("pk"))


def _observations(
    part_ids: Collection[int], today: date
) -> Mapping[int, list[Observation]]:
    found: dict[int, list[Observation]] = defaultdict(list)
    rows = Observation.objects.filter(
        part__in=part_ids, seen_on__gte=today - LOOK_BACK
    ).select_related("supplier")
    for row in rows.order_by("seen_on", "pk"):
        found[row.part_id].append(row)
    return found


def _risk(
    part: Part,
    offers: Sequence[Offered],
    seen: Sequence[Observation],
    rule: ClaimRule,
    today: date,
) -> Factor:
    life = LIFE_POINTS[Life(part.life)]
    told = [
        _("%(points)s for its life: %(life)s")
        % {"points": life, "life": part.get_life_display()}
    ]
    points = life + _gone(seen, told) + _sources(offers, told)
    if offers and (newest := max(o.seen_on for o in offers)) < today - timedelta(
        days=rule.offer_old_days
    ):
        points += OLD_POINTS
        told.append(
            _("%(points)s for the age of offers: the newest is of %(day)s")
            % {"points": OLD_POINTS, "day": shown_date(newest)}
        )
    value = Decimal(points) / MOST_POINTS
    text = _("%(points)s of %(most)s points") % {"points": points, "most": MOST_POINTS}
    return Factor(value, text, told)


def _gone(seen: Sequence[Observation], told: list[str]) -> int:
    if not seen:
        told.append(_("no observations"))
        return 0
    gone = [row for row in seen if row.kind == Observation.Kind.GONE]
    points = min(MOST_GONE_POINTS, GONE_POINTS * len(gone))
    if gone:
        told.append(
            ngettext(
                "%(points)s for %(count)s source that has it no more",
                "%(points)s for %(count)s sources that have it no more",
                len(gone),
            )
            % {"points": points, "count": len(gone)}
        )
    return points


def _sources(offers: Sequence[Offered], told: list[str]) -> int:
    count = len({offer.supplier_id for offer in offers})
    points = SOURCE_POINTS.get(count, 0)
    told.append(
        ngettext(
            "%(points)s for %(count)s supplier who offers it",
            "%(points)s for %(count)s suppliers who offer it",
            count,
        )
        % {"points": points, "count": count}
    )
    return points


def _drift(seen: Sequence[Observation]) -> Factor:
    """How much dearer it became, from the first price seen to the last one."""
    moves = [row for row in seen if row.kind == Observation.Kind.PRICE_MOVED]
    if not moves:
        return Factor(Decimal(1), _("no observations"), [])
    first, last = moves[0], moves[-1]
    same = [row for row in moves if row.currency == first.currency]
    last = same[-1]
    if not first.was_price or last.price is None:
        return Factor(Decimal(1), _("no observations"), [])
    change = last.price / first.was_price - 1
    working = _("from %(was)s to %(now)s %(currency)s by %(day)s") % {
        "was": grouped(first.was_price),
        "now": grouped(last.price),
        "currency": last.currency,
        "day": shown_date(last.seen_on),
    }
    # A part that becomes cheaper is no less at risk.
    value = 1 + max(Decimal(0), change)
    text = _("%(percent)s %%") % {
        "percent": number_format(change * PERCENT, decimal_pos=0)
    }
    return Factor(value, text, [working])


def _delays(
    rows: Sequence[JobCardPart], rule: ClaimRule, today: date
) -> dict[int, Factor]:
    """Days by which a car would be late if its part had to be replaced otherwise."""
    projects = {row.card.project_id: row.card.project for row in rows}
    rooms, _roots = promised_rooms(list(projects.values()))
    placed = dict(
        Assignment.objects.filter(
            run__is_in_force=True, card__in={row.card_id for row in rows}
        ).values_list("card_id", "starts_at")
    )
    found: dict[int, Factor] = {}
    for row in rows:
        room = max(0, rooms.get(row.card.project_id, 0))
        one = _delay(row, placed.get(row.card_id), room, rule, today)
        known = found.get(row.part_id)
        if known is None or one.value > known.value:
            found[row.part_id] = one
    return found


def _delay(
    row: JobCardPart,
    starts_at: datetime | None,
    room: int,
    rule: ClaimRule,
    today: date,
) -> Factor:
    lost_on = today + timedelta(days=rule.lost_days)
    told = [
        _("without it: another one by %(day)s, %(days)s days from today")
        % {"day": shown_date(lost_on), "days": rule.lost_days}
    ]
    if starts_at is None:
        days = rule.lost_days
        told.append(
            _("%(project)s: its card has no place in the plan yet")
            % {"project": row.card.project.number}
        )
    else:
        zone = ZoneInfo(row.card.project.site.time_zone)
        start = starts_at.astimezone(zone).date()
        days = max(0, (lost_on - start).days - room)
        told.append(
            _("%(project)s: its card begins on %(day)s, with %(room)s days of reserve")
            % {
                "project": row.card.project.number,
                "day": shown_date(start),
                "room": room,
            }
        )
    text = ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
    return Factor(Decimal(days), text, told)
