"""Calendar arithmetic and free gaps against counting unit by unit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workshop.planner.calendars import Calendar, Crews, clipped, disjoint, intersection
from workshop.planner.lines import Levels, Line

SPAN = 60
windows = st.lists(
    st.tuples(st.integers(0, SPAN), st.integers(1, 12)).map(lambda p: (p[0], sum(p))),
    max_size=6,
)


def units(spans: list[tuple[int, int]]) -> list[int]:
    """Every working unit of the windows, in order."""
    return sorted({u for a, b in spans for u in range(a, b)})


@given(windows, st.integers(0, 80))
def test_before_counts_the_units_before_a_time(
    spans: list[tuple[int, int]], time: int
) -> None:
    calendar = Calendar(spans)

    assert calendar.total == len(units(spans))
    assert calendar.before(time) == sum(u < time for u in units(spans))


@given(windows)
def test_clock_is_the_inverse_of_before(spans: list[tuple[int, int]]) -> None:
    calendar = Calendar(spans)

    for number, unit in enumerate(units(spans)):
        assert calendar.clock(number) == unit
        assert calendar.clock_end(number + 1) == unit + 1
        assert calendar.before(unit) == number


@given(windows, st.integers(0, 70), st.integers(1, 9), st.booleans())
def test_earliest_is_what_counting_finds(
    spans: list[tuple[int, int]], time: int, work: int, no_split: bool
) -> None:
    working = units(spans)
    found = None
    for k, start in enumerate(working):
        if start < time or k + work > len(working):
            continue
        end = working[k + work - 1] + 1
        if not no_split or end - start == work:
            found = (start, end)
            break

    assert Calendar(spans).earliest(time, work, no_split=no_split) == found


@given(windows, st.integers(1, 80), st.integers(1, 9))
def test_ending_gives_the_first_work_that_ends_late_enough(
    spans: list[tuple[int, int]], time: int, work: int
) -> None:
    calendar = Calendar(spans)
    unit = calendar.ending(time, work)

    if unit + work <= calendar.total:
        assert calendar.clock_end(unit + work) >= time
        if unit > 0:
            assert calendar.clock_end(unit + work - 1) < time


@given(windows, windows)
def test_intersection_holds_what_both_hold(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    both = intersection(Calendar(one).windows(), Calendar(other).windows())

    assert units(both) == sorted(set(units(one)) & set(units(other)))


def test_crews_share_one_calendar_when_their_hours_are_the_same() -> None:
    day, early = Calendar([(8, 17)]), Calendar([(6, 15)])
    crews = Crews([day, day, early], ["day", "day", "early"])

    assert crews.of([0, 1]) is day
    assert crews.of([0, 2]).windows() == [(8, 15)]
    assert crews.of([2, 1]) is crews.of([0, 2])


def test_clipped_windows_lie_inside() -> None:
    assert clipped([(0, 5), (6, 9), (12, 20)], 4, 14) == [(4, 5), (6, 9), (12, 14)]


def test_windows_that_touch_are_disjoint_and_overlapping_ones_are_not() -> None:
    assert disjoint([(4, 8), (0, 4)])
    assert not disjoint([(0, 4), (3, 5)])
    assert not disjoint([(4, 4)])


stretches = st.lists(
    st.tuples(st.integers(0, 39), st.integers(0, 8)).map(
        lambda p: (p[0], min(40, sum(p)))
    ),
    max_size=8,
)


@given(stretches, st.integers(0, 39), st.integers(1, 10))
def test_a_line_finds_the_first_gap_and_undo_restores_it(
    blocked: list[tuple[int, int]], at: int, length: int
) -> None:
    line = Line([0], [40])
    for start, end in blocked:
        line.block(start, end)
    taken = {u for a, b in blocked for u in range(a, b)}
    walls = {a for a, b in blocked if a == b}
    free = [
        x
        for x in range(at, 41 - length)
        if not taken.intersection(range(x, x + length))
        and not walls.intersection(range(x + 1, x + length))
    ]
    before = (line.starts[:], line.ends[:])

    found = line.fit(at, length)

    assert found == (free[0] if free else -1)
    if free:
        assert line.probe(found, found + length, 1) == found
        record = line.take(found, found + length)
        assert line.probe(found, found + length, 1) != found
        line.undo(record)
        assert (line.starts, line.ends) == before


@given(stretches, st.integers(0, 30), st.integers(1, 9), st.integers(1, 3))
def test_levels_never_let_more_in_than_fits(
    users: list[tuple[int, int]], start: int, length: int, amount: int
) -> None:
    levels = Levels(3, [0], [0])
    for a, b in users:
        levels.add(a, b, 1)
    used = [sum(a <= t < b for a, b in users) for t in range(60)]

    def fits(at: int) -> bool:
        return all(used[t] + amount <= 3 for t in range(at, at + length))

    at = start
    while (again := levels.probe(at, at + length, amount)) != at:
        assert not any(fits(t) for t in range(at, again))
        at = again
    assert fits(at)
