"""The desk: every page opens, lists stay few in statements, buttons call commands."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from common.invariants import violations
from common.models import AuditEntry
from parts import commands
from parts.models import (
    Demand,
    Part,
    PartsOrder,
    PurchaseOrder,
    Reservation,
    StockLevel,
    StockMovement,
    SupplierOffer,
)
from tests import build
from tests.parts import rows
from tests.parts.store import NOW, TODAY, D, Store, key, position
from workshop.models import Role

pytestmark = pytest.mark.django_db
LISTS = (
    "part", "stocklevel", "stockmovement", "demand", "availability", "reservation",
    "purchaseorder", "purchaseorderline", "partsorder", "supplier", "supplieroffer",
    "bin", "watch", "partnumber", "supersession", "alternate", "observation",
)  # fmt: skip


def desk(role: str = Role.PARTS) -> Client:
    client = Client()
    client.force_login(build.user(role))
    return client


def press(client: Client, path: str, **values: Any) -> Any:
    """Open a button's form, fill it in and send it as a browser would."""
    shown = client.get(path)
    assert shown.status_code == 200, shown.status_code
    once = re.search(r'name="idempotency_key" value="([^"]+)"', shown.content.decode())
    assert once is not None
    return client.post(path, {"idempotency_key": once[1], **values})


def statements(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_lists_ask_the_database_as_often_for_200_rows_as_for_10() -> None:
    store = Store()
    client = desk()
    paths = ["/admin/", *(f"/admin/parts/{name}/" for name in LISTS)]
    rows.fill(store, 10)
    for path in paths:
        client.get(path)
    for_few = {path: statements(client, path) for path in paths}
    rows.fill(store, 190)

    assert {path: statements(client, path) for path in paths} == for_few
    assert max(for_few[path] for path in paths[1:]) <= 12


def test_every_model_of_the_desk_opens_its_row() -> None:
    store = Store()
    rows.fill(store, 1)
    SupplierOffer.objects.create(
        supplier=build.supplier(),
        part=store.part,
        price=9,
        currency="JPY",
        lead_days=3,
        seen_on=TODAY,
    )
    client = desk()
    for name in LISTS:
        row = apps.get_model("parts", name).objects.first()
        if row is not None:
            page = client.get(f"/admin/parts/{name}/{row.pk}/change/")
            assert page.status_code == 200, name


@pytest.mark.parametrize(
    "spelling", ["1302005U00", "13020-05u00", "１３０２０－０５Ｕ００"]
)
def test_a_number_in_any_spelling_finds_its_part(spelling: str) -> None:
    store = Store()
    store.receive(1)
    build.part("99999-99999")
    client = desk()
    for name in ("part", "stocklevel", "stockmovement"):
        page = client.get(f"/admin/parts/{name}/", {"q": spelling})
        assert page.context["cl"].result_count == 1, name


def test_parts_are_received_moved_counted_and_scrapped_by_buttons() -> None:
    store = Store()
    other = build.bin(store.site)
    client = desk()

    press(
        client,
        f"/admin/parts/part/{store.part.pk}/act/receive/",
        bin=store.shelf.pk,
        quantity="6",
        unit_cost="100",
        reason="found",
    )
    level = StockLevel.objects.get()
    at = f"/admin/parts/stocklevel/{level.pk}/act"
    press(client, f"{at}/receive/", quantity="4", unit_cost="200", reason="more")
    press(client, f"{at}/move/", quantity="1", bin=other.pk, reason="tidy")
    press(client, f"{at}/count/", counted="8", reason="count")
    press(client, f"{at}/scrap/", quantity="1", reason="rust")
    press(client, f"{at}/hold/", quantity="2", demand_key="quote:1")

    assert position(level) == (7, 2)
    assert level.unit_cost == D(140)
    assert violations() == []
    names = list(AuditEntry.objects.order_by("pk").values_list("command", flat=True))
    assert names == [
        "receive_stock", "receive_stock", "move_stock", "adjust_stock", "scrap_stock",
        "reserve_stock",
    ]  # fmt: skip


def test_a_button_sent_twice_acts_once() -> None:
    store = Store()
    level = store.receive(6)
    client = desk()
    path = f"/admin/parts/stocklevel/{level.pk}/act/scrap/"
    body = {"idempotency_key": "once", "quantity": "1", "reason": "rust"}

    client.post(path, body)
    client.post(path, body)

    assert position(level) == (5, 0)


def test_a_refusal_is_said_on_the_form_and_changes_nothing() -> None:
    store = Store()
    level = store.receive(6)

    answer = press(
        desk(),
        f"/admin/parts/stocklevel/{level.pk}/act/scrap/",
        quantity="7",
        reason="rust",
    )

    assert answer.status_code == 409
    assert "Only 6 are free here; 7 were asked for." in answer.content.decode()
    assert position(level) == (6, 0)


def test_an_act_without_a_reason_is_not_carried_out() -> None:
    level = Store().receive(6)

    answer = press(
        desk(),
        f"/admin/parts/stocklevel/{level.pk}/act/scrap/",
        quantity="1",
        reason="",
    )

    assert answer.context["form"].errors["reason"]
    assert position(level) == (6, 0)


def test_a_movement_is_undone_by_a_button() -> None:
    level = Store().receive(6)
    movement = StockMovement.objects.get()

    press(
        desk(),
        f"/admin/parts/stockmovement/{movement.pk}/act/reverse/",
        reason="wrong part",
    )

    assert position(level) == (0, 0)


def test_an_order_is_written_sent_chased_and_received_on_the_desk() -> None:
    store = Store()
    client = desk()

    answer = press(
        client,
        "/admin/parts/purchaseorder/add/",
        supplier=build.supplier().pk,
        site=store.site.pk,
        **{
            "form-TOTAL_FORMS": "2",
            "form-INITIAL_FORMS": "0",
            "form-0-part": store.part.pk,
            "form-0-quantity": "4",
            "form-0-unit_price": "900",
            "form-0-due_on": str(timezone.localdate() + timedelta(days=30)),
        },
    )
    order = PurchaseOrder.objects.get()
    assert answer.url == f"/admin/parts/purchaseorder/{order.pk}/change/"
    line = order.lines.get()
    press(client, f"/admin/parts/purchaseorder/{order.pk}/act/send/")
    press(
        client,
        f"/admin/parts/purchaseorderline/{line.pk}/act/due/",
        due_on=str(timezone.localdate() + timedelta(days=50)),
        reason="the maker is late",
    )
    for typo in ("2020-01-01", "9999-12-31"):
        refused = press(
            client,
            f"/admin/parts/purchaseorderline/{line.pk}/act/due/",
            due_on=typo,
            reason="a slip of the hand",
        )
        assert "within four years was expected" in refused.content.decode()
    press(
        client,
        f"/admin/parts/purchaseorderline/{line.pk}/act/receive/",
        quantity="4",
        bin=store.shelf.pk,
    )

    order.refresh_from_db()
    assert order.state == PurchaseOrder.State.RECEIVED
    assert line.due_changes.get().reason == "the maker is late"
    assert position(StockLevel.objects.get()) == (4, 0)


def test_a_quote_is_written_confirmed_and_shipped_on_the_desk() -> None:
    store = Store()
    level = store.receive(5)
    client = desk()

    press(
        client,
        "/admin/parts/partsorder/add/",
        customer=build.customer().pk,
        site=store.site.pk,
        **{
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "0",
            "form-0-part": store.part.pk,
            "form-0-quantity": "2",
            "form-0-unit_price": "900",
        },
    )
    order = PartsOrder.objects.get()
    press(client, f"/admin/parts/partsorder/{order.pk}/act/confirm/")
    assert position(level) == (5, 2)
    press(client, f"/admin/parts/partsorder/{order.pk}/act/ship/", carrier="Yamato")

    order.refresh_from_db()
    assert order.state == PartsOrder.State.SHIPPED
    assert position(level) == (3, 0)


def test_wishes_are_held_drawn_and_given_up_by_buttons() -> None:
    store = Store()
    level = store.receive(5)
    drawn, dropped = store.want(2), store.want(1)
    client = desk()

    press(client, f"/admin/parts/demand/{drawn.pk}/act/hold/")
    press(client, f"/admin/parts/demand/{drawn.pk}/act/issue/", quantity="2")
    press(client, f"/admin/parts/demand/{dropped.pk}/act/cancel/", reason="not needed")

    states = dict(Demand.objects.values_list("pk", "state"))
    assert states == {drawn.pk: "FULFILLED", dropped.pk: "CANCELLED"}
    assert position(level) == (3, 0)


def test_holds_are_released_together_with_a_reason() -> None:
    store = Store()
    level = store.receive(5)
    for n in range(2):
        commands.reserve_stock(
            level_id=level.pk, quantity=D(1), demand_key=f"q:{n}", key=key(), at=NOW
        )
    client = desk()
    ids = list(Reservation.objects.values_list("pk", flat=True))
    body = {"action": "release", "_selected_action": ids}

    client.post("/admin/parts/reservation/", body)
    assert position(level) == (5, 2)
    client.post("/admin/parts/reservation/", {**body, "reason": "the quote lapsed"})
    assert position(level) == (5, 0)


@pytest.mark.parametrize(
    "name", ["stocklevel", "stockmovement", "reservation", "demand", "availability"]
)
def test_ledgers_are_read_only(name: str) -> None:
    client = desk(Role.MANAGER)
    assert client.get(f"/admin/parts/{name}/add/").status_code == 403
    row_free = client.post(f"/admin/parts/{name}/1/delete/", {"post": "yes"})
    assert row_free.status_code in (302, 403)


def edit_part(client: Client, part: Part, **values: Any) -> Any:
    """Send a part's page with its lines as a browser would."""
    path = f"/admin/parts/part/{part.pk}/change/"
    page = client.get(path)
    body: dict[str, Any] = {}
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            body[field.html_name] = "" if value is None else value
    return client.post(path, {**body, **values})


def test_an_edit_of_a_part_is_written_down_and_answers_are_asked_again() -> None:
    store = Store()
    client = desk()

    answer = edit_part(client, store.part, name_ja="ガスケット")

    assert answer.status_code == 302
    store.part.refresh_from_db()
    assert store.part.name_ja == "ガスケット"
    entry = AuditEntry.objects.get()
    assert (entry.command, entry.detail) == ("edit_part", {"fields": ["name_ja"]})


def test_a_number_that_another_part_carries_is_refused_at_its_field() -> None:
    store = Store()
    other = build.part("11111-22222")

    answer = edit_part(
        desk(),
        other,
        **{
            "numbers-TOTAL_FORMS": "2",
            "numbers-1-as_printed": "13020 05u00",
            "numbers-1-part": other.pk,
        },
    )

    assert answer.status_code == 200
    assert "Another part carries this number." in answer.content.decode()
    assert store.part.numbers.count() == 1
    assert other.numbers.count() == 1


def test_two_current_numbers_are_refused() -> None:
    other = build.part("11111-22222")

    answer = edit_part(
        desk(),
        other,
        **{
            "numbers-TOTAL_FORMS": "2",
            "numbers-1-as_printed": "33333-44444",
            "numbers-1-is_primary": "on",
            "numbers-1-part": other.pk,
        },
    )

    assert answer.status_code == 200
    assert other.numbers.count() == 1


def test_the_first_page_counts_what_needs_a_hand() -> None:
    store = Store()
    store.want(1)
    commands.check_all_availability(at=NOW)

    page = desk().get("/admin/")

    numbers = {str(row.label): row.count for row in page.context["numbers"]}
    assert numbers["Shortages"] == 1
    for row in page.context["numbers"]:
        if row.url:
            assert desk().get(row.url).status_code == 200


def test_technicians_and_customers_stay_outside() -> None:
    level = Store().receive(1)
    for role in (Role.TECHNICIAN, Role.CUSTOMER):
        for path in ("", "parts/part/", f"parts/stocklevel/{level.pk}/act/scrap/"):
            assert desk(role).get(f"/admin/{path}").status_code == 403


def test_an_open_wish_is_not_called_unpaid() -> None:
    with translation.override("ja"):
        assert Demand.State.OPEN.label == "未処理"
