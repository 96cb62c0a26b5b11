"""Drafts are edited until sent; what is short, over or late is said and settled."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from common.errors import InvalidInput, NotFound
from common.invariants import violations
from common.models import OutboxEvent
from parts import commands, queries
from parts.models import (
    Availability,
    Chase,
    Demand,
    OfferBreak,
    PurchaseOrder,
    PurchaseOrderLine,
    Reservation,
)
from tests import build
from tests.parts.store import NOW, TODAY, D, Store, key, refused
from tests.parts.test_admin import desk, press
from tests.parts.test_answers import offer

pytestmark = pytest.mark.django_db
State = PurchaseOrder.State


def ordered(store: Store, quantity: Any = 5, **fields: Any) -> commands.Ordered:
    return commands.Ordered(
        **{
            "part_id": store.part.pk,
            "quantity": D(quantity),
            "unit_price": D(90),
            "due_on": TODAY + timedelta(days=9),
        }
        | fields
    )


def test_a_drafts_lines_are_added_changed_and_removed() -> None:
    store = Store()
    first = store.order(2, send=False)
    at = {"order_id": first.order_id, "at": NOW}

    added = commands.add_order_line(line=ordered(store), key="k1", **at)
    again = commands.add_order_line(line=ordered(store), key="k1", **at)
    commands.change_order_line(
        line_id=added.pk, quantity=D(7), due_on=date(2026, 12, 24), at=NOW
    )
    commands.remove_order_line(line_id=first.pk, at=NOW)

    assert again == added
    line = PurchaseOrderLine.objects.get()
    assert (line.quantity, line.unit_price, line.due_on, line.currency) == (
        7,
        90,
        date(2026, 12, 24),
        "JPY",
    )


def test_a_sent_order_is_not_edited() -> None:
    store = Store()
    line = store.order(2)
    sent = "no draft any more"

    assert sent in refused(
        commands.WrongState,
        commands.add_order_line,
        order_id=line.order_id,
        line=ordered(store),
        key=key(),
        at=NOW,
    )
    assert sent in refused(
        commands.WrongState,
        commands.change_order_line,
        line_id=line.pk,
        quantity=D(1),
        at=NOW,
    )
    assert sent in refused(
        commands.WrongState, commands.remove_order_line, line_id=line.pk, at=NOW
    )
    refused(NotFound, commands.remove_order_line, line_id=0, at=NOW)


def test_an_empty_draft_is_not_sent() -> None:
    store = Store()
    line = store.order(2, send=False)
    commands.remove_order_line(line_id=line.pk, at=NOW)

    refused(
        commands.WrongState,
        commands.send_purchase_order,
        order_id=line.order_id,
        at=NOW,
    )


def short(store: Store) -> tuple[PurchaseOrderLine, Demand]:
    """Two of five have come; somebody waits for four."""
    line = store.order(5)
    demand = store.want(4)
    store.reserve(demand)
    store.arrive(line, 2)
    line.refresh_from_db()
    return line, demand


def test_a_short_delivery_is_closed_and_its_wishes_are_answered_again() -> None:
    store = Store()
    line, demand = short(store)
    assert line.reserved == 2
    offer(store.part, 30)
    OutboxEvent.objects.all().delete()

    done = commands.close_order_line(line_id=line.pk, reason="sold out", at=NOW)
    asked = OutboxEvent.objects.get(task="parts.check_availability")
    commands.check_availability(at=NOW, **asked.payload)

    assert done is True
    line.refresh_from_db()
    assert (line.reserved, line.closed_reason, line.order.state) == (
        0,
        "sold out",
        State.RECEIVED,
    )
    held = Reservation.objects.held().get(demand=demand)
    assert (held.quantity, held.order_line_id) == (2, None)
    found = Availability.objects.get(demand=demand)
    assert found.kind == Availability.Kind.SUPPLIER
    assert violations() == []
    assert not commands.close_order_line(line_id=line.pk, reason="again", at=NOW)


def test_what_has_come_whole_or_never_went_is_not_closed() -> None:
    store = Store()
    whole, draft = store.order(1), store.order(1, send=False)
    store.arrive(whole, 1)
    other = store.order(1)

    for line, reason in ((whole, "x"), (draft, "x")):
        refused(
            commands.WrongState,
            commands.close_order_line,
            line_id=line.pk,
            reason=reason,
            at=NOW,
        )
    refused(
        InvalidInput, commands.close_order_line, line_id=other.pk, reason=" ", at=NOW
    )
    refused(NotFound, commands.close_order_line, line_id=0, reason="x", at=NOW)


def test_the_rest_of_a_sent_order_is_given_up_and_what_came_stays() -> None:
    store = Store()
    line, demand = short(store)
    second = commands.create_purchase_order(
        supplier_id=line.order.supplier_id,
        site_id=store.site.pk,
        lines=[ordered(store), ordered(store, part_id=build.part().pk)],
        key=key(),
        at=NOW,
    )
    commands.send_purchase_order(order_id=second.pk, at=NOW)

    closed = commands.cancel_order_rest(order_id=line.order_id, reason="late", at=NOW)
    none = commands.cancel_order_rest(order_id=second.pk, reason="late", at=NOW)

    assert closed == [line.pk]
    assert len(none) == 2
    line.order.refresh_from_db()
    second.refresh_from_db()
    # Nothing of the second had come.
    assert (line.order.state, second.state) == (State.RECEIVED, State.CANCELLED)
    assert commands.cancel_order_rest(order_id=line.order_id, reason="x", at=NOW) == []
    assert Reservation.objects.held().filter(demand=demand).count() == 1
    assert violations() == []


def test_more_than_was_ordered_is_refused_or_kept_with_a_reason() -> None:
    store = Store()
    line = store.order(2)
    arrive: dict[str, Any] = {
        "line_id": line.pk,
        "quantity": D(3),
        "bin_id": store.shelf.pk,
        "at": NOW,
    }
    refused(commands.OverDelivery, commands.receive_order_line, **arrive, key=key())
    refused(
        InvalidInput,
        commands.receive_order_line,
        **arrive,
        key=key(),
        accept_surplus=True,
    )

    commands.receive_order_line(
        **arrive, key=key(), accept_surplus=True, reason="a present"
    )

    line.refresh_from_db()
    assert line.received == 3
    assert violations() == []


def test_what_comes_after_all_is_a_surplus_of_a_closed_line() -> None:
    store = Store()
    line = store.order(2)
    commands.close_order_line(line_id=line.pk, reason="sold out", at=NOW)
    line.order.refresh_from_db()
    assert line.order.state == State.CANCELLED

    refused(
        commands.WrongState,
        commands.receive_order_line,
        line_id=line.pk,
        quantity=D(1),
        bin_id=store.shelf.pk,
        key=key(),
        at=NOW,
    )


def test_a_word_with_a_supplier_moves_the_date_and_the_answers() -> None:
    store = Store()
    line = store.order(2, days=-4)
    said = {"line_id": line.pk, "said": "two weeks more", "at": NOW}

    first = commands.chase_order_line(**said, due_on=date(2026, 12, 7), key="k")
    again = commands.chase_order_line(**said, due_on=date(2026, 12, 7), key="k")
    commands.chase_order_line(
        line_id=line.pk, said="still on its way", key=key(), at=NOW
    )

    assert first == again
    line.refresh_from_db()
    assert line.due_on == date(2026, 12, 7)
    assert line.due_changes.get().reason == "two weeks more"
    assert Chase.objects.count() == 2
    refused(InvalidInput, commands.chase_order_line, **(said | {"said": ""}), key="l")
    refused(NotFound, commands.chase_order_line, **(said | {"line_id": 0}), key="m")


def test_the_chase_list_says_how_late_who_waits_and_what_was_said() -> None:
    store = Store()
    late, later = store.order(2, days=-4), store.order(2, days=-1)
    store.order(2, days=3)
    store.reserve(store.want(1))
    for words in ("first", "second"):
        commands.chase_order_line(line_id=late.pk, said=words, key=key(), at=NOW)

    rows = queries.chase_list(TODAY)

    assert [(row.line, row.days_late, row.waiting) for row in rows] == [
        (late, 4, 1),
        (later, 1, 0),
    ]
    assert rows[0].last is not None
    assert (rows[0].last.said, rows[1].last) == ("second", None)


def test_backorders_are_lines_of_which_the_rest_is_to_come() -> None:
    store = Store()
    line, _demand = short(store)
    store.order(5)

    rows = queries.backorder_list(TODAY)

    assert [(row.line, row.outstanding) for row in rows] == [(line, 3)]
    commands.close_order_line(line_id=line.pk, reason="sold out", at=NOW)
    assert queries.backorder_list(TODAY) == []


def test_a_draft_is_told_of_minimums_breaks_and_other_prices() -> None:
    store = Store()
    theirs = offer(store.part, 5, minimum_quantity=4, price=100)
    OfferBreak.objects.create(offer=theirs, from_quantity=10, price=80)
    line = store.order(2, price=90, supplier_id=theirs.supplier_id, send=False)
    strange = store.order(2, send=False)

    name = store.part.name
    assert queries.order_warnings([line]) == [
        f"{name}: the supplier sells at least 4.",
        f"{name}: the offer says 100 for one.",
        f"{name}: from 10 on one costs 80.",
    ]
    assert queries.order_warnings([strange]) == [
        f"{name}: this supplier has no offer of it."
    ]


def test_the_desk_edits_a_draft_and_gives_up_the_rest() -> None:
    store = Store()
    client = desk()
    line = store.order(2, send=False)
    soon = (timezone.localdate() + timedelta(days=9)).isoformat()
    at, order = "/admin/parts/purchaseorderline", line.order

    press(
        client,
        f"/admin/parts/purchaseorder/{order.pk}/act/add/",
        part=store.part.pk,
        quantity="3",
        unit_price="50",
        due_on=soon,
    )
    changed = {"quantity": "4", "unit_price": "70", "due_on": soon}
    press(client, f"{at}/{line.pk}/act/change/", **changed)
    page = client.get(f"/admin/parts/purchaseorder/{order.pk}/change/")
    press(client, f"/admin/parts/purchaseorder/{order.pk}/act/send/")
    store.arrive(line, 1)
    press(client, f"/admin/parts/purchaseorder/{order.pk}/act/rest/", reason="enough")

    assert "this supplier has no offer of it." in page.content.decode()
    order.refresh_from_db()
    line.refresh_from_db()
    assert order.state == State.RECEIVED
    assert (line.quantity, line.closed_reason) == (4, "enough")
    assert violations() == []


def test_one_button_notes_the_new_date_on_the_chase_list() -> None:
    store = Store()
    client = desk()
    line = store.order(2, days=-400)
    new = timezone.localdate() + timedelta(days=5)

    page = press(
        client,
        "/admin/parts/purchaseorderline/chase/",
        line=line.pk,
        due_on=new.isoformat(),
        said="",
    )
    nothing = client.get("/admin/parts/purchaseorderline/chase/?show=rest")

    assert page.status_code == 302
    line.refresh_from_db()
    assert line.due_on == new
    assert Chase.objects.get().said.startswith("They said ")
    assert nothing.status_code == 200
