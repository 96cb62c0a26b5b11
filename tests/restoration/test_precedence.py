"""The order of operations on one job, with gaps bridged."""

from restoration.queries import Link, bridged, circle_of
from restoration.queries.precedence import in_order


def test_links_between_chosen_operations_keep_their_lags() -> None:
    assert bridged([Link(1, 2, 30, 90)], {1, 2}) == [Link(1, 2, 30, 90)]


def test_a_gap_is_bridged_with_the_first_operations_own_lag() -> None:
    links = [Link(1, 2, 30, 90), Link(2, 3, 500, 900)]

    assert bridged(links, {1, 3}) == [Link(1, 3, 30)]


def test_the_longest_wait_counts_where_two_gaps_lead_to_one_place() -> None:
    links = [Link(1, 2, 30), Link(1, 3, 60), Link(2, 4), Link(3, 4)]

    assert bridged(links, {1, 4}) == [Link(1, 4, 60)]


def test_a_direct_link_stands_above_a_bridge() -> None:
    links = [Link(1, 3, 5), Link(1, 2, 100), Link(2, 3)]

    assert bridged(links, {1, 3}) == [Link(1, 3, 5)]


def test_a_long_gap_is_crossed() -> None:
    links = [Link(n, n + 1) for n in range(1, 300)]

    assert bridged(links, {1, 300}) == [Link(1, 300)]


def test_a_gap_in_a_circle_is_left() -> None:
    links = [Link(1, 2), Link(2, 3), Link(3, 2), Link(3, 4)]

    assert bridged(links, {1, 4}) == [Link(1, 4)]


def test_what_waits_in_a_circle_is_named_and_left_out_of_the_order() -> None:
    waits_for = {1: [], 2: [1, 4], 3: [2], 4: [3], 5: [1]}

    assert sorted(circle_of(waits_for)) == [2, 3, 4]
    assert in_order(waits_for) == [1, 5]
