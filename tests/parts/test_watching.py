"""Watched numbers, what is seen of them, and the laws of the catalogue's rows."""

from typing import Any

import pytest

from common.errors import InvalidInput, NotFound
from common.invariants import violations
from common.models import AuditEntry, OutboxEvent
from parts import commands, queries
from parts.commands import Seen
from parts.models import Observation, Part, Watch
from tests import build
from tests.parts.store import NOW, TODAY, D, Store, key
from tests.parts.test_laws import sql

pytestmark = pytest.mark.django_db
Kind = Observation.Kind


def watch(part: Part) -> Watch:
    return commands.watch_part(part_id=part.pk, reason="last batch", at=NOW)


def see(part: Part, **fields: Any) -> Observation | None:
    fields = {"kind": Kind.FIRST_SEEN, "seen_on": TODAY, "price": D(100)} | fields
    return commands.note_observation(seen=Seen(part_id=part.pk, **fields), at=NOW)


def told() -> list[list[int]]:
    events = OutboxEvent.objects.filter(task="restoration.part_seen").order_by("pk")
    return [event.payload["demand_ids"] for event in events]


def test_a_number_is_watched_until_somebody_lets_it_be() -> None:
    part = build.part("13020-05U00")
    watch(part)
    row = commands.watch_part(part_id=part.pk, reason="price doubles", at=NOW)

    assert (row.reason, Watch.objects.count()) == ("price doubles", 1)
    gone = {"part_id": part.pk, "reason": "bought ten", "at": NOW}
    assert commands.unwatch_part(**gone)
    assert not commands.unwatch_part(**gone)
    assert list(
        AuditEntry.objects.order_by("pk").values_list("command", flat=True)
    ) == ["watch_part", "watch_part", "unwatch_part"]
    with pytest.raises(NotFound):
        commands.watch_part(part_id=2**40, reason="x", at=NOW)
    with pytest.raises(InvalidInput):
        commands.watch_part(part_id=part.pk, reason="", at=NOW)


def test_what_is_seen_of_a_watched_number_stands_until_it_was_looked_at() -> None:
    part = build.part("13020-05U00")
    row = watch(part)
    see(part)
    see(part, kind=Kind.PRICE_MOVED, price=D(150), was_price=D(100))

    row.refresh_from_db()
    assert (row.last_seen, row.seen_at) == (Kind.PRICE_MOVED, None)
    assert list(Watch.objects.alerts()) == [row]
    assert queries.desk_counts(TODAY).watch_alerts == 1
    assert commands.look_at_watches(watch_ids=[row.pk], at=NOW) == 1
    assert commands.look_at_watches(watch_ids=[row.pk], at=NOW) == 0
    assert not Watch.objects.alerts().exists()
    # The desk's number is that of the list it opens.
    assert queries.desk_counts(TODAY).watch_alerts == 0
    assert AuditEntry.objects.filter(command="look_at_watch").count() == 1


def test_the_same_sight_twice_is_one_and_wakes_nobody_again() -> None:
    part = build.part("13020-05U00")
    row = watch(part)
    assert see(part) is not None
    commands.look_at_watches(watch_ids=[row.pk], at=NOW)

    assert see(part, price=D("100.00")) is None
    row.refresh_from_db()
    assert row.seen_at == NOW
    assert see(part, price=None) is not None
    assert see(part, price=None) is None


def test_jobs_hear_of_a_part_that_could_serve_them() -> None:
    store = Store()
    newer, stand_in, other = (build.part(f"13020-05U1{n}") for n in range(3))
    store.part.superseded_by.create(new=newer)
    commands.add_alternate(
        part_id=store.part.pk, alternate_id=stand_in.pk, source="x", at=NOW
    )
    demand = store.want(1)
    given_up = store.want(1)
    commands.cancel_demand(demand_id=given_up.pk, reason="x", at=NOW)
    for part in (store.part, newer, stand_in, other):
        watch(part)
        see(part)

    assert told() == [[demand.pk]] * 3


def test_an_unwatched_part_is_noted_without_alarm() -> None:
    store = Store()
    store.want(1)

    assert see(store.part) is not None
    assert told() == []


def test_many_are_noted_in_few_statements(django_assert_max_num_queries: Any) -> None:
    parts = [build.part(f"B-{n}") for n in range(40)]
    for part in parts[:5]:
        watch(part)

    with django_assert_max_num_queries(12):
        noted = commands.note_observations(
            seen=[
                Seen(part_id=p.pk, kind=Kind.FIRST_SEEN, seen_on=TODAY, price=D(1))
                for p in parts
            ],
            at=NOW,
        )
    assert len(noted) == 40
    assert Watch.objects.alerts().count() == 5


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "HEARD"}, "kind"),
        ({"kind": Kind.PRICE_MOVED}, "price"),
        ({"price": D(-1)}, "price"),
        ({"price": D("1.50")}, "price"),
    ],
)
def test_a_wrong_sight_names_its_field(fields: dict[str, Any], field: str) -> None:
    part = build.part()
    with pytest.raises(InvalidInput) as error:
        see(part, **fields)
    assert error.value.context["field"] == field
    assert Observation.objects.count() == 0


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        ("UPDATE parts_part SET life = 'CURRENT'", "life_is_its_newest_step"),
        ("UPDATE parts_demand SET replaces_part_id = NULL", "replaced_wishes_say_so"),
        (
            "INSERT INTO parts_kitline (kit_id, component_id, quantity)"
            " SELECT max(component_id), min(kit_id), 1 FROM parts_kitline",
            "kits_end",
        ),
    ],
)
def test_corruption_of_the_catalogue_is_found(statement: str, law: str) -> None:
    store = Store()
    new, kit, inner = (build.part(f"13020-05U1{n}") for n in range(3))
    commands.change_life(
        part_id=store.part.pk,
        life="DISCONTINUED",
        changed_on=TODAY,
        source="dealer",
        key=key(),
        at=NOW,
    )
    commands.replace_part(
        old_id=store.part.pk,
        new_id=new.pk,
        demand_ids=[store.want(1).pk],
        reason="x",
        key=key(),
        at=NOW,
    )
    for whole, held in ((store.part, new), (new, kit), (kit, inner)):
        commands.set_kit(
            kit_id=whole.pk,
            lines=[commands.Component(part_id=held.pk, quantity=D(1))],
            key=key(),
            at=NOW,
        )
    assert violations() == []

    sql(statement)()

    assert f"parts.{law}" in [found.name for found in violations()]
