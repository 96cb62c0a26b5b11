"""One part in the place of another: in wishes, kits and rules; and back again."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from common.errors import InvalidInput, NotFound
from common.invariants import violations
from common.models import AuditEntry, OutboxEvent
from parts import commands, queries
from parts.commands import Circle, Component, SuccessionTerms, WholePieces, WrongState
from parts.models import (
    Demand,
    KitLine,
    Part,
    ReorderRule,
    Replacement,
    Reservation,
    StockLevel,
)
from parts.queries import Verdict
from tests import build
from tests.parts.store import NOW, TODAY, D, Store, key, refused

pytestmark = pytest.mark.django_db


def replace(old: Part, new: Part, *demands: Demand, **fields: Any) -> list[Replacement]:
    fields = {"reason": "the maker's bulletin", "key": key(), "at": NOW} | fields
    return commands.replace_part(
        old_id=old.pk, new_id=new.pk, demand_ids=[d.pk for d in demands], **fields
    )


def held(demand: Demand) -> list[int]:
    rows = Reservation.objects.held().filter(demand=demand).order_by("pk")
    return [row.level.part_id for row in rows if row.level]


def test_wishes_move_with_their_holds_and_keep_what_was_agreed_to() -> None:
    store = Store()
    new = build.part("13020-05U01")
    store.receive(2)
    store.receive(5, part_id=new.pk)
    first, second, other = store.want(2), store.want(1), store.want(1)
    store.reserve(first)

    rows = replace(store.part, new, first, second)

    assert [(row.demand, row.old, row.new) for row in rows] == [
        (first, store.part, new),
        (second, store.part, new),
    ]
    for demand in (first, second, other):
        demand.refresh_from_db()
    assert (first.part, first.replaces_part, held(first)) == (
        new,
        store.part,
        [new.pk],
    )
    assert second.state == Demand.State.RESERVED
    assert (other.part, other.replaces_part) == (store.part, None)
    assert StockLevel.objects.get(part=store.part).reserved == 0
    assert StockLevel.objects.get(part=new).reserved == 3
    asked = OutboxEvent.objects.filter(task="parts.check_availability")
    assert sorted([store.part.pk, new.pk]) in [
        event.payload.get("part_ids") for event in asked
    ]
    assert violations() == []


def test_the_same_key_replaces_once() -> None:
    store = Store()
    new = build.part("13020-05U01")
    demand, once = store.want(1), key()

    assert replace(store.part, new, demand, key=once) == replace(
        store.part, new, demand, key=once
    )
    assert Replacement.objects.count() == 1


def test_the_reverse_command_undoes_it() -> None:
    store = Store()
    new, newest = build.part("13020-05U01"), build.part("13020-05U02")
    demand = store.want(1)
    replace(store.part, new, demand)
    replace(new, newest, demand)
    demand.refresh_from_db()
    assert demand.replaces_part == store.part

    replace(newest, store.part, demand)

    demand.refresh_from_db()
    assert (demand.part, demand.replaces_part) == (store.part, None)
    assert Replacement.objects.count() == 3
    assert violations() == []


def test_the_preview_says_which_wishes_may_move_and_what_else_holds_the_part() -> None:
    store = Store()
    variant = build.variant()
    new, kit = build.part("13020-05U01"), build.part("KIT-1")
    store.receive(5)
    commands.add_supersession(
        old_id=store.part.pk,
        new_id=new.pk,
        source="x",
        key=key(),
        at=NOW,
        terms=SuccessionTerms(variant_id=variant.pk, first_frame=2000),
    )
    cars = {"variant_id": variant.pk}
    late, early, _unknown, drawn = (store.want(2) for _n in range(4))
    Demand.objects.filter(pk=late.pk).update(frame_number=2000, **cars)
    Demand.objects.filter(pk=early.pk).update(frame_number=1999, **cars)
    store.issue(drawn, 1)
    KitLine.objects.create(kit=kit, component=store.part, quantity=1)
    ReorderRule.objects.create(part=store.part, site=store.site, minimum=1, maximum=2)
    draft = store.order(3, send=False)

    found = queries.replace_preview(old_id=store.part.pk, new_id=new.pk, at=NOW)

    assert [row.verdict for row in found.demands] == [
        Verdict.YES,
        Verdict.NO,
        Verdict.ASK,
        Verdict.DRAWN,
    ]
    assert [row.kit for row in found.kits] == [kit]
    assert len(found.rules) == 1
    assert list(found.drafts) == [draft]
    for demand, words in ((early, "not for the car"), (drawn, "return them")):
        assert words in refused(
            WrongState,
            commands.replace_part,
            old_id=store.part.pk,
            new_id=new.pk,
            demand_ids=[late.pk, demand.pk],
            reason="x",
            key=key(),
            at=NOW,
        )
    assert Replacement.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"reason": " "}, InvalidInput),
        ({"demand_ids": []}, InvalidInput),
        ({"demand_ids": [2**40]}, NotFound),
        ({"new_id": 2**40}, NotFound),
        ({"new_id": 0}, InvalidInput),
    ],
)
def test_what_cannot_be_replaced_changes_nothing(
    fields: dict[str, Any], kind: type[Exception]
) -> None:
    store = Store()
    new = build.part("13020-05U01")
    demand = store.want(1)
    fields = {
        "old_id": store.part.pk,
        "new_id": new.pk,
        "demand_ids": [demand.pk],
        "reason": "x",
        "key": key(),
        "at": NOW,
    } | fields
    fields["new_id"] = fields["new_id"] or store.part.pk

    refused(kind, commands.replace_part, **fields)


def test_fractions_do_not_move_to_pieces() -> None:
    store = Store()
    oil, can = build.part(unit="LITRE"), build.part("KL101-RN641")
    demand = store.want(D("4.5"), part_id=oil.pk)

    refused(
        WholePieces,
        commands.replace_part,
        old_id=oil.pk,
        new_id=can.pk,
        demand_ids=[demand.pk],
        reason="x",
        key=key(),
        at=NOW,
    )


def test_everywhere_means_kits_and_reorder_rules_too() -> None:
    store = Store()
    new = build.part("13020-05U01")
    kit, both = build.part("KIT-1"), build.part("KIT-2")
    KitLine.objects.create(kit=kit, component=store.part, quantity=1)
    KitLine.objects.create(kit=both, component=store.part, quantity=1)
    KitLine.objects.create(kit=both, component=new, quantity=2)
    ReorderRule.objects.create(part=store.part, site=store.site, minimum=1, maximum=2)

    replace(store.part, new, everywhere=True)

    assert list(
        KitLine.objects.order_by("kit").values_list("kit", "component", "quantity")
    ) == [(kit.pk, new.pk, 1), (both.pk, new.pk, 3)]
    assert ReorderRule.objects.get().part == new
    entry = AuditEntry.objects.get(command="replace_part")
    assert (entry.detail["kits"], entry.detail["rules"]) == (2, 1)


def test_a_kit_is_put_together_exploded_and_summed() -> None:
    store = Store()
    kit, inner, belt, bolt = (
        build.part(f"KIT-0000{n}", list_price=price)
        for n, price in enumerate((None, None, 9000, 150))
    )

    def put(whole: Part, *lines: tuple[Part, Any]) -> None:
        commands.set_kit(
            kit_id=whole.pk,
            lines=[Component(part_id=p.pk, quantity=D(n)) for p, n in lines],
            key=key(),
            at=NOW,
        )

    put(inner, (bolt, 4))
    put(kit, (belt, 1), (inner, 2), (bolt, 1))
    store.receive(10, part_id=bolt.pk, unit_cost=D(80))

    tree = queries.kit_tree(kit.pk, D(3))

    assert [(n.part, n.depth, n.quantity, n.is_kit) for n in tree.nodes] == [
        (belt, 1, 3, False),
        (inner, 1, 6, True),
        (bolt, 2, 24, False),
        (bolt, 1, 3, False),
    ]
    assert tree.pieces == {belt.pk: 3, bolt.pk: 27}
    assert (tree.prices, tree.unpriced) == ({"JPY": 27 * 150 + 3 * 9000}, 0)
    assert (tree.costs, tree.uncosted) == ({"JPY": 27 * 80}, 1)
    with pytest.raises(Circle, match="cannot hold itself"):
        put(bolt, (kit, 1))
    with pytest.raises(Circle, match="cannot hold itself"):
        put(kit, (kit, 1))
    with pytest.raises(WholePieces):
        put(kit, (belt, D("0.5")))
    with pytest.raises(InvalidInput):
        put(kit, (belt, 1), (belt, 2))
    assert KitLine.objects.filter(kit=kit).count() == 3
    put(kit)
    assert queries.kit_tree(kit.pk).nodes == ()


def test_sums_of_a_kit_never_add_two_currencies() -> None:
    store, abroad = Store(), build.site(country="GB", currency="GBP")
    kit, belt, bolt, nut = (build.part(f"KIT-0000{n}") for n in range(4))
    Part.objects.filter(pk=belt.pk).update(list_price=9000)
    Part.objects.filter(pk=bolt.pk).update(
        list_price=D("1.50"), list_price_currency="GBP"
    )
    for part in (belt, bolt, nut):
        KitLine.objects.create(kit=kit, component=part, quantity=2)
    store.receive(1, part_id=belt.pk, unit_cost=D(5000))
    there = build.bin(abroad)
    store.receive(3, part_id=bolt.pk, bin_id=there.pk, unit_cost=D("0.75"))
    # Of this one most lie here.
    store.receive(5, part_id=nut.pk, unit_cost=D(80))
    store.receive(1, part_id=nut.pk, bin_id=there.pk, unit_cost=D("0.5"))

    tree = queries.kit_tree(kit.pk)

    assert tree.prices == {"GBP": 3, "JPY": 18000}
    assert tree.costs == {"GBP": D("1.5"), "JPY": 10160}
    assert (tree.unpriced, tree.uncosted) == (1, 0)


def test_the_tree_of_a_kit_costs_as_many_statements_for_many_lines(
    django_assert_num_queries: Any,
) -> None:
    kit = build.part("KIT-1")
    for n in range(30):
        KitLine.objects.create(kit=kit, component=build.part(f"B-{n}"), quantity=1)

    with django_assert_num_queries(4):
        assert len(queries.kit_tree(kit.pk).nodes) == 30


def test_build_months_are_read_of_the_wish() -> None:
    store = Store()
    new = build.part("13020-05U01")
    store.part.superseded_by.create(new=new, built_from=date(1999, 2, 1))
    demand = store.want(1)
    Demand.objects.filter(pk=demand.pk).update(built_month=date(1999, 1, 1))

    found = queries.replace_preview(old_id=store.part.pk, new_id=new.pk, at=NOW)

    assert [row.verdict for row in found.demands] == [Verdict.NO]


def test_a_replacement_sent_again_later_answers_the_same() -> None:
    store = Store()
    new = build.part("13020-05U01")
    demand = store.want(1)
    first = replace(store.part, new, demand, key="k")

    again = replace(store.part, new, demand, key="k", at=NOW + timedelta(hours=1))

    assert again == first
    assert len(first) == 1


def test_a_successor_begins_with_the_day_of_the_wishs_site() -> None:
    store = Store()
    new = build.part("13020-05U01")
    # In Tokyo it is tomorrow already.
    late = datetime(TODAY.year, TODAY.month, TODAY.day, 15, 30, tzinfo=UTC)
    store.part.superseded_by.create(new=new, starts_on=TODAY + timedelta(days=1))
    demand = store.want(1)

    found = queries.replace_preview(old_id=store.part.pk, new_id=new.pk, at=late)

    assert [row.verdict for row in found.demands] == [Verdict.YES]
    assert len(replace(store.part, new, demand, at=late)) == 1
