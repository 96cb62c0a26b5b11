"""What should be ordered is proposed with its working, and ordered once."""

from datetime import timedelta
from typing import Any

import pytest

from common.errors import InvalidInput, NotFound
from parts import commands, queries
from parts.models import OfferBreak, Part, PurchaseOrder, ReorderRule
from parts.queries import Proposal
from tests import build
from tests.parts.store import NOW, TODAY, D, Store, key, refused
from tests.parts.test_answers import kit_of, offer
from tests.parts.test_lead_times import delivered

pytestmark = pytest.mark.django_db


def proposed(store: Store) -> dict[Part, Proposal]:
    commands.check_all_availability(at=NOW)
    rows = queries.proposals(store.site.pk, day=TODAY)
    return {row.part: row for row in rows}


def follow(store: Store, *parts: Part, **fields: Any) -> list[PurchaseOrder]:
    asked = {"key": key(), "at": NOW, "site_id": store.site.pk} | fields
    return commands.order_proposals(part_ids=[part.pk for part in parts], **asked)


def test_what_nobody_covers_is_proposed_and_drafts_and_orders_count() -> None:
    store = Store()
    offer(store.part, 5)
    store.receive(1)
    store.order(2)
    store.order(1, send=False)
    store.want(7)
    store.receive(9, bin_id=store.closed.pk)

    reason = proposed(store)[store.part].reason

    assert (reason.on_hand, reason.incoming, reason.drafted, reason.wanted) == (
        1,
        2,
        1,
        7,
    )
    assert reason.missing == 3


def test_a_rule_fills_up_to_its_maximum_below_its_minimum() -> None:
    store, other = Store(), build.part("OTHER")
    for part in (store.part, other):
        offer(part, 5)
        ReorderRule.objects.create(part=part, site=store.site, minimum=2, maximum=6)
    store.receive(2, part_id=other.pk)
    store.want(1)

    found = proposed(store)

    assert other not in found
    assert found[store.part].reason.missing == 7


def test_the_best_supplier_is_price_and_days_by_reliability_with_its_working() -> None:
    store = Store()
    cheap = offer(store.part, 10, "Cheap", price=100)
    offer(store.part, 10, "Dear", price=130)
    for _ in range(3):
        delivered(store, cheap.supplier, 40)
    commands.learn_lead_times(at=NOW)
    ordered_before = PurchaseOrder.objects.count()
    store.want(2)

    best, other = proposed(store)[store.part].candidates

    # 260 × 1.1 ÷ 0.8 and 200 × 1.4 ÷ (10 ÷ 40).
    assert (best.offer.supplier_en, best.score) == ("Dear", D("357.50"))
    assert (other.offer.supplier_en, other.reliability, other.score) == (
        "Cheap",
        D("0.25"),
        D("1120.00"),
    )
    assert PurchaseOrder.objects.count() == ordered_before


def test_breaks_and_minimums_count() -> None:
    store = Store()
    theirs = offer(store.part, 5, minimum_quantity=10, price=100)
    OfferBreak.objects.create(offer=theirs, from_quantity=10, price=60)
    store.want(2)

    best = proposed(store)[store.part].best

    assert best is not None
    assert (best.quantity, best.price, best.amount) == (10, 60, 600)


def test_following_a_proposal_writes_drafts_once() -> None:
    store, other = Store(), build.part("OTHER")
    one, two = offer(store.part, 5), offer(other, 7, "Osaka")
    store.want(3)
    store.want(1, part_id=other.pk)
    commands.check_all_availability(at=NOW)

    orders = follow(store, store.part, other, key="k")
    again = follow(store, store.part, other, key="k")
    more = follow(store, store.part, other)

    assert orders == again
    assert more == []
    assert {order.supplier for order in orders} == {one.supplier, two.supplier}
    line = orders[0].lines.get()
    assert (line.part, line.quantity, line.unit_price, line.due_on) == (
        store.part,
        3,
        100,
        TODAY + timedelta(days=5),
    )
    assert proposed(store) == {}


def test_a_sent_draft_is_not_proposed_again_before_anybody_asked() -> None:
    store = Store()
    offer(store.part, 5)
    store.want(3)
    commands.check_all_availability(at=NOW)
    (order,) = follow(store, store.part)

    commands.send_purchase_order(order_id=order.pk, at=NOW)

    # The answers still say that a supplier has it.
    assert queries.proposals(store.site.pk, day=TODAY) == []


def test_components_of_a_kit_and_successors_are_ordered_instead() -> None:
    store, old, new = Store(), build.part("OLD"), build.part("NEW")
    parts = kit_of(store, C1=2)
    offer(parts["C1"], 5)
    old.superseded_by.create(new=new)
    offer(new, 5)
    store.want(3)
    store.want(1, part_id=old.pk)

    found = proposed(store)

    assert {part: row.reason.missing for part, row in found.items()} == {
        parts["C1"]: 6,
        new: 1,
    }


def test_a_lead_is_not_ordered_and_the_wanted_part_has_no_supplier() -> None:
    store, new = Store(), build.part("NEW")
    store.part.superseded_by.create(new=new, condition="only with bracket X")
    offer(new, 5)
    store.want(1)

    found = proposed(store)

    assert list(found) == [store.part]
    assert found[store.part].best is None
    assert follow(store, store.part) == []


def test_owned_pieces_and_holds_of_quotes_are_counted_for_what_they_are() -> None:
    store, owner = Store(), build.customer()
    offer(store.part, 5)
    level = store.receive(2)
    commands.reserve_stock(
        level_id=level.pk, quantity=D(2), demand_key="quote:1", key=key(), at=NOW
    )
    store.want(1, owner_id=owner.pk)

    assert proposed(store)[store.part].reason.missing == 1


def test_what_cannot_be_followed_is_refused() -> None:
    store = Store()

    asked: dict[str, Any] = {"key": "k", "at": NOW, "site_id": store.site.pk}
    ask = commands.order_proposals

    refused(InvalidInput, ask, **asked, part_ids=[])
    refused(NotFound, ask, **(asked | {"site_id": 0}), part_ids=[store.part.pk])
