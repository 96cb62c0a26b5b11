"""A shop and the operations that stay, as the flat arrays of ``layout``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from workshop.planner.calendars import Calendar
from workshop.planner.compiled import layout as at
from workshop.planner.compiled.days import days_of
from workshop.planner.compiled.layout import FAR, Ints, Narrow, packed, rows
from workshop.planner.compiled.spans import spans
from workshop.planner.shop import Need, Shop

if TYPE_CHECKING:
    from workshop.planner.kernel import Kernel

# Longer work is not asked for its span.
SPANS_AT_MOST = 400

Lists = dict[int, Sequence[int] | Ints | Narrow]


def tables_of(kernel: Kernel) -> Ints:
    """The kernel's shop, frames and groups."""
    shop = kernel.shop
    needs = list({id(n): n for n in shop.needs}.values())
    families = _families(shop)
    people, bays = len(shop.calendars), len(shop.problem.resources)
    days = days_of(_calendars(shop), shop.horizon, shop.problem.unit_minutes)
    numbers = {
        at.HORIZON: shop.horizon,
        at.HOUSE: len(set(shop.calendar_names)),
        at.CALENDARS: len(set(shop.calendar_names)) + 1,
        at.BAYS: people,
        at.CLOCKS: people + bays,
        at.DAY: days.length,
        at.DAY_SHARE: days.share,
        at.END: days.end,
        at.UNIT_HINTS: days.hints_each,
        at.SPANS: _longest(shop),
        at.FAMILIES: max(families, default=-1) + 1,
    }
    lists: Lists = {
        **_work(kernel, {id(n): k for k, n in enumerate(needs)}),
        **_lags(kernel),
        **_uses(shop),
        **_house(shop, needs),
        **_order(kernel),
        **_hours(shop),
        **_spans(shop, needs),
        at.DAYS: days.units,
        at.DAY_WINDOW: days.windows,
        at.PATTERN_UNITS: days.pattern_units,
        at.PATTERN_TIMES: days.pattern_times,
        at.UNIT_HINT: days.hints,
        at.FAMILY: families,
    }
    return packed(at.TABLE_HEAD, numbers, lists)


def _work(kernel: Kernel, number: Mapping[int, int]) -> Lists:
    shop, frames = kernel.shop, kernel.frames
    kinds = {name: k for k, name in enumerate(shop.bays_of)}
    bays = [o.bay for o in shop.operations]
    return {
        at.WORK: shop.work,
        at.WHOLE: [int(o.no_split) for o in shop.operations],
        at.VEHICLE: shop.vehicle,
        at.NEED: [number[id(n)] for n in shop.needs],
        at.KIND: [-1 if b is None else kinds.get(b, -1) for b in bays],
        at.LO: [f.lo for f in frames],
        at.HI: [f.hi for f in frames],
        at.ELO: [f.elo for f in frames],
        at.EHI: [f.ehi for f in frames],
        at.REST: kernel.rest,
    }


def _families(shop: Shop) -> list[int]:
    """What one person does in a bay, numbered alike where room is the same to it."""
    known: dict[tuple[object, ...], int] = {}
    return [
        known.setdefault((id(need), o.bay, o.no_split, *uses), len(known))
        if o.bay is not None and len(need.slots) == 1
        else -1
        for need, o, uses in zip(shop.needs, shop.operations, shop.uses, strict=True)
    ]


def _lags(kernel: Kernel) -> Lists:
    begins, before = rows([[p for p, _, _ in x] for x in kernel.before])
    lags = [x for before in kernel.before for x in before]
    return {
        at.BEFORE_AT: begins,
        at.BEFORE: before,
        at.LEAST: [least for _, least, _ in lags],
        at.LONGEST: [FAR if most is None else most for _, _, most in lags],
    }


def _uses(shop: Shop) -> Lists:
    begins, pools = rows([[k for k, _ in x] for x in shop.uses])
    capacity = [p.capacity for p in shop.problem.pools]
    uses = [use for x in shop.uses for use in x]
    return {
        at.USE_AT: begins,
        at.USE_POOL: pools,
        # The most that others may use beside it.
        at.USE_LIMIT: [capacity[k] - n for k, n in uses],
        at.USE_AMOUNT: [n for _, n in uses],
    }


def _house(shop: Shop, needs: Sequence[Need]) -> Lists:
    slot_at, slots = rows([[1 << max(0, s) for s in n.slots] for n in needs])
    able_at, able = rows([n.eligible for n in needs])
    kind_at, bays = rows(list(shop.bays_of.values()))
    names = shop.calendar_names
    number = {name: k for k, name in enumerate(dict.fromkeys(names))}
    return {
        at.SIZE: [len(n.slots) for n in needs],
        at.UNIFORM: [int(n.uniform) for n in needs],
        at.SAME_HOURS: [int(len({names[t] for t in n.eligible}) == 1) for n in needs],
        at.SLOT_AT: slot_at,
        at.SLOT: slots,
        at.ABLE_AT: able_at,
        at.ABLE: able,
        at.SKILLS: [sum(1 << s for s in skills) for skills in shop.skills],
        at.CALENDAR: [number[name] for name in names],
        at.KIND_AT: kind_at,
        at.BAY: bays,
        at.DUE: shop.due,
    }


def _order(kernel: Kernel) -> Lists:
    begins, members = rows(kernel.groups.members)
    after_at, after = rows(kernel.groups.after)
    return {
        at.GROUP_AT: begins,
        at.MEMBER: members,
        at.AFTER_AT: after_at,
        at.AFTER: after,
        at.WAITING: kernel.groups.waiting,
    }


def _hours(shop: Shop) -> Lists:
    """Calendars of people by name, then that of the house."""
    every = _calendars(shop)
    # Behind the last window of each some that nobody comes to: they end every search.
    begins, starts = rows([[*c.starts, *[at.NEVER] * at.AHEAD] for c in every])
    units_before = [p for c in every for p in (*c.prefix, *[c.total] * at.AHEAD)]
    windows = np.array(starts) << at.HALF | np.array(units_before)
    return {
        at.HOURS_AT: begins,
        at.HOURS: windows,
        at.HOURS_TOTAL: [c.total for c in every],
    }


def _spans(shop: Shop, needs: Sequence[Need]) -> Lists:
    size, names = _longest(shop), list(dict.fromkeys(shop.calendar_names))
    each = [spans(c, shop.house, size) for c in _calendars(shop)[:-1]]
    least = []
    for need in needs:
        able = {names.index(shop.calendar_names[p]) for p in need.eligible}
        least.append(np.min([each[c] for c in able] or [_blank(size)], axis=0))
    return {
        at.SPAN: np.concatenate(each or [_blank(0)]),
        at.LEAST_SPAN: np.concatenate(least or [_blank(0)]),
    }


def _longest(shop: Shop) -> int:
    """More than the longest work whose span is worth knowing."""
    return min(SPANS_AT_MOST, max(shop.work, default=0)) + 1


def _calendars(shop: Shop) -> list[Calendar]:
    people = dict(zip(shop.calendar_names, shop.calendars, strict=True))
    return [*people.values(), shop.house]


def state_of(kernel: Kernel, tables: Ints, room: int) -> Ints:
    """What is free before the first group, with room for so many more gaps a row.

    ``tables`` are those of the kernel.
    """
    shop, base = kernel.shop, kernel.base
    lines = [*base.people, *base.bays, *base.clock]
    pools = base.pools
    longest = max((len(x.starts) for x in lines), default=0)
    width = ((longest + room) // at.CHUNK + 2) * at.CHUNK
    chunks = (width >> at.SHIFT) + 1
    steps = max((len(x.times) for x in pools), default=0) + 2 * room
    crew = max([1, *(len(n.slots) for n in shop.needs)])
    people, pairs = len(shop.calendars), (len(set(shop.calendar_names)) + 1) ** 2
    shut = at.SHUT_WIDTH * len(shop.problem.resources)
    notes = int(tables[at.FAMILIES]) * at.NOTE_SIZES * at.NOTE_STEPS
    numbers = {
        at.WIDTH: width,
        at.CHUNKS: chunks,
        at.LINES: len(lines),
        at.POOLS: len(pools),
        at.POOL_WIDTH: steps,
        at.CARS: len(shop.due),
        at.CREW_WIDTH: crew,
        at.NOTES: notes,
        at.AGE: 1,
    }
    lists: Lists = {
        at.COUNT: [len(x.starts) for x in lines],
        at.GAPS: _grid([_gaps(x.starts, x.ends) for x in lines], width),
        at.TOPS: _blank(len(lines) * chunks),
        at.STEPS: [len(x.times) for x in pools],
        at.TIMES: _grid([x.times for x in pools], steps),
        at.AMOUNTS: _grid([x.amounts for x in pools], steps),
        at.CAR_ENDS: _blank(len(shop.due)),
        **{key: _blank(shop.size) - 1 for key in range(at.SLOT_START, at.SLOT_CREW)},
        at.SLOT_CREW: _blank(shop.size * crew),
        **{key: _blank(people) for key in range(at.OWN_END, at.CREW)},
        **{key: _blank(crew) for key in range(at.CREW, at.TOOK_LINE)},
        **_trail(kernel, crew),
        at.FLOOR: _blank(shop.size),
        **{key: _blank(shut) for key in range(at.SHUT_FROM, at.SHARED)},
        **{key: _blank(people) for key in range(at.STAGE, at.CREW_WINDOW)},
        **{key: _blank(crew) for key in range(at.CREW_WINDOW, at.DAY_SHARED)},
        **{key: _blank(pairs) - 1 for key in range(at.DAY_SHARED, at.NOTE)},
        at.NOTE: _blank(notes),
        at.CREW_GAP: _blank(crew),
        **{key: _blank(pairs) - 1 for key in (at.SHARED, at.ALIKE)},
    }
    return packed(at.STATE_HEAD, numbers, lists)


def _trail(kernel: Kernel, crew: int) -> Lists:
    longest = max((len(m) for m in kernel.groups.members), default=1)
    room = longest * (crew + 2)
    return {key: _blank(room) for key in range(at.TOOK_LINE, at.FLOOR)}


def _blank(size: int) -> Ints:
    return np.zeros(size, dtype=np.int64)


def _gaps(starts: Sequence[int], ends: Sequence[int]) -> Ints:
    """Start and end of each gap, as halves of one number."""
    one, other = np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)
    return other << at.HALF | one


def _grid(lists: Sequence[Sequence[int] | Ints], width: int) -> Ints:
    """Rows of the same width, one behind the other."""
    out = np.zeros((len(lists), width), dtype=np.int64)
    for k, values in enumerate(lists):
        out[k, : len(values)] = values
    return out.ravel()
