"""The desk's rounds without a mouse: a hand's keys, and a scanner's faster ones."""

import os
import time
from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from parts import commands
from parts.models import Bin, Count, CountLine, Return, StockLevel
from tests import build
from tests.parts.selling import confirmed, listed, packed, shipped
from tests.parts.store import NOW, Store, key, position
from workshop.models import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HAND_MS, SCANNER_SECONDS = 60, 0.005
DESK = "/admin/"
# Whether one sees where the cursor is, and nothing lies over it.
SEEN = """() => {
  const one = document.activeElement;
  const box = one.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const top = document.elementFromPoint(x, y);
  const style = getComputedStyle(one);
  const ring = style.outlineStyle !== "none" || style.boxShadow !== "none";
  return ring && (one.contains(top) || top.contains(one));
}"""


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
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []
    context.close()


def type_in(page: Page, text: str) -> None:
    page.keyboard.type(text, delay=HAND_MS)


def scan(page: Page, code: str) -> None:
    """Type as a scanner does; the keys' own instants say how fast it was."""
    keyboard = page.context.new_cdp_session(page)
    start = time.time()
    for place, char in enumerate([*code, "\r"]):
        keyboard.send(
            "Input.dispatchKeyEvent",
            {
                "type": "keyDown",
                "text": char,
                "key": "Enter" if char == "\r" else char,
                "windowsVirtualKeyCode": 13 if char == "\r" else 0,
                "timestamp": start + place * SCANNER_SECONDS,
            },
        )
    keyboard.detach()


def scan_on(page: Page, code: str) -> None:
    """Scan what leads to another page, and wait for it."""
    with page.expect_navigation():
        scan(page, code)
    expect(page.locator("body")).to_be_visible()


def enter(page: Page) -> None:
    """Press Enter, which sends or follows, and wait until the page has settled."""
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_timeout(50)


def tab_to(page: Page, selector: str) -> None:
    """Go there key by key; at each stop one sees where one is."""
    for _ in range(60):
        if page.evaluate("what => document.activeElement.matches(what)", selector):
            assert page.evaluate(SEEN)
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never leads to {selector}")


def test_a_number_in_any_spelling_leads_down_to_its_part(
    page: Page, store: Store
) -> None:
    for spelling in ("13020-05U00", "1302005u00", "１３０２０－０５Ｕ００"):
        page.goto(DESK)
        type_in(page, spelling)
        enter(page)
        expect(page.locator("#content ul.list a")).to_contain_text("13020-05U00")
    page.goto("/admin/parts/part/")
    page.keyboard.press("/")
    expect(page.locator("#searchbar")).to_be_focused()
    type_in(page, "13020")
    enter(page)
    expect(page.locator("#searchbar")).to_be_focused()
    page.keyboard.press("ArrowDown")
    enter(page)

    assert f"/admin/parts/part/{store.part.pk}/change/" in page.url


def test_a_line_is_received_into_the_bin_that_was_scanned(
    page: Page, store: Store
) -> None:
    line = store.order(10)
    page.goto(f"/admin/parts/purchaseorderline/{line.pk}/act/receive/")
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


def test_positions_are_put_away_by_their_labels_and_the_bins(
    page: Page, store: Store
) -> None:
    dock = build.bin(store.site, kind=Bin.Kind.RECEIVING)
    one = store.receive(2, bin_id=dock.pk)
    two = store.receive(4, bin_id=dock.pk, part_id=build.part("11000-05U00").pk)
    page.goto("/admin/parts/stocklevel/put-away/")

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


def test_a_bin_is_counted_blind_scan_by_scan(page: Page, store: Store) -> None:
    level = store.receive(5)
    other = store.receive(1, part_id=build.part("11000-05U00").pk)
    count = commands.open_count(
        site_id=store.site.pk,
        kind=Count.Kind.CYCLE,
        bin_id=store.shelf.pk,
        reason="due",
        is_blind=True,
        key=key(),
        at=NOW,
    )
    page.goto(f"/admin/parts/count/{count.pk}/finds/")

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


def test_a_parcel_is_picked_and_packed_by_its_labels(page: Page, store: Store) -> None:
    level = store.receive(5)
    parcel = listed(confirmed(store))
    page.goto(DESK)

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


def test_an_order_goes_from_its_pick_list_to_the_refund(
    page: Page, store: Store
) -> None:
    level = store.receive(5)
    order = confirmed(store)
    page.goto(f"/admin/parts/partsorder/{order.pk}/change/")

    press(page, "pick")
    enter(page)
    # The list under the hand comes by itself; the first scan ticks.
    scan_on(page, "13020-05U00")
    shipped(packed(order.shipments.get()))
    page.goto(f"/admin/parts/partsorder/{order.pk}/change/")
    press(page, "return")
    tab_to(page, "[name=quantity]")
    scan(page, "http://house/s/l/1")
    type_in(page, "1")
    tab_to(page, "[name=reason]")
    type_in(page, "fits not")
    enter(page)
    press(page, "receive")
    page.keyboard.press("ArrowDown")
    tab_to(page, ".act-form button")
    enter(page)
    press(page, "refund")
    enter(page)

    back = Return.objects.get(line__order=order)
    assert (back.state, back.quantity) == (Return.State.REFUNDED, 1)
    assert StockLevel.objects.get(pk=level.pk).on_hand < 5


def press(page: Page, act: str) -> None:
    """Go to the button of a page and into what it asks."""
    tab_to(page, f"a[href*='/act/{act}/']")
    enter(page)
