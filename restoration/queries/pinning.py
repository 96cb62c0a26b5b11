"""Whether a foreman's word on a card can stand, and what the planner makes of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any

from restoration.models import JobCard
from restoration.queries.part_waits import PartWait
from restoration.queries.plan_rows import CardLink
from restoration.queries.precedence import circle_of, in_order
from restoration.queries.slots import Slots, units
from restoration.queries.words import card_names
from workshop import planner
from workshop.models import Bay, Technician
from workshop.planner.calendars import intersection

Windows = Sequence[tuple[int, int]]
# Crews looked through for one pin; more means a house of hundreds.
MOST_CREWS = 500


@dataclass(frozen=True, slots=True)
class PinWish:
    """What is to be held: a time, people, a bay; what is left out is chosen."""

    card: JobCard
    starts_at: datetime | None = None
    technicians: tuple[int, ...] = ()
    bay: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A wish as the planner takes it: a fixed place, or people only."""

    fixed: planner.Fixed | None
    technicians: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PinRefusal:
    """Why a wish cannot stand: a code of `pin_words.SENTENCES` and its names."""

    code: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Ground:
    """The shop as far as pins must know it. Times are in the planner's units."""

    slots: Slots
    now: int
    horizon: int
    technicians: Mapping[int, Technician]
    windows: Mapping[int, Windows]
    bays: Sequence[Bay]
    waits: Mapping[int, Sequence[PartWait]]
    into: Mapping[int, Sequence[CardLink]]
    out_of: Mapping[int, Sequence[CardLink]]
    work: Mapping[int, int]
    release: Mapping[int, int]
    # Where the plan in force has a card: its people and its bay.
    usual: Mapping[int, tuple[tuple[int, ...], int | None]]
    # Started work, and pins that stand already, by card.
    fixed: dict[int, planner.Fixed]
    cards: Mapping[int, JobCard]


def hold(ground: Ground, wish: PinWish) -> Held | PinRefusal:
    """Return what a wish makes the planner hold, or why it cannot stand.

    Args:
        ground: the shop; a wish that stands is not written into it.
        wish: what is to be held.

    Source: docs/domain/planning.md, rule P16.
    """
    refusal = _card_refusal(wish) or _people_refusal(ground, wish)
    refusal = refusal or _bay_refusal(ground, wish)
    refusal = refusal or _circle_refusal(ground, wish.card)
    if refusal is not None:
        return refusal
    if wish.starts_at is None:
        return Held(None, wish.technicians)
    start = ground.slots.floor(wish.starts_at)
    refusal = _time_refusal(ground, wish, start)
    if refusal is not None:
        return refusal
    found = _placed(ground, wish, start)
    if isinstance(found, PinRefusal):
        return found
    refusal = _followers_refusal(ground, wish, found)
    return refusal or Held(found, wish.technicians)


def _card_refusal(wish: PinWish) -> PinRefusal | None:
    card = wish.card
    if card.state in (JobCard.State.DONE, JobCard.State.CANCELLED):
        return PinRefusal("OVER")
    if card.state != JobCard.State.OPEN:
        return PinRefusal("BEGUN")
    if card.is_outside and (wish.technicians or wish.bay):
        return PinRefusal("OUTSIDE")
    return None


def slots_of(card: JobCard) -> list[str]:
    """Return the skills a card takes, one per person; none for work done outside."""
    if card.is_outside:
        return []
    return [n.skill.code for n in card.needs.all() for _ in range(n.people)]


def matched(
    skills: Sequence[str], people: Sequence[int], has: Mapping[int, frozenset[str]]
) -> dict[int, str] | None:
    """Return which skill each of these people serves, or None when one has none."""
    owner: dict[int, int] = {}

    def enlisted(person: int, seen: set[int]) -> bool:
        for slot, skill in enumerate(skills):
            if slot in seen or skill not in has.get(person, frozenset()):
                continue
            seen.add(slot)
            if slot not in owner or enlisted(owner[slot], seen):
                owner[slot] = person
                return True
        return False

    if not all(enlisted(person, set()) for person in people):
        return None
    return {person: skills[slot] for slot, person in owner.items()}


def skills_of(people: Iterable[Technician]) -> dict[int, frozenset[str]]:
    """Return each person's skills by their codes."""
    return {p.pk: frozenset(s.code for s in p.skills.all()) for p in people}


def _people_refusal(ground: Ground, wish: PinWish) -> PinRefusal | None:
    wanted = slots_of(wish.card)
    if len(wish.technicians) > len(wanted):
        return PinRefusal("TOO_MANY", {"people": len(wanted)})
    for pk in wish.technicians:
        if pk not in ground.technicians:
            return PinRefusal("NOT_HERE")
    has = skills_of(ground.technicians.values())
    for pk in wish.technicians:
        if matched(wanted, [pk], has) is None:
            return PinRefusal(
                "SKILL", {**_person(ground, pk), "skills": sorted(set(wanted))}
            )
    if matched(wanted, wish.technicians, has) is None:
        return PinRefusal("CREW", {"skills": sorted(set(wanted))})
    return None


def _bay_refusal(ground: Ground, wish: PinWish) -> PinRefusal | None:
    if wish.bay is None:
        return None
    bay = next((b for b in ground.bays if b.pk == wish.bay), None)
    if wish.card.bay_kind_id is None:
        return PinRefusal("NO_BAY_NEEDED")
    if bay is None:
        return PinRefusal("NO_SUCH_BAY")
    if bay.kind_id != wish.card.bay_kind_id and wish.card.bay_kind is not None:
        detail = {"bay": bay.code, "kind": wish.card.bay_kind.code}
        return PinRefusal("BAY_KIND", detail)
    return None


def _time_refusal(ground: Ground, wish: PinWish, start: int) -> PinRefusal | None:
    card = wish.card
    if start < ground.now:
        return PinRefusal("PAST")
    if start >= ground.horizon:
        return PinRefusal("TOO_FAR", {"until": _at(ground, ground.horizon)})
    for wait in ground.waits.get(card.pk, ())[-1:]:
        if ground.slots.ceil(wait.opens_at) > start:
            return PinRefusal("PART", wait.as_detail())
    if ground.release.get(card.pk, 0) > start:
        return PinRefusal("CURING", {"until": _at(ground, ground.release[card.pk])})
    return _order_refusal(ground, card, start)


def _order_refusal(ground: Ground, card: JobCard, start: int) -> PinRefusal | None:
    """Whether the work before it is over by then, and not for too long."""
    waits_for = _before(ground, card.pk)
    ends = _earliest_ends(ground, waits_for)
    for link in ground.into.get(card.pk, ()):
        least = ends[link.before_id] + units(link.min_lag_minutes)
        names = card_names(link.before)
        if least > start:
            return PinRefusal("PREDECESSOR", {**names, "until": _at(ground, least)})
        held = ground.fixed.get(link.before_id)
        most = link.max_lag_minutes
        if held is not None and most is not None and held.end + units(most) < start:
            until = _at(ground, held.end + units(most))
            return PinRefusal("TOO_LATE_AFTER", {**names, "until": until})
    return None


def _before(ground: Ground, pk: int) -> dict[int, list[int]]:
    """All that must be done before a card, itself included, with what each waits for.

    What stands still already waits for nothing any more.
    """
    found: dict[int, list[int]] = {}
    left = [pk]
    while left:
        each = left.pop()
        if each in found:
            continue
        is_known = each == pk or _known_end(ground, each) is None
        links = ground.into.get(each, ()) if is_known else ()
        found[each] = [link.before_id for link in links]
        left += found[each]
    return found


def _known_end(ground: Ground, pk: int) -> int | None:
    """When a card ends that is fixed, over or not there; None where it is open."""
    held, card = ground.fixed.get(pk), ground.cards.get(pk)
    if held is not None:
        return held.end
    return 0 if card is None or card.state == JobCard.State.DONE else None


def _earliest_ends(
    ground: Ground, waits_for: Mapping[int, Sequence[int]]
) -> dict[int, int]:
    """When cards could be over at best, with the house to themselves."""
    ends: dict[int, int] = {}
    for pk in in_order(waits_for):
        known = _known_end(ground, pk)
        if known is not None:
            ends[pk] = known
            continue
        start = max(ground.now, ground.release.get(pk, 0))
        for link in ground.into.get(pk, ()):
            start = max(start, ends[link.before_id] + units(link.min_lag_minutes))
        ends[pk] = start + ground.work[pk]
    return ends


def _circle_refusal(ground: Ground, card: JobCard) -> PinRefusal | None:
    """Whether the work before it waits for itself."""
    circle = circle_of(_before(ground, card.pk))
    if not circle:
        return None
    return PinRefusal(
        "CIRCLE", {"circle": [card_names(ground.cards[c]) for c in circle]}
    )


def _placed(ground: Ground, wish: PinWish, start: int) -> planner.Fixed | PinRefusal:
    """A fixed place with the wished people and bay; the rest is chosen."""
    first: PinRefusal | None = None
    for crew in _crews(ground, wish):
        end = _end(ground, wish.card, crew, start)
        if isinstance(end, PinRefusal):
            first = first or end
            continue
        taken = _taken(ground, wish.card, start, end, crew)
        if taken is not None:
            first = first or taken
            continue
        bay = _free_bay(ground, wish, start, end)
        if not isinstance(bay, PinRefusal):
            return planner.Fixed(start, end, crew, bay)
        first = first or bay
    return first or PinRefusal("CREW", {"skills": sorted(set(slots_of(wish.card)))})


def _crews(ground: Ground, wish: PinWish) -> Iterable[tuple[int, ...]]:
    """Crews with the wished people: the usual one first, then who has few skills."""
    wanted = slots_of(wish.card)
    has = skills_of(ground.technicians.values())
    usual = ground.usual.get(wish.card.pk, ((), None))[0]
    more = len(wanted) - len(wish.technicians)
    others = [
        pk
        for pk in sorted(has, key=lambda pk: (pk not in usual, len(has[pk]), pk))
        if pk not in wish.technicians and has[pk] & set(wanted)
    ]
    for count, rest in enumerate(combinations(others, more)):
        if count >= MOST_CREWS:
            return
        crew = tuple(sorted((*wish.technicians, *rest)))
        if matched(wanted, crew, has) is not None:
            yield crew


def _end(
    ground: Ground, card: JobCard, crew: Sequence[int], start: int
) -> int | PinRefusal:
    work = ground.work[card.pk]
    if not crew:
        return start + work
    common = [ground.windows[pk] for pk in crew]
    for pk, windows in zip(crew, common, strict=True):
        if not any(a <= start < b for a, b in windows):
            return PinRefusal(
                "HOURS", {**_person(ground, pk), "at": _at(ground, start)}
            )
    windows = common[0]
    for other in common[1:]:
        windows = intersection(windows, other)
    end = _work_ends(windows, start, work)
    if end is None or (card.is_unbroken and end - start != work):
        return PinRefusal("NO_ROOM", {"at": _at(ground, start)})
    return end


def _work_ends(windows: Windows, start: int, work: int) -> int | None:
    left = work
    for a, b in windows:
        begin = max(a, start)
        if begin < b:
            if b - begin >= left:
                return begin + left
            left -= b - begin
    return None


def _taken(
    ground: Ground, card: JobCard, start: int, end: int, crew: Sequence[int]
) -> PinRefusal | None:
    for pk, held in ground.fixed.items():
        both = [t for t in crew if t in held.technicians]
        if pk != card.pk and both and held.start < end and start < held.end:
            other = card_names(ground.cards[pk])
            return PinRefusal("PERSON_TAKEN", {**_person(ground, both[0]), **other})
    return None


def _free_bay(
    ground: Ground, wish: PinWish, start: int, end: int
) -> int | PinRefusal | None:
    card = wish.card
    if card.bay_kind_id is None or card.is_outside:
        return None
    usual = ground.usual.get(card.pk, ((), None))[1]
    able = [b for b in ground.bays if b.kind_id == card.bay_kind_id]
    able.sort(key=lambda b: (b.pk != usual, b.code, b.pk))
    if wish.bay is not None:
        able = [b for b in able if b.pk == wish.bay]
    refusal: PinRefusal | None = None
    for bay in able:
        by = next(
            (
                pk
                for pk, held in ground.fixed.items()
                if pk != card.pk
                and held.bay == bay.pk
                and held.start < end
                and start < held.end
            ),
            None,
        )
        if by is None:
            return bay.pk
        names = card_names(ground.cards[by])
        refusal = refusal or PinRefusal("BAY_TAKEN", {"bay": bay.code, **names})
    return refusal or PinRefusal("NO_SUCH_BAY")


def _followers_refusal(
    ground: Ground, wish: PinWish, found: planner.Fixed
) -> PinRefusal | None:
    for link in ground.out_of.get(wish.card.pk, ()):
        held = ground.fixed.get(link.after_id)
        if held is not None and held.start < found.end + units(link.min_lag_minutes):
            at = _at(ground, held.start)
            names = card_names(ground.cards[link.after_id])
            return PinRefusal("FOLLOWER", {**names, "at": at})
    return None


def _person(ground: Ground, pk: int) -> dict[str, Any]:
    return {"technician": ground.technicians[pk].name, "technician_id": pk}


def _at(ground: Ground, unit: int) -> str:
    return ground.slots.instant(unit).isoformat()
