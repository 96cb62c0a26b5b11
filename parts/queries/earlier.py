"""What would have to change for an earlier answer, as facts; sentences say them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from parts.models import Part
from parts.queries.places import (
    Kind,
    Place,
    Store,
    covered,
    part_facts,
    put_back,
    text,
)
from parts.queries.situation import Wish

ALTERNATES_NAMED = 3
Way = dict[str, Any]


class Earlier(StrEnum):
    """One way to an earlier date."""

    MOVE_HERE = "MOVE_HERE"
    TAKE_HELD = "TAKE_HELD"
    CONSENT = "CONSENT"
    ORDER_FROM = "ORDER_FROM"
    ASK_SOONER = "ASK_SOONER"
    ORDER_NOW = "ORDER_NOW"
    CONFIRM = "CONFIRM"
    CHECK = "CHECK"
    INQUIRE = "INQUIRE"
    WATCH = "WATCH"
    FIND_NUMBER = "FIND_NUMBER"
    ASK_OFFERS = "ASK_OFFERS"


OF_NOTHING = {
    Kind.NO_LONGER_MADE: Earlier.WATCH,
    Kind.NUMBER_UNKNOWN: Earlier.FIND_NUMBER,
    Kind.NO_SOURCE: Earlier.ASK_OFFERS,
}


def earlier_ways(
    store: Store, demand: Wish, kind: Kind, places: Sequence[Place]
) -> list[Way]:
    """Return what could bring an earlier date, the surest first.

    Args:
        store: what is left of the situation after this demand was served.
        demand: who waits.
        kind: what the answer says.
        places: what the answer rests on.

    Source: docs/domain/availability.md, A12.
    """
    last = max(places, key=lambda place: place.available_on, default=None)
    dateless = kind in OF_NOTHING
    by = None if dateless or last is None else last.available_on
    return [
        *_elsewhere(store, demand),
        *_held_for_later(store, demand),
        *_with_consent(store, demand, by),
        *(_of_nothing(store, demand, kind) if dateless else _of(store, demand, last)),
    ]


def _elsewhere(store: Store, demand: Wish) -> list[Way]:
    situation = store.situation
    free = sum(
        (
            situation.free_at(demand.part_id, site_id)
            for site_id in situation.calendars
            if site_id != demand.site_id
        ),
        Decimal(0),
    )
    if free <= 0:
        return []
    return [{"kind": str(Earlier.MOVE_HERE), "quantity": text(free)}]


def _held_for_later(store: Store, demand: Wish) -> list[Way]:
    """Name the last in the queue, if pieces lie here for it and it is behind us."""
    situation = store.situation
    held = situation.held_latest.get((demand.part_id, demand.site_id))
    if held is None or held.rank <= situation.ranks[demand.pk]:
        return []
    needed_on = held.demand.needed_on
    return [
        {
            "kind": str(Earlier.TAKE_HELD),
            "quantity": text(held.quantity),
            "subject": held.demand.subject_key,
            "demand": held.demand.pk,
            "needed_on": needed_on.isoformat() if needed_on else None,
        }
    ]


def _with_consent(store: Store, demand: Wish, by: date | None) -> list[Way]:
    """Name alternates that the owner would have to agree to; take nothing of them."""
    found = []
    rows = store.situation.alternates.get(demand.part_id, ())
    for row in [row for row in rows if row.needs_consent][:ALTERNATES_NAMED]:
        if row.part_id not in store.situation.parts:
            continue
        places = store.gather(row.part_id, demand.remaining)
        put_back(places)
        on = max((place.available_on for place in places), default=None)
        if on is None or covered(places) < demand.remaining or (by and on >= by):
            continue
        found.append(
            {
                "kind": str(Earlier.CONSENT),
                **part_facts(store.situation, row.part_id),
                "grade": store.situation.parts[row.part_id].grade,
                "note": row.note,
                "available_on": on.isoformat(),
            }
        )
    return found


def _of_nothing(store: Store, demand: Wish, kind: Kind) -> list[Way]:
    life = store.situation.parts[demand.part_id].life
    if life == Part.Life.PROVISIONALLY_DISCONTINUED:
        return [{"kind": str(Earlier.INQUIRE)}]
    return [{"kind": str(OF_NOTHING[kind])}]


def _of(store: Store, demand: Wish, last: Place | None) -> list[Way]:
    if last is None:
        return []
    names: Way = {
        name: last.facts.get(name)
        for name in ("supplier_en", "supplier_ja", "order")
        if name in last.facts
    }
    if last.kind == Kind.SUPERSEDED and (
        last.facts.get("condition") or last.facts.get("limits")
    ):
        return [{"kind": str(Earlier.CONFIRM)}]
    if last.kind == Kind.ALTERNATE:
        return [{"kind": str(Earlier.CHECK)}]
    if "order" in names:
        return [
            *_quicker_offer(store, demand, last),
            {"kind": str(Earlier.ASK_SOONER), **names},
        ]
    if "supplier_en" in names:
        return [{"kind": str(Earlier.ORDER_NOW), **names}]
    return []


def _quicker_offer(store: Store, demand: Wish, last: Place) -> list[Way]:
    """Name the quickest supplier of the part that comes last, if he beats the order."""
    component = last.facts.get("component", {})
    part_id = component.get("part_id") or last.facts.get("part_id", demand.part_id)
    for offer in store.situation.offers.get(part_id, [])[:1]:
        on = store.arrival(offer)
        if on < last.available_on:
            return [
                {
                    "kind": str(Earlier.ORDER_FROM),
                    "supplier_en": offer.supplier_en,
                    "supplier_ja": offer.supplier_ja,
                    "available_on": on.isoformat(),
                }
            ]
    return []
