"""Customers' orders on the desk, over the API, in the portal, on paper and by mail."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from common.invariants import violations
from common.models import OutboxEvent
from common.money import display
from parts import commands, effects, papers, queries, tasks
from parts.models import PartsOrder, Return, Shipment, StockLevel
from tests import build
from tests.parts.pdf import text_of
from tests.parts.selling import listed, packed, pay, quoted, shipped, sold_out
from tests.parts.store import NOW, D, Store, key
from workshop.models import Customer, ExchangeRate, Role

pytestmark = pytest.mark.django_db
State = PartsOrder.State
API = "/api/v1"


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def desk(role: str = Role.PARTS) -> Client:
    return client_of(build.user(role))


def press(client: Client, path: str, **values: Any) -> Any:
    answer = client.post(path, {"idempotency_key": key(), **values})
    assert answer.status_code == 302, answer.content.decode()
    return answer


def post(client: Client, path: str, expected: int = 200, **body: Any) -> dict[str, Any]:
    answer = client.post(
        f"{API}/{path}/",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": key()},
    )
    assert answer.status_code == expected, answer.content.decode()
    return dict(answer.json())


def offered(store: Store, customer: Customer | None = None, **terms: Any) -> PartsOrder:
    order = quoted(store, 2, customer, terms=commands.Terms(**terms))
    return commands.offer_quote(
        order_id=order.pk,
        valid_until=timezone.localdate() + timedelta(days=9),
        at=timezone.now(),
    )


def lines(*rows: tuple[int, Any, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "form-TOTAL_FORMS": str(len(rows)),
        "form-INITIAL_FORMS": "0",
    }
    for n, (part, quantity, price) in enumerate(rows):
        values |= {
            f"form-{n}-part": part,
            f"form-{n}-quantity": quantity,
            f"form-{n}-unit_price": price,
        }
    return values


def test_an_order_goes_its_whole_way_by_the_desks_buttons() -> None:
    store = Store()
    store.receive(5)
    client = desk()
    at = "/admin/parts/partsorder"
    press(
        client,
        f"{at}/add/",
        customer=build.customer().pk,
        site=store.site.pk,
        deposit_percent="50",
        **lines((store.part.pk, 2, 900)),
    )
    order = PartsOrder.objects.get()
    assert client.get(f"{at}/{order.pk}/lines/").status_code == 200
    press(client, f"{at}/{order.pk}/lines/", **lines((store.part.pk, 3, 1000)))
    press(client, f"{at}/{order.pk}/act/terms/", freight="500", deposit_percent="50")
    until = timezone.localdate() + timedelta(days=9)
    press(client, f"{at}/{order.pk}/act/send/", valid_until=until.isoformat())
    press(client, f"{at}/{order.pk}/act/hold/")
    press(client, f"{at}/{order.pk}/act/confirm/")
    pay(order)
    press(client, f"{at}/{order.pk}/act/deposit/")
    press(client, f"{at}/{order.pk}/act/pick/")
    parcel = Shipment.objects.get()
    pick = f"/admin/parts/shipment/{parcel.pk}/pick/"
    assert client.get(pick).status_code == 200
    assert client.post(pick, {"code": "nothing"}).status_code == 409
    assert client.post(pick, {"line": "x", "picked": "yes"}).status_code == 404
    press(client, pick, code="1302005u00")
    page = f"/admin/parts/shipment/{parcel.pk}/act"
    press(client, f"{page}/pack/", boxes="1", weight_grams="900")
    press(client, f"{page}/ship/", carrier="Yamato", tracking_number="T-1")
    press(client, f"{page}/deliver/")
    press(client, f"{at}/{order.pk}/act/invoice/", due_on=until.isoformat())
    press(
        client,
        f"{at}/{order.pk}/act/return/",
        line=order.lines.get().pk,
        kind="RETURN",
        quantity="1",
        reason="wrong",
    )
    back = Return.objects.get()
    page = f"/admin/parts/return/{back.pk}/act"
    press(client, f"{page}/receive/", bin=store.closed.pk)
    press(client, f"{page}/refund/")

    order.refresh_from_db()
    back.refresh_from_db()
    assert (order.state, order.deposit) == (State.DELIVERED, 1750)
    assert (back.state, back.refund) == (Return.State.REFUNDED, 1100)
    assert [level.on_hand for level in StockLevel.objects.order_by("pk")] == [2, 1]
    assert violations() == []
    for path in (f"{at}/{order.pk}/change/", f"{at}/", "/admin/parts/shipment/"):
        assert client.get(path).status_code == 200


def test_the_rest_of_an_order_is_given_up_by_its_buttons() -> None:
    store = Store()
    store.receive(1)
    client = desk()
    order = quoted(store, 3)
    at = f"/admin/parts/partsorder/{order.pk}/act"
    press(client, f"{at}/confirm/")
    press(client, f"{at}/pick/", lines=[order.lines.get().pk])
    parcel = Shipment.objects.get()
    press(client, f"/admin/parts/shipment/{parcel.pk}/act/cancel/", reason="rain")
    press(client, f"{at}/ship/", carrier="Yamato")
    press(client, f"{at}/give-up/", reason="ended")

    order.refresh_from_db()
    assert order.state == State.SHIPPED
    assert violations() == []


def test_managers_enter_rates_on_the_desk_and_over_the_api() -> None:
    client = desk(Role.MANAGER)
    page = "/admin/workshop/exchangerate/add/"
    assert client.get(page).status_code == 200
    said = {
        "currency": "gbp",
        "base": "JPY",
        "valid_on": "2026-11-20",
        "source": "bank",
    }
    press(client, page, per_unit="190.5", **said)
    told = post(
        client, "exchange-rates", 201, per_unit="191", **{**said, "currency": "EUR"}
    )

    assert told["per_unit"] == "191.00000000"
    rows = ExchangeRate.objects.order_by("pk").values_list("currency", "per_unit")
    assert list(rows) == [("GBP", D("190.5")), ("EUR", D(191))]
    post(client, "exchange-rates", 400, per_unit="0", **{**said, "currency": "EUR"})


def test_an_order_goes_its_whole_way_over_the_api() -> None:
    store = Store()
    store.receive(5)
    client = desk()
    buyer = build.customer()
    placed = post(
        client,
        "parts-orders",
        201,
        customer=buyer.pk,
        site=store.site.pk,
        destination="GB",
        deposit="100",
        lines=[{"part": store.part.pk, "quantity": "2", "unit_price": "900"}],
    )
    order = f"parts-orders/{placed['id']}"
    until = (timezone.localdate() + timedelta(days=9)).isoformat()
    changed = post(client, f"{order}/change", freight="200", incoterm="DAP")
    post(client, f"{order}/offer", valid_until=until)
    post(client, f"{order}/hold")
    mine = client_of(buyer.user)
    post(mine, f"{order}/accept", 412, digest=changed["digest"])
    seen = mine.get(f"{API}/{order}/").json()
    accepted = post(mine, f"{order}/accept", digest=seen["digest"])
    post(client, f"{order}/settle-deposit", 409)
    post(client, f"{order}/waive-deposit", reason="friend")
    parcel = post(client, f"{order}/pick", 201)
    post(client, f"{order}/pick", 409)
    at = f"shipments/{parcel['id']}"
    post(client, f"{at}/pack", 409, boxes=1, weight_grams=1)
    post(client, f"{at}/tick", code="13020-05U00")
    post(client, f"{at}/tick", line=parcel["lines"][0]["id"], is_picked=True)
    post(client, f"{at}/pack", boxes=1, weight_grams=700)
    post(client, f"{at}/ship", carrier="DHL")
    post(client, f"{at}/deliver")
    post(client, f"{order}/invoice", due_on=until)
    back = post(
        client,
        f"{order}/agree-return",
        201,
        line=placed["lines"][0]["id"],
        kind="RETURN",
        quantity="1",
        reason="wrong",
    )
    post(client, f"returns/{back['id']}/receive", bin=store.shelf.pk)
    refunded = post(client, f"returns/{back['id']}/refund")
    other = post(
        client,
        f"{order}/agree-return",
        201,
        line=placed["lines"][0]["id"],
        kind="RETURN",
        quantity="1",
        reason="too",
    )
    post(client, f"returns/{other['id']}/refuse", reason="late")

    assert accepted["state"] == "ACCEPTED"
    assert changed["sum"] == {
        "net": "2000.00", "tax": "0.00", "total": "2000.00", "deposit": "100.00",
    }  # fmt: skip
    assert refunded["refund"] == "900.00"
    assert client.get(f"{API}/{order}/").json()["state"] == "DELIVERED"
    assert violations() == []


def test_a_customer_reads_and_accepts_a_quote_in_the_portal() -> None:
    store = Store()
    store.receive(5)
    order = offered(store)
    client = client_of(order.customer.user)
    page = client.get(f"/portal/orders/{order.number}/")
    digest = page.context["page"].digest
    assert "¥1,980" in page.content.decode()

    stale = client.post(f"/portal/orders/{order.number}/accept/", {"digest": "x"})
    for _ in range(2):
        press(client, f"/portal/orders/{order.number}/accept/", digest=digest)

    order.refresh_from_db()
    assert (stale.status_code, order.state) == (412, State.CONFIRMED)
    other = client_of(build.customer().user)
    assert other.post(f"/portal/orders/{order.number}/accept/").status_code == 404


def test_the_portal_begins_with_the_quotes_that_wait_for_a_yes() -> None:
    store = Store()
    order = offered(store)
    draft = quoted(store, 1, order.customer)
    over = offered(store, order.customer)
    day = timezone.localdate() - timedelta(days=1)
    PartsOrder.objects.filter(pk=over.pk).update(valid_until=day)
    foreign = offered(store, build.customer())
    client = client_of(order.customer.user)

    page = client.get("/portal/").content.decode()

    waiting, projects = page.index('id="waiting"'), page.index('id="projects"')
    assert waiting < page.index(order.number) < projects
    assert page.index("Valid until") < projects
    assert "¥1,980" in page
    assert f"/portal/orders/{order.number}/" in page
    assert [n for n in (draft, over, foreign) if n.number in page] == []
    commands.accept_quote(
        order_id=order.pk,
        seen=queries.quote_digest(order, order.lines.all()),
        actor_id=order.customer.user_id,
        at=timezone.now(),
    )
    assert order.number not in client.get("/portal/").content.decode()


def test_a_quotes_last_day_is_that_of_its_site_wherever_it_is_read() -> None:
    order = offered(Store())
    until = order.valid_until
    assert until is not None
    tokyo = ZoneInfo(order.site.time_zone)
    last = datetime.combine(until, time(23, 59), tokyo)
    user = order.customer.user
    assert user is not None

    assert queries.quotes_waiting(user, at=last) == [order]
    with timezone.override("America/Los_Angeles"):
        assert queries.quotes_waiting(user, at=last + timedelta(minutes=1)) == []


def test_an_expired_quote_tells_its_customer_what_to_do() -> None:
    order = offered(Store())
    PartsOrder.objects.update(valid_until=timezone.localdate() - timedelta(days=1))
    client = client_of(order.customer.user)

    page = client.get(f"/portal/orders/{order.number}/")
    order.refresh_from_db()
    refused = client.post(
        f"/portal/orders/{order.number}/accept/",
        {"digest": queries.quote_digest(order, order.lines.all())},
    )

    assert "has expired" in page.content.decode()
    assert "Accept this quote" not in page.content.decode()
    assert refused.status_code == 409
    assert "new last day" in refused.content.decode()


def test_the_order_page_says_where_every_piece_is() -> None:
    store = Store()
    store.receive(4)
    arriving = store.order(1)
    order = quoted(store, 7)
    commands.confirm_parts_order(order_id=order.pk, at=NOW)
    first = shipped(packed(listed(order)))
    store.receive(1)
    commands.serve_back_orders(part_ids=[store.part.pk], at=NOW)
    commands.check_availability(part_ids=[store.part.pk], at=NOW)
    back = commands.agree_return(
        line_id=order.lines.get().pk,
        kind="RETURN",
        quantity=D(1),
        reason="wrong",
        key=key(),
        at=NOW,
    )

    page = queries.customer_order_page(order.customer.user, number=order.number)

    assert arriving.due_on
    said = [(place.state, place.text) for place in page.lines[0].places]
    assert said[:3] == [
        ("WAITING", "1 of 7: Return expected"),
        ("RUNNING", f"4 of 7: In parcel {first.number}"),
        ("READY", "1 of 7: Held for you"),
    ]
    assert said[3][1].startswith("2 of 7: ")
    names = {(paper.kind, paper.number) for paper in page.papers}
    assert names == {
        ("quote", order.number),
        ("invoice", first.number),
        ("packing_list", first.number),
        ("return_note", back.number),
    }
    with translation.override("ja"):
        client = client_of(order.customer.user)
        answer = client.get(f"/portal/orders/{order.number}/")
    assert answer.status_code == 200


def test_the_order_page_asks_as_much_for_twelve_lines_as_for_two() -> None:
    store = Store()
    store.receive(5)
    asked = []
    for count in (2, 12):
        order = commands.place_parts_order(
            customer_id=build.customer().pk,
            site_id=store.site.pk,
            lines=[
                commands.Sold(part_id=build.part().pk, quantity=D(1), unit_price=D(9))
                for _n in range(count)
            ],
            key=key(),
            at=NOW,
        )
        commands.confirm_parts_order(order_id=order.pk, at=NOW)
        client = client_of(order.customer.user)
        client.get(f"/portal/orders/{order.number}/")
        with CaptureQueriesContext(connection) as found:
            client.get(f"/portal/orders/{order.number}/")
        asked.append(len(found))

    assert asked[0] == asked[1]


@pytest.fixture
def sale() -> PartsOrder:
    """A shipped export with everything that customs ask for."""
    store = Store(
        part=build.part(
            "13020-05U00",
            name_en="Cam sprocket",
            name_ja="カムスプロケット",
            hs_code="848390",
            origin_country="JP",
            weight_grams=450,
            un_number="UN1263",
            hazard_class="3",
            packing_group="II",
        )
    )
    store.receive(5)
    return sold_out(
        store,
        2,
        line={"core_charge": D(100)},
        terms=commands.Terms(
            destination="GB",
            ship_to="1 Low Road\nLeeds",
            incoterm="DAP",
            freight=D(500),
        ),
    )


def paper(order: PartsOrder, kind: str, number: str, language: str) -> str:
    with translation.override(language):
        found = queries.paper(build.user(Role.PARTS), kind=kind, number=number)
        return text_of(papers.press(found.template, found.contents))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Commercialinvoice", "Camsprocket", "Dangerousgoods:UN1263,class3"]),
        ("ja", ["コマーシャルインボイス", "カムスプロケット", "危険物：UN1263"]),
    ],
)
def test_a_commercial_invoice_says_what_customs_ask_for(
    sale: PartsOrder, language: str, words: list[str]
) -> None:
    parcel = sale.shipments.get()

    said = paper(sale, "invoice", parcel.number, language)

    money = queries.order_money(sale, sale.lines.all())
    total = display(money.whole.total, "JPY", language)
    for word in [*words, "848390", "DAP", "1.2kg", "13020-05U00", total, "LowRoad"]:
        assert "".join(word.split()) in said
    assert total == "¥2,500"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Packinglist"), ("ja", "パッキングリスト")]
)
def test_a_packing_list_weighs_and_a_pick_list_leads_to_the_bins(
    sale: PartsOrder, language: str, words: str
) -> None:
    parcel = sale.shipments.get()
    line = parcel.lines.select_related("level__bin").get()

    packing = paper(sale, "packing_list", parcel.number, language)
    picking = paper(sale, "pick_list", parcel.number, language)

    assert words in packing
    assert "0.9kg" in packing
    assert line.level.bin.code in picking


@pytest.mark.parametrize(("language", "word"), [("en", "Quote"), ("ja", "見積")])
def test_a_quote_on_paper_says_what_its_page_says(language: str, word: str) -> None:
    order = offered(Store(), deposit_percent=D(50))

    said = paper(order, "quote", order.number, language)

    for each in (word, "¥1,980", "¥990", order.number):
        assert each in said


def test_papers_open_on_the_desk_over_the_api_and_in_the_portal(
    sale: PartsOrder,
) -> None:
    parcel, client = sale.shipments.get(), desk()
    own = client_of(sale.customer.user)
    portal = f"/portal/orders/{sale.number}/papers"

    for reader, path in (
        (client, f"/admin/parts/partsorder/{sale.pk}/paper/?kind=quote&lang=ja"),
        (client, f"/admin/parts/shipment/{parcel.pk}/paper/?kind=invoice"),
        (client, f"{API}/shipments/{parcel.pk}/paper/?kind=packing_list"),
        (own, f"{portal}/invoice/?of={parcel.number}"),
    ):
        answer = reader.get(path)
        assert answer.status_code == 200, path
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
    for path in (
        f"{portal}/pick_list/?of={parcel.number}",
        f"{portal}/invoice/?of=SH-999999",
        f"{API}/shipments/{parcel.pk}/paper/?kind=pick_list",
    ):
        assert own.get(path).status_code == 404, path


def test_a_press_that_does_not_finish_is_a_refusal() -> None:
    with pytest.raises(papers.PaperFailed):
        papers.press("quote", {}, seconds=0)
    with pytest.raises(papers.PaperFailed):
        papers.press("quote", {"title": "nothing else"})


def test_mails_are_written_in_the_customers_language_and_time() -> None:
    store = Store()
    store.receive(5)
    buyer = build.customer(
        language="ja", email="buyer@example.com", time_zone="Europe/London"
    )
    order = offered(store, buyer, deposit_percent=D(50))
    event = OutboxEvent.objects.get(task="parts.mail_quote")
    for _ in range(2):
        effects.mail_quote(**event.payload)
    commands.confirm_parts_order(order_id=order.pk, at=timezone.now())
    effects.mail_quote(**event.payload)
    pay(order)
    tasks.invoice_paid(subject_key=f"parts-order:{order.pk}")
    tasks.invoice_paid(subject_key="project:1")
    effects.mail_deposit(order_id=order.pk)
    parcel = shipped(packed(listed(order)), tracking_number="T-77")
    effects.mail_shipped(shipment_id=parcel.pk)

    order.refresh_from_db()
    assert order.state == State.SHIPPED
    assert [each.to for each in mail.outbox] == [["buyer@example.com"]] * 4
    first, again, deposit, sent = mail.outbox
    assert first.extra_headers["Message-ID"] == again.extra_headers["Message-ID"]
    assert "お見積り" in first.subject
    assert "¥" in deposit.body
    assert "T-77" in sent.body
    assert "2026年11月23日" in sent.body
    assert f"/portal/orders/{order.number}/" in sent.body
