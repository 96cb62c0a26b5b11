"""That all parts of a card are here is told once, when the last one is."""

import threading

import pytest
from django.db import connection

from common.models import OutboxEvent
from parts import commands
from parts.models import Demand, GroupArrival
from tests import build
from tests.parts.store import NOW, Store

GROUP = "job-card:7"


def looked() -> list[str]:
    """Do what the outbox asks for; return the groups told of."""
    told: list[str] = []
    for event in OutboxEvent.objects.filter(task="parts.note_arrivals"):
        told += commands.note_arrivals(at=NOW, **event.payload)
    OutboxEvent.objects.filter(task="parts.note_arrivals").delete()
    return told


def news() -> list[list[str]]:
    rows = OutboxEvent.objects.filter(task="restoration.parts_arrived").order_by("pk")
    return [row.payload["group_keys"] for row in rows]


def two_wishes(store: Store) -> tuple[Demand, Demand]:
    other = build.part("OTHER")
    return (
        store.want(1, group_key=GROUP),
        store.want(1, group_key=GROUP, part_id=other.pk),
    )


@pytest.mark.django_db
def test_the_last_part_on_hand_tells_that_all_are_here() -> None:
    store = Store()
    first, last = two_wishes(store)
    store.receive(1)
    store.reserve(first)
    assert looked() == []

    store.receive(1, part_id=last.part_id)
    store.reserve(last)

    assert looked() == [GROUP]
    assert news() == [[GROUP]]
    assert GroupArrival.objects.get().arrived_at == NOW


@pytest.mark.django_db
def test_an_arrival_is_told_once_however_often_it_is_looked_at() -> None:
    store = Store()
    store.receive(1)
    demand = store.want(1, group_key=GROUP)
    store.reserve(demand)
    looked()
    store.issue(demand, 1)

    assert looked() == []
    assert commands.note_arrivals(group_keys=[GROUP], at=NOW) == []
    assert news() == [[GROUP]]


@pytest.mark.django_db
def test_a_drawn_part_is_here_and_one_on_order_is_not() -> None:
    store = Store()
    first, last = two_wishes(store)
    store.receive(1)
    store.issue(first, 1)
    store.order(1, part_id=last.part_id)
    store.reserve(last)

    assert looked() == []


@pytest.mark.django_db
def test_giving_up_the_last_missing_part_makes_the_rest_whole() -> None:
    store = Store()
    first, last = two_wishes(store)
    store.receive(1)
    store.reserve(first)
    looked()

    commands.cancel_demand(demand_id=last.pk, reason="not needed", at=NOW)

    assert looked() == [GROUP]


@pytest.mark.django_db
def test_a_group_that_was_given_up_whole_never_arrives() -> None:
    store = Store()
    for demand in two_wishes(store):
        commands.cancel_demand(demand_id=demand.pk, reason="no", at=NOW)

    assert looked() == []


@pytest.mark.django_db
def test_wishes_without_a_group_are_told_of_to_nobody() -> None:
    store = Store()
    store.receive(1)
    store.reserve(store.want(1))

    assert not OutboxEvent.objects.filter(task="parts.note_arrivals").exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_look_at_once_tell_once() -> None:
    store = Store()
    store.receive(1)
    store.reserve(store.want(1, group_key=GROUP))
    told: list[str] = []

    def look() -> None:
        told.extend(commands.note_arrivals(group_keys=[GROUP], at=NOW))
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert told == [GROUP]
    assert news() == [[GROUP]]


@pytest.mark.django_db
def test_what_is_found_free_on_hand_is_here_without_a_hold() -> None:
    store = Store()
    first, last = two_wishes(store)
    store.receive(1)
    store.receive(1, part_id=last.part_id)
    commands.check_availability(demand_ids=[first.pk], at=NOW)
    assert looked() == []

    commands.check_availability(demand_ids=[last.pk], at=NOW)

    assert looked() == [GROUP]
