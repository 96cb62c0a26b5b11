"""Scarce parts: whose claims stand against each other, and what there is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Sum

from common import subjects
from common.errors import NotFound
from parts.models import Demand, Part, PurchaseOrderLine, Reservation, StockLevel
from restoration.models import Arbitration, JobCardPart, Project
from restoration.queries.blockers import with_parts_state
from restoration.queries.promised import PromiseChip, chips_of
from workshop.models import Site, Viewer

# So many claims are weighed against each other; the rest of the queue stays behind.
MOST_CLAIMS = 6
ZERO = Decimal(0)
Spot = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pieces:
    """What there is of a part at a site: on the shelf, and on orders under way."""

    here: Decimal = ZERO
    coming: Decimal = ZERO

    @property
    def all(self) -> Decimal:
        return self.here + self.coming


@dataclass(frozen=True, slots=True)
class Claim:
    """One wish for a scarce part, and whose it is."""

    demand: Demand
    name: str
    row: JobCardPart | None
    chip: PromiseChip | None
    held: Decimal

    @property
    def project(self) -> Project | None:
        """The car's project; None for a customer's order."""
        return self.row.card.project if self.row is not None else None

    @property
    def promised_on(self) -> date | None:
        """The date in force of its car."""
        return self.chip.promised_on if self.chip is not None else None

    @property
    def wished_on(self) -> date | None:
        """The day its customer has agreed on or wished for."""
        return self.project.wished_on if self.project is not None else None

    @property
    def available_on(self) -> date | None:
        """What its newest answer says."""
        answer = getattr(self.demand, "availability", None)
        return answer.available_on if answer is not None else None


@dataclass(frozen=True, slots=True)
class Scarcity:
    """One part of which more is wanted at a site than lies there."""

    part: Part
    site: Site
    wanted: Decimal
    claims: int
    pieces: Pieces
    decided: Arbitration | None


def scarce_parts(user: Viewer) -> list[Scarcity]:
    """Return the parts with pieces, and more wishes than pieces on the shelf.

    A fixed number of statements. Those most fought over come first.
    """
    waiting: dict[Spot, list[Decimal]] = {}
    rows = Demand.objects.visible_to(user).waiting()
    for part_id, site_id, left in rows.annotate(
        left=F("quantity") - F("drawn")
    ).values_list("part_id", "site_id", "left"):
        waiting.setdefault((part_id, site_id), []).append(left)
    rivals = {spot: left for spot, left in waiting.items() if len(left) > 1}
    pieces = pieces_of({part_id for part_id, _site in rivals})
    short = {
        spot: left
        for spot, left in rivals.items()
        if spot in pieces and sum(left) > pieces[spot].here
    }
    parts = Part.objects.prefetch_related("numbers").in_bulk([p for p, _s in short])
    sites = Site.objects.in_bulk([s for _p, s in short])
    decided = _newest(list(short))
    found = [
        Scarcity(
            parts[part_id],
            sites[site_id],
            sum(left, ZERO),
            len(left),
            pieces[part_id, site_id],
            decided.get((part_id, site_id)),
        )
        for (part_id, site_id), left in short.items()
    ]
    return sorted(found, key=lambda s: (s.decided is not None, -s.claims, s.part.code))


def pieces_of(part_ids: Collection[int]) -> dict[Spot, Pieces]:
    """Return what there is of parts, by part and site, in two queries."""
    here: dict[Spot, Decimal] = {
        (part_id, site_id): count
        for part_id, site_id, count in StockLevel.objects.usable()
        .filter(part_id__in=part_ids, on_hand__gt=0)
        .values_list("part_id", "bin__site_id")
        .annotate(count=Sum("on_hand"))
        .values_list("part_id", "bin__site_id", "count")
        .order_by()
    }
    coming: dict[Spot, Decimal] = {
        (part_id, site_id): count
        for part_id, site_id, count in PurchaseOrderLine.objects.incoming()
        .filter(part_id__in=part_ids)
        .values_list("part_id", "order__site_id")
        .annotate(count=Sum(F("quantity") - F("received")))
        .values_list("part_id", "order__site_id", "count")
        .order_by()
    }
    return {
        spot: Pieces(here.get(spot, ZERO), coming.get(spot, ZERO))
        for spot in here.keys() | coming.keys()
    }


def _newest(spots: Sequence[Spot]) -> dict[Spot, Arbitration]:
    rows = Arbitration.objects.filter(
        kind=Arbitration.Kind.DECIDED, part__in={part_id for part_id, _site in spots}
    ).order_by("decided_at", "pk")
    return {(row.part_id, row.site_id): row for row in rows}


def claims_of(user: Viewer, *, part_id: int, site_id: int) -> list[Claim]:
    """Return the first claims to a part at a site, in the order of the queue."""
    demands = list(
        Demand.objects.visible_to(user)
        .waiting()
        .filter(part=part_id, site=site_id)
        .select_related("part", "availability")
        .in_turn()[:MOST_CLAIMS]
    )
    ids = [demand.pk for demand in demands]
    rows = {
        row.demand_id: row
        for row in with_parts_state(
            JobCardPart.objects.filter(demand__in=ids)
        ).select_related("card__project__vehicle", "card__project__customer", "part")
    }
    chips = chips_of([row.card.project for row in rows.values()])
    held = _held(ids)
    names = subjects.names_of(demand.subject_key for demand in demands)
    return [
        Claim(
            demand=demand,
            name=names[demand.subject_key],
            row=rows.get(demand.pk),
            chip=chips.get(rows[demand.pk].card.project_id)
            if demand.pk in rows
            else None,
            held=held.get(demand.pk, ZERO),
        )
        for demand in demands
    ]


def _held(demand_ids: Collection[int]) -> Mapping[int, Decimal]:
    rows = Reservation.objects.held().filter(demand__in=demand_ids).order_by()
    return dict(
        rows.values_list("demand_id")
        .annotate(held=Sum("quantity"))
        .values_list("demand_id", "held")
    )


def arbitrations_of(user: Viewer, *, part_id: int, site_id: int) -> list[Arbitration]:
    """Return what was proposed and decided of a part at a site, the newest first."""
    rows = Arbitration.objects.visible_to(user).filter(part=part_id, site=site_id)
    return list(
        rows.select_related("decided_by")
        .prefetch_related("claims__demand")
        .order_by("-decided_at", "-pk")
    )


def site_of(site_id: int) -> Site:
    """Return a site.

    Raises:
        NotFound: there is none.
    """
    found = Site.objects.filter(pk=site_id).first()
    if found is None:
        raise NotFound
    return found
