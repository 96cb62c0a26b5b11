"""Where one operation fits: people, hours, bay and pools, earliest finish first."""

from __future__ import annotations

from collections.abc import Iterable

from workshop.planner.calendars import Calendar
from workshop.planner.crewing import Crew, Free, crews, pairs
from workshop.planner.occupation import FAR, Frame, Occupation, Slot
from workshop.planner.shop import Need, Shop, matched

# Crews tried after a first one was found, and at most when none was. Of pairs, those
# of like hours and others have as many tries each.
CREWS_AFTER_FIRST, PAIRS_AFTER_FIRST = 24, 8
CREWS_AT_MOST = 2000


class Finder:
    """Finds slots in an occupation. Holds no state of its own."""

    __slots__ = ("calendars", "house", "occupation", "people", "shop")

    def __init__(self, shop: Shop, occupation: Occupation) -> None:
        self.shop = shop
        self.occupation = occupation
        self.people = occupation.people
        self.calendars = shop.calendars
        self.house = shop.house

    def find(self, i: int, frame: Frame) -> Slot | None:
        """The slot of operation ``i`` that ends first, or None."""
        need = self.shop.needs[i]
        if not need.slots:
            return self._unattended(i, frame)
        if self.shop.bays[i] is not None:
            frame = self._bay_opens(i, frame)
        if len(need.slots) == 1:
            return self._solo(i, need, frame)
        names = {self.shop.calendar_names[t] for t in need.eligible}
        if len(names) == 1:
            return self._same_hours(i, need, frame)
        return self._crew(i, need, frame)

    def _bay_opens(self, i: int, frame: Frame) -> Frame:
        """Skip the time in which no bay of the type has room for the work."""
        unit, work = self.house.before(frame.lo), self.shop.work[i]
        found = [
            self.occupation.bays[b].fit(unit, work) for b in self.shop.bays[i] or ()
        ]
        first = min((x for x in found if x >= 0), default=-1)
        if first < 0:
            return frame._replace(lo=FAR)
        if first > unit:
            return frame._replace(lo=self.house.clock(first))
        return frame

    def _room(self, i: int, start: int, end: int) -> tuple[int, int]:
        """(start, bay) when bay and pools are free, else (next time or -1, -1)."""
        bay = -1
        if self.shop.bays[i] is not None:
            again, bay = self._bay(i, start, end)
            if again != start:
                return again, -1
        for k, amount in self.shop.uses[i]:
            again = self.occupation.pools[k].probe(start, end, amount)
            if again != start:
                return again, -1
        return start, bay

    def _bay(self, i: int, start: int, end: int) -> tuple[int, int]:
        """The free bay with the least idle time before, or when one next opens."""
        house = self.house
        attended = bool(self.shop.needs[i].slots)
        lines = self.occupation.bays if attended else self.occupation.clock
        a = house.before(start) if attended else start
        b = house.before(end) if attended else end
        best, idle, opens = -1, FAR, FAR
        work = self.shop.work[i]
        for k in self.shop.bays[i] or ():
            y = lines[k].probe(a, b, work)
            if y == a:
                slack = lines[k].slack_before(a)
                if slack < idle:
                    best, idle = k, slack
            elif 0 <= y < opens:
                opens = y
        if best >= 0:
            return start, best
        if opens == FAR:
            return -1, -1
        return (house.clock(opens) if attended else opens), -1

    def _unattended(self, i: int, frame: Frame) -> Slot | None:
        work = self.shop.work[i]
        start = max(frame.lo, frame.elo - work)
        last = min(frame.hi, min(frame.ehi, self.shop.horizon) - work)
        while start <= last:
            again, bay = self._room(i, start, start + work)
            if again == start:
                return Slot(start, start + work, (), bay)
            if again < 0:
                return None
            start = again
        return None

    def _first_unit(self, calendar: Calendar, i: int, frame: Frame) -> int:
        unit = calendar.before(frame.lo)
        if frame.elo > frame.lo:
            work = self.shop.work[i]
            if self.shop.operations[i].no_split:
                return max(unit, calendar.before(frame.elo - work))
            return max(unit, calendar.ending(frame.elo, work))
        return unit

    def _own(self, t: int, i: int, unit: int) -> int:
        """First unit not before ``unit`` at which technician ``t`` alone could work."""
        work = self.shop.work[i]
        unit = self.people[t].fit(unit, work)
        if not self.shop.operations[i].no_split:
            return unit
        while unit >= 0:
            whole = self.calendars[t].unbroken(unit, work)
            if whole == unit or whole < 0:
                return whole
            unit = self.people[t].fit(whole, work)
        return -1

    def _candidates(self, i: int, need: Need, frame: Frame) -> list[Free]:
        """(own earliest end, rank by skills, technician, unit), best first."""
        work = self.shop.work[i]
        out = []
        for rank, t in enumerate(need.eligible):
            calendar = self.calendars[t]
            unit = self._own(t, i, self._first_unit(calendar, i, frame))
            if unit >= 0:
                out.append((calendar.clock_end(unit + work), rank, t, unit))
        out.sort()
        return out

    def _solo(self, i: int, need: Need, frame: Frame) -> Slot | None:
        """The first to be done; of equal ones the best liked."""
        best, liked = None, 0
        for end, rank, t, unit in self._candidates(i, need, frame):
            if end > frame.ehi:
                break
            got = self._alone(i, t, unit, frame)
            if got and (best is None or (got.end, rank) < (best.end, liked)):
                best, liked = got, rank
                frame = frame._replace(ehi=got.end)
        return best

    def _alone(self, i: int, t: int, unit: int, frame: Frame) -> Slot | None:
        calendar, work = self.calendars[t], self.shop.work[i]
        while unit >= 0:
            start, end = calendar.clock(unit), calendar.clock_end(unit + work)
            if start > frame.hi or end > frame.ehi:
                return None
            again, bay = self._room(i, start, end)
            if again == start:
                return Slot(start, end, (t,), bay)
            if again < 0:
                return None
            unit = self._own(t, i, calendar.before(again))
        return None

    def _crew(self, i: int, need: Need, frame: Frame) -> Slot | None:
        found = self._candidates(i, need, frame)
        if len(need.slots) > 2:
            wanted = crews(found, need, self.shop)
            return self._first_of(i, wanted, frame, CREWS_AFTER_FIRST, None)
        best = None
        for like in (True, False):
            wanted = pairs(found, need, self.shop, like=like)
            best = self._first_of(i, wanted, frame, PAIRS_AFTER_FIRST, best)
        return best

    def _first_of(
        self,
        i: int,
        wanted: Iterable[tuple[int, Crew]],
        frame: Frame,
        after_first: int,
        best: Slot | None,
    ) -> Slot | None:
        """The first to end of the crews looked at and of ``best``."""
        left = CREWS_AT_MOST
        if best is not None:
            left, frame = after_first, frame._replace(ehi=best.end - 1)
        for end, crew in wanted:
            if end > frame.ehi or left <= 0:
                break
            left -= 1
            got = self._together(i, crew, frame)
            if got is None:
                continue
            if best is None:
                left = after_first
            best = got
            frame = frame._replace(ehi=got.end - 1)
        return best

    def _together(self, i: int, crew: Crew, frame: Frame) -> Slot | None:
        calendar, work = self.shop.crews.of(crew), self.shop.work[i]
        unit = self._first_unit(calendar, i, frame)
        while True:
            if self.shop.operations[i].no_split:
                unit = calendar.unbroken(unit, work)
            if unit < 0 or unit + work > calendar.total:
                return None
            start, end = calendar.clock(unit), calendar.clock_end(unit + work)
            if start > frame.hi or end > frame.ehi:
                return None
            again = self._all_free(crew, start, end, work)
            bay = -1
            if again == start:
                again, bay = self._room(i, start, end)
            if again == start:
                return Slot(start, end, crew, bay)
            if again < 0:
                return None
            unit = calendar.before(again)

    def _all_free(self, crew: tuple[int, ...], start: int, end: int, work: int) -> int:
        again = start
        for t in crew:
            calendar = self.calendars[t]
            a = calendar.before(start)
            y = self.people[t].probe(a, calendar.before(end), work)
            if y < 0:
                return -1
            if y != a:
                again = max(again, calendar.clock(y))
        return again

    def _same_hours(self, i: int, need: Need, frame: Frame) -> Slot | None:
        """Exact earliest crew when everybody keeps the same hours."""
        calendar, work = self.calendars[need.eligible[0]], self.shop.work[i]
        unit = self._first_unit(calendar, i, frame)
        while unit >= 0:
            if self.shop.operations[i].no_split:
                unit = calendar.unbroken(unit, work)
            if unit < 0 or unit + work > calendar.total:
                return None
            start, end = calendar.clock(unit), calendar.clock_end(unit + work)
            if start > frame.hi or end > frame.ehi:
                return None
            crew, unit = self._free_at(need, unit, work)
            if crew is None:
                continue
            again, bay = self._room(i, start, end)
            if again == start:
                return Slot(start, end, crew, bay)
            unit = -1 if again < 0 else calendar.before(again)
        return None

    def _free_at(
        self, need: Need, unit: int, work: int
    ) -> tuple[tuple[int, ...] | None, int]:
        """A crew free for ``work`` units from ``unit``, or when to look next."""
        free, opens = [], FAR
        for t in need.eligible:
            y = self.people[t].probe(unit, unit + work, work)
            if y == unit:
                free.append(t)
            elif y >= 0:
                opens = min(opens, y)
        crew = matched(need.slots, free, self.shop)
        if crew is not None:
            return crew, unit
        return None, -1 if opens == FAR else opens
