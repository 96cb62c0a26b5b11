"""A card as somebody wants to hold it: who and what could do it, what holds it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from common.errors import NotFound
from restoration.models import Assignment, JobCard, Pin, PlanRun
from restoration.queries.pin_words import aside_of, pin_sentence
from workshop.models import Bay, Site, Technician, Viewer


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


@dataclass(frozen=True, slots=True)
class PinInForce:
    """One pin that holds a card, and how the plan in force takes it."""

    pin: Pin
    people: Sequence[str]
    # Why the plan does without it; empty where it holds or the plan is older.
    why_aside: str
    # Whether a plan was made with it: until then it waits for the next.
    is_planned: bool


def pins_in_force(user: Viewer, site: Site) -> list[PinInForce]:
    """Return the pins of a site that hold, the newest first, in constant queries.

    Args:
        user: who asks.
        site: the workshop.
    """
    open_cards = JobCard.objects.unfinished()
    pins = Pin.objects.visible_to(user).active().filter(card__in=open_cards)
    rows = (
        pins.filter(card__project__site=site)
        .select_related("card__project__vehicle", "pinned_by", "bay")
        .prefetch_related("technicians")
        .order_by("-pinned_at", "-pk")
    )
    run = PlanRun.objects.filter(site=site, is_in_force=True).first()
    aside = aside_of(run) if run is not None else {}
    planned = set(
        Assignment.objects.filter(run=run, is_pinned=True).values_list(
            "card", flat=True
        )
        if run is not None
        else ()
    )
    return [
        PinInForce(
            pin=pin,
            people=[person.name for person in pin.technicians.all()],
            why_aside=pin_sentence(aside[pin.card_id]) if pin.card_id in aside else "",
            is_planned=pin.card_id in planned or pin.card_id in aside,
        )
        for pin in rows
    ]
