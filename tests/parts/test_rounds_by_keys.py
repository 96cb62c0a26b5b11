"""The desk's rounds without a mouse: a hand's keys, and a scanner's faster ones."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from parts import commands
from parts.commands import importing
from parts.models import (
    Bin,
    Count,
    CountLine,
    Import,
    Reservation,
    Return,
    StockLevel,
)
from restoration.models import Arbitration
from tests import build
from tests.parts.files import as_csv
from tests.parts.hands import (
    SEEN,
    await_drawn,
    enter,
    go_to,
    press,
    press_button,
    scan,
    scan_on,
    sign_in,
    tab_to,
    type_in,
)
from tests.parts.selling import confirmed, listed, packed, pay, shipped
from tests.parts.store import NOW, D, Store, key, position
from workshop.models import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESK = "/admin/"


@pytest.fixture
def store() -> Store:
    return Store()


# The narrower page with the longer words every day, all four in `make trust`.
LOOKS = [("ja", 820), ("en", 1440), ("en", 820), ("ja", 1440)]
SHOWN = LOOKS if os.environ.get("LOOKS") == "all" else LOOKS[:1]


@pytest.fixture(params=SHOWN, ids=[f"{words}-{width}" for words, width in SHOWN])
def page(
    request: pytest.FixtureRequest, chromium: Browser, live_server: LiveServer
) -> Iterator[Page]:
    """The page of parts staff, in each look that is asked for."""
    language, width = request.param
    client = Client()
    client.force_login(build.user(Role.PARTS, language=language))
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        base_url=live_server.url,
        locale=language,
        reduced_motion="reduce",
    )
    for name, value in (
        ("sessionid", client.cookies["sessionid"].value),
        ("django_language", language),
    ):
        context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []
    context.close()


def test_a_number_in_any_spelling_leads_down_to_its_part(
    page: Page, store: Store
) -> None:
    for spelling in ("13020-05U00", "1302005u00", "１３０２０－０５Ｕ００"):
        go_to(page, DESK)
        type_in(page, spelling)
        enter(page)
        expect(page.locator("#content ul.list a")).to_contain_text("13020-05U00")
    go_to(page, "/admin/parts/part/")
    page.keyboard.press("/")
    expect(page.locator("#searchbar")).to_be_focused()
    type_in(page, "13020")
    enter(page)
    expect(page.locator("#searchbar")).to_be_focused()
    page.keyboard.press("ArrowDown")
    enter(page)

    assert f"/admin/parts/part/{store.part.pk}/change/" in page.url
    go_to(page, "/admin/parts/part/")
    page.keyboard.press("/")
    scan_on(page, f"http://house/s/b/{store.shelf.pk}")
    expect(page.locator("#content")).to_contain_text(store.shelf.code)


def test_a_line_is_received_into_the_bin_that_was_scanned_and_taken_back(
    page: Page, store: Store
) -> None:
    line = store.order(10)
    go_to(page, f"/admin/parts/purchaseorderline/{line.pk}/act/receive/")
    expect(page.locator("[name=quantity]")).to_be_focused()

    type_in(page, "3")
    scan(page, f"http://house/s/b/{store.shelf.pk}")
    # The hand reaches Enter only in the field after the bin: nothing was sent early.
    assert page.url.endswith("/act/receive/")
    expect(page.locator("[name=bin]")).to_have_value(str(store.shelf.pk))
    expect(page.locator("[name=quantity]")).to_have_value("3")
    enter(page)

    expect(page.locator("[data-answers]")).to_be_focused()
    line.refresh_from_db()
    assert line.received == 3

    go_to(page, "/admin/parts/stockmovement/")
    tab_to(page, "#result_list tbody th a")
    enter(page)
    press(page, "reverse")
    expect(page.locator("[name=reason]")).to_be_focused()
    type_in(page, "wrong box")
    enter(page)

    expect(page.locator("[data-answers]")).to_be_focused()
    line.refresh_from_db()
    assert line.received == 0
    assert position(StockLevel.objects.get()) == (0, 0)


def test_positions_are_put_away_by_their_labels_then_held_and_let_go(
    page: Page, store: Store
) -> None:
    dock = build.bin(store.site, kind=Bin.Kind.RECEIVING)
    one = store.receive(2, bin_id=dock.pk)
    two = store.receive(4, bin_id=dock.pk, part_id=build.part("11000-05U00").pk)
    go_to(page, "/admin/parts/stocklevel/put-away/")

    for level in (two, one):
        scan(page, f"http://house/s/l/{level.pk}")
        expect(page.locator(f"[name=bin-{level.pk}]")).to_be_focused()
        scan(page, f"http://house/s/b/{store.shelf.pk}")
        expect(page.locator(f"[name=bin-{level.pk}]")).to_have_value(store.shelf.code)
    tab_to(page, "button[name=do][value=look]")
    enter(page)
    # Before the moves are made a scan is no consent.
    scan(page, f"http://house/s/l/{one.pk}")
    assert StockLevel.objects.filter(bin=dock, on_hand__gt=0).count() == 2
    tab_to(page, "button[name=do][value=move]")
    enter(page)

    expect(page.locator("[data-answers]")).to_be_focused()
    there = StockLevel.objects.filter(bin=store.shelf).order_by("on_hand")
    assert list(there.values_list("on_hand", flat=True)) == [2, 4]

    scan_on(page, f"http://house/s/l/{there[0].pk}")
    press(page, "hold")
    expect(page.locator("[name=quantity]")).to_be_focused()
    type_in(page, "1")
    tab_to(page, "[name=demand_key]")
    type_in(page, "for the show")
    enter(page)
    # Back where the scan led to: the next one is waited for, and the answer read out.
    expect(page.locator("#code")).to_be_focused()
    expect(page.locator("[data-says]")).not_to_be_empty()
    assert position(there[0]) == (2, 1)
    go_to(page, "/admin/parts/reservation/")
    tab_to(page, "#result_list tbody th a")
    enter(page)
    press(page, "release")
    expect(page.locator("[name=reason]")).to_be_focused()
    type_in(page, "the show is off")
    enter(page)
    assert position(there[0]) == (2, 0)


def test_a_bin_is_counted_blind_scan_by_scan_and_another_agrees(
    page: Page, store: Store
) -> None:
    level = store.receive(5)
    other = store.receive(1, part_id=build.part("11000-05U00").pk)
    count = commands.open_count(
        site_id=store.site.pk,
        kind=Count.Kind.CYCLE,
        bin_id=store.shelf.pk,
        reason="due",
        approval_limit=D(50),
        is_blind=True,
        key=key(),
        at=NOW,
    )
    go_to(page, f"/admin/parts/count/{count.pk}/finds/")

    scan_on(page, store.shelf.code)
    for each, counted in ((level, "4"), (other, "1")):
        scan_on(page, f"http://house/s/l/{each.pk}")
        expect(page.locator("[name=counted]")).to_be_focused()
        type_in(page, counted)
        enter(page)
        expect(page.locator("#code")).to_be_focused()
        expect(page.locator("[data-says]")).not_to_be_empty()

    lines = CountLine.objects.filter(count=count).order_by("level")
    assert list(lines.values_list("counted", flat=True)) == [4, 1]

    tab_to(page, f"a[href$='/count/{count.pk}/change/']")
    enter(page)
    press(page, "submit")
    press_button(page)
    # Who counted does not agree to the difference; that is said where one stands.
    press(page, "write")
    press_button(page)
    expect(page.locator(".problems")).to_be_focused()
    assert page.evaluate(SEEN)
    count.refresh_from_db()
    assert count.state == Count.State.COUNTED
    sign_in(page, Role.MANAGER)
    go_to(page, f"/admin/parts/count/{count.pk}/change/")
    press(page, "write")
    press_button(page)

    expect(page.locator("[data-answers]")).to_be_focused()
    count.refresh_from_db()
    assert count.state == Count.State.POSTED
    assert position(level) == (4, 0)


def test_a_parcel_is_picked_and_packed_by_its_labels(page: Page, store: Store) -> None:
    level = store.receive(5)
    parcel = listed(confirmed(store))
    go_to(page, DESK)

    scan_on(page, f"http://house/s/sh/{parcel.pk}")
    assert page.url.endswith(f"/admin/parts/shipment/{parcel.pk}/pick/")
    scan_on(page, "no-such-part")
    expect(page.locator("[role=alert]").first).to_be_visible()
    # Wherever the hand left the cursor, the scan ticks.
    tab_to(page, "a.button--primary")
    scan_on(page, "13020 05u00")
    tab_to(page, "a.button--primary")
    enter(page)
    expect(page.locator("[name=boxes]")).to_be_focused()
    tab_to(page, "[name=weight_grams]")
    type_in(page, "1200")
    enter(page)

    parcel.refresh_from_db()
    assert (parcel.state, parcel.weight_grams) == ("PACKED", 1200)
    assert position(level) == (5, 2)


def test_an_order_goes_from_its_deposit_to_the_refund(page: Page, store: Store) -> None:
    level = store.receive(5)
    order = confirmed(store, terms=commands.Terms(deposit=D(100)))
    pay(order)
    go_to(page, f"/admin/parts/partsorder/{order.pk}/change/")

    press(page, "deposit")
    press_button(page)
    expect(page.locator("[data-answers]")).to_be_focused()
    assert position(level) == (5, 2)
    press(page, "pick")
    enter(page)
    # The list under the hand comes by itself; the first scan ticks.
    scan_on(page, "13020-05U00")
    shipped(packed(order.shipments.get()))
    go_to(page, f"/admin/parts/partsorder/{order.pk}/change/")
    press(page, "return")
    tab_to(page, "[name=quantity]")
    scan(page, "http://house/s/l/1")
    type_in(page, "1")
    tab_to(page, "[name=reason]")
    scan(page, "http://house/s/l/1")
    expect(page.locator("[name=reason]")).to_have_value("")
    type_in(page, "fits not")
    enter(page)
    press(page, "receive")
    page.keyboard.press("ArrowDown")
    press_button(page)
    press(page, "refund")
    enter(page)

    back = Return.objects.get(line__order=order)
    assert (back.state, back.quantity) == (Return.State.REFUNDED, 1)
    assert StockLevel.objects.get(pk=level.pk).on_hand < 5


def test_the_reasons_of_broken_rows_are_fetched_as_a_file(
    page: Page, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    rows = [["品番", "品名"], *([f"13020-{n:05}", "カム"] for n in range(38))]
    rows[20:20] = [["##", "x"], ["13020", ""]]
    # Asked for early: the key that opens the choice would else overtake the wish.
    page.on("filechooser", lambda _choice: None)
    go_to(page, "/admin/parts/import/add/")

    tab_to(page, "[name=kind]")
    type_in(page, str(Import.Kind.CATALOGUE.label)[:2])
    tab_to(page, "[name=file]")
    with page.expect_file_chooser() as chosen:
        page.keyboard.press("Space")
    chosen.value.set_files(
        {"name": "p.csv", "mimeType": "text/csv", "buffer": as_csv(rows, "cp932")}
    )
    press_button(page)
    tab_to(page, "form:has(table) button")
    enter(page)
    importing.check_import(import_id=Import.objects.get().pk, at=NOW)
    page.reload()
    await_drawn(page)
    tab_to(page, "a[href*='/reasons/csv/']")
    with page.expect_download() as fetched:
        page.keyboard.press("Enter")

    lines = fetched.value.path().read_text("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["21", "22"]


def test_a_manager_decides_who_gets_a_scarce_part(page: Page, store: Store) -> None:
    store.receive(1)
    _first, second = [confirmed(store, 1).lines.get().demand for _each in range(2)]
    assert second is not None
    go_to(page, DESK)
    sign_in(page, Role.MANAGER)
    go_to(page, reverse("admin:claims_scarce"))

    tab_to(page, f"a[href*='/{store.part.pk}/']")
    enter(page)
    tab_to(page, f"a[href*='winner={second.pk}']")
    page.keyboard.press("Enter")
    page.wait_for_url("**#decision")
    tab_to(page, "[name=reason]")
    type_in(page, "further")
    tab_to(page, "[name=ground]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#decision button")
    enter(page)

    expect(page.locator("[data-answers]")).to_be_focused()
    assert Arbitration.objects.get().reason == "further"
    held = Reservation.objects.held().values_list("demand", flat=True)
    assert list(held) == [second.pk]
