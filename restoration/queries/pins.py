"""A card as somebody wants to hold it: who and what could do it, what holds it now."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from common.errors import NotFound
from restoration.models import Assignment, JobCard, Pin
from workshop.models import Bay, Technician, Viewer


@dataclass(frozen=True, slots=True)
class Pinnable:
    """One card with its place in the plan in force, and its pin if it has one."""

    card: JobCard
    assignment: Assignment | None
    pin: Pin | None
    people: QuerySet[Technician]
    bays: QuerySet[Bay]

    @property
    def starts_at(self) -> datetime | None:
        """When the plan in force begins it."""
        return self.assignment.starts_at if self.assignment else None


def pinnable(user: Viewer, *, card_id: int) -> Pinnable:
    """Return a card with all that a pin on it chooses from.

    Args:
        user: who asks.
        card_id: the card.

    Raises:
        NotFound: there is none, or it is not theirs to see.
    """
    card = (
        JobCard.objects.visible_to(user)
        .select_related("project__site", "project__vehicle", "bay_kind")
        .filter(pk=card_id)
        .first()
    )
    if card is None:
        raise NotFound
    site = card.project.site
    people = Technician.objects.employed().filter(
        site=site, skills__in=card.needs.values("skill")
    )
    return Pinnable(
        card=card,
        assignment=Assignment.objects.filter(card=card, run__is_in_force=True).first(),
        pin=Pin.objects.active().filter(card=card).select_related("pinned_by").first(),
        people=people.distinct().order_by("name", "pk"),
        bays=Bay.objects.filter(
            site=site, is_active=True, kind=card.bay_kind_id
        ).order_by("code", "pk"),
    )
