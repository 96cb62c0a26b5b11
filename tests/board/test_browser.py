"""The board in a real browser: the plan is drawn, and everything can be read."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from restoration import commands
from restoration.models import Assignment, PlanRun, Project
from tests.board.test_worst_first import cars
from tests.restoration.shop import AT, Shop, shop
from tests.restoration.test_plans import in_process
from tests.restoration.test_query_counts import copy_rows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house() -> Shop:
    """A house whose one project is planned."""
    house = shop()
    house.approved()
    run = commands.request_plan(site_id=house.site.pk, cause={}, at=AT)
    commands.run_plan(run_id=run.pk, clock=lambda: AT, solver=in_process)
    return house


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, house: Shop) -> Iterator[Page]:
    client = Client()
    client.force_login(house.manager)
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900}, base_url=live_server.url, locale="en"
    )
    session = client.cookies["sessionid"].value
    context.add_cookies(
        [{"name": "sessionid", "value": session, "url": live_server.url}]
    )
    yield context.new_page()
    context.close()


def test_a_bar_of_the_plan_says_why_it_starts_when_it_does(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text))

    strip = Assignment.objects.get(card__title_en="Strip")
    page.goto(f"/board/plan/?week={strip.starts_at.date()}")
    drawing = page.locator("#plan-board[data-ready]")
    drawing.focus()
    for key in ("ArrowRight", "Enter"):
        drawing.press(key)

    told = page.locator("#plan-chosen [data-told]")
    told.get_by_text("Timing belt, which has no date").wait_for()
    assert drawing.get_attribute("data-chosen") == str(strip.pk)
    assert complaints == []
    # Who has read goes on where they were.
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "plan-board"


@pytest.mark.parametrize(
    ("language", "told"), [("en", "Skip to the drawing"), ("ja", "計画の図へ移動")]
)
def test_three_presses_lead_from_the_top_of_the_page_to_the_drawing(
    page: Page, house: Shop, language: str, told: str
) -> None:
    house.manager.language = language
    house.manager.save()
    page.goto("/board/plan/")
    page.locator("#plan-board[data-ready]").wait_for()
    skip = page.locator("a.skip[href='#plan-board']")
    assert (skip.bounding_box() or {})["y"] < 0

    for _press in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == told
    assert (skip.bounding_box() or {})["y"] >= 0
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "plan-board"
    page.keyboard.press("ArrowRight")
    page.locator("#plan-board[data-chosen]").wait_for()


def test_a_phone_has_no_drawing_to_skip_to(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/board/plan/")

    skip = page.locator("a.skip[href='#plan-board']:not([hidden])")
    skip.wait_for(state="attached")
    assert not skip.is_visible()


def test_keys_carry_a_bar_by_the_hour_in_a_week_and_by_the_day(page: Page) -> None:
    strip = Assignment.objects.get(card__title_en="Strip")
    page.goto(f"/board/plan/?week={strip.starts_at.date()}")
    drawing = page.locator("#plan-board[data-ready]")
    drawing.focus()
    drawing.press("ArrowRight")
    said = page.locator("#plan-chosen [data-said]")
    begun = timezone.localtime(strip.starts_at, ZoneInfo("Asia/Tokyo"))

    told = []
    for press in ("Shift+ArrowRight", "Shift+ArrowRight", "Shift+PageDown"):
        drawing.press(press)
        told.append(said.inner_text())

    drawing.press("?")
    lefts = "all => new Set(all.map((row) => row.offsetLeft)).size"
    assert page.locator(".plan-keys > div").evaluate_all(lefts) == 1

    hours = [begun.replace(minute=0) + timedelta(hours=n) for n in (1, 2, 26)]
    assert [each.split("begins ")[1].split(", ")[:2] for each in told] == [
        [f"{each:%a} {each.day} {each:%b}", f"{each:%H:%M}"] for each in hours
    ]


ASK = "htmx.trigger(document.body, 'pinned')"
NEWER = "A newer plan is in force."


def open_plan(page: Page) -> None:
    """Open the week of the first work, and wait until it is drawn."""
    strip = Assignment.objects.get(card__title_en="Strip")
    page.goto(f"/board/plan/?week={strip.starts_at.date()}")
    page.locator("#plan-board[data-ready]").wait_for()


def newer_plan(house: Shop) -> PlanRun:
    run = commands.request_plan(site_id=house.site.pk, cause={}, at=AT)
    done = commands.run_plan(run_id=run.pk, clock=lambda: AT, solver=in_process)
    assert done is not None
    return done


@pytest.mark.parametrize("weeks_later", [0, 10])
def test_a_drawing_that_renewed_itself_needs_no_word_of_a_newer_plan(
    page: Page, house: Shop, weeks_later: int
) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(error.message))
    open_plan(page)
    page.evaluate(
        """weeks => {
          const place = document.querySelector("[data-scroller]");
          place.scrollLeft += weeks * place.clientWidth;
        }""",
        weeks_later,
    )
    run = newer_plan(house)

    with page.expect_response(lambda answer: "/plan/state/" in answer.url):
        page.evaluate(ASK)
    page.locator(f"#plan-state[data-seen='{run.pk}']").wait_for(state="attached")

    assert page.locator(f"#plan-board[data-run='{run.pk}'][data-ready]").count() == 1
    assert page.get_by_text(NEWER).count() == 0
    # What stands around it is of the same plan.
    first = page.locator("#plan-lines tbody a").first.get_attribute("href") or ""
    assert Assignment.objects.get(pk=first.rstrip("/").split("/")[-1]).run == run
    assert page.locator("#plan-runs li").count() == 2
    with page.expect_response(lambda answer: f"seen={run.pk}" in answer.url):
        page.evaluate(ASK)
    assert errors == []


def test_a_drawing_that_shows_the_plan_of_before_says_so(
    page: Page, house: Shop
) -> None:
    open_plan(page)
    page.route("**/board/plan/bars/**", lambda route: route.abort())

    with page.expect_request_finished(lambda asked: "/plan/?week" in asked.url):
        newer_plan(house)
        page.evaluate(ASK)

    page.get_by_text(NEWER).wait_for()
    page.unroute("**/board/plan/bars/**")
    page.get_by_text(NEWER).wait_for(state="detached")


def test_who_reads_a_line_of_the_plan_keeps_it(page: Page, house: Shop) -> None:
    open_plan(page)
    page.locator("#plan-lines tbody a").first.focus()
    run = newer_plan(house)
    page.evaluate(ASK)
    page.locator(f"#plan-board[data-run='{run.pk}'][data-ready]").wait_for()

    standing = page.evaluate("document.activeElement.closest('section').id")
    assert (standing, page.get_by_text(NEWER).count()) == ("plan-lines", 1)
    page.locator("#plan-board").focus()
    page.evaluate(ASK)
    page.get_by_text(NEWER).wait_for(state="detached")


def test_who_stands_on_a_link_of_the_state_stays_there(page: Page, house: Shop) -> None:
    # On a phone nothing is drawn that could renew itself.
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/board/plan/")
    newer_plan(house)
    page.evaluate(ASK)
    page.get_by_role("link", name="What it changed").focus()

    with page.expect_response(lambda answer: "/plan/state/" in answer.url):
        page.evaluate(ASK)
    page.locator("#plan-state:not(.htmx-request)").wait_for()

    assert page.evaluate("document.activeElement.id") == "plan-show-changes"


def test_a_refused_form_goes_on_at_what_needs_another_look(page: Page) -> None:
    page.goto("/board/plan/what-if/")
    page.get_by_label("What to call it").fill("Saturdays")
    page.locator("[name=saturdays_from_on]").fill("2026-11-28")
    page.get_by_role("button", name="Reckon it").click()

    faulty = page.locator("[name=saturdays_to_on][aria-invalid]")
    expect(faulty).to_be_focused()


def test_on_a_phone_the_price_of_a_pin_comes_into_sight(page: Page) -> None:
    strip = Assignment.objects.get(card__title_en="Strip")
    page.set_viewport_size({"width": 390, "height": 500})
    page.goto(f"/board/plan/cards/{strip.card_id}/pin/")
    page.locator("[name=starts_at]").fill("2020-01-06T10:00")

    page.get_by_role("button", name="What does it cost?").click()

    answer = page.locator(".plan-why .banner")
    expect(answer).to_be_focused()
    place = answer.bounding_box()
    assert place is not None
    assert 0 < place["y"] < 400


def test_a_pin_survives_a_house_that_does_not_answer(page: Page) -> None:
    strip = Assignment.objects.get(card__title_en="Strip")
    page.goto(f"/board/plan/?week={strip.starts_at.date()}")
    drawing = page.locator("#plan-board[data-ready]")
    drawing.focus()
    page.context.set_offline(True)
    for press in ("ArrowRight", "Shift+ArrowRight", "Enter"):
        drawing.press(press)
    page.locator("#plan-chosen [data-not-answered]").wait_for()
    assert drawing.get_attribute("data-ghost") == str(strip.card_id)

    page.context.set_offline(False)
    page.reload()
    page.locator(f"#plan-board[data-ghost='{strip.card_id}']").wait_for()
    page.get_by_role("button", name="Hold it").wait_for()
    page.get_by_role("button", name="Put the bar back").click()
    assert page.locator("#plan-board").get_attribute("data-ghost") is None


# Longer than a finger has to rest to take a bar.
REST_MS = 600
# Feels along the rows until the hand says that there is a bar.
FIND_BAR = """() => {
  const canvas = document.querySelector("#plan-board canvas");
  const box = canvas.getBoundingClientRect();
  for (let y = box.top + 50; y < box.bottom; y += 8) {
    for (let x = box.left + 220; x < box.right - 80; x += 6) {
      const at = { clientX: x, clientY: y, bubbles: true, pointerType: "mouse" };
      canvas.dispatchEvent(new PointerEvent("pointermove", at));
      if (canvas.style.cursor === "pointer") return [x + 4, y + 4];
    }
  }
}"""

# A plan that was pushed glides on for a while.
WATCH_PAN = """() => {
  window.panned = new Promise((done) => {
    const scroller = document.querySelector("#plan-board [data-scroller]");
    scroller.addEventListener("scrollend", () => done(), { once: true });
  });
}"""


def test_a_finger_that_rests_carries_a_bar_and_one_that_moves_does_not(
    page: Page,
) -> None:
    strip = Assignment.objects.get(card__title_en="Strip")
    page.clock.install()
    page.goto(f"/board/plan/?week={strip.starts_at.date()}")
    # When the weeks before have come, too, nothing moves the bars any more.
    drawing = page.locator("#plan-board[data-ready='2']")
    drawing.wait_for()
    # How long a finger rests is said here, not by how busy the machine is.
    page.clock.pause_at(timezone.now() + timedelta(hours=1))
    hand = page.context.new_cdp_session(page)
    hand.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def touch(kind: str, *points: tuple[float, float]) -> None:
        found = [{"x": a, "y": b} for a, b in points]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": found})

    page.evaluate(WATCH_PAN)
    for rests_after in (2, 0):
        # A plan that was panned has its bars elsewhere.
        x, y = page.evaluate(FIND_BAR)
        touch("touchStart", (x, y))
        for step in range(5):
            if step > 0:
                touch("touchMove", (x + 15 * step, y))
            if step == rests_after:
                page.clock.run_for(REST_MS)
        touch("touchEnd")
        if rests_after:
            page.evaluate("window.panned")
            page.clock.run_for(REST_MS)
            assert drawing.get_attribute("data-ghost") is None

    page.locator("#plan-board[data-ghost]").wait_for()
    page.get_by_role("button", name="Put the bar back").wait_for()


def test_candidates_appear_while_the_number_is_typed(page: Page) -> None:
    page.goto("/board/intake/")
    page.get_by_label("Frame number").type("NOPE-000001")

    page.get_by_text("No car with the prefix NOPE is known").wait_for()


def faults_of(page: Page, *paths: str) -> list[str]:
    """Return what axe finds at three widths, and what is wider than the screen."""
    faults: list[str] = []
    for path in paths:
        page.goto(path)
        for width in (390, 820, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            found = Axe().run(page).response["violations"]
            faults += [f"{path} {width}: {fault['id']}" for fault in found]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
                faults.append(f"{path} {width}: wider than the screen")
    return faults


def test_the_lists_of_plan_health_can_be_read_and_fit(page: Page, house: Shop) -> None:
    cars(house, 30)
    health = "/board/plan/health/"

    assert faults_of(page, health, f"{health}late/", f"{health}risk/") == []


def test_a_key_to_the_drawings_stands_as_still_as_they_do(page: Page) -> None:
    moving = "all => all.filter((one) => one.getAnimations().length).length"

    for path in ("/board/", "/board/plan/health/", "/board/plan/"):
        page.goto(path)
        marks = page.locator(".board-key .is-running .state__mark")
        assert marks.count() > 0
        assert marks.evaluate_all(moving) == 0


def test_every_page_can_be_read_and_fits(page: Page) -> None:
    number = Project.objects.get().number
    paths = (
        "/board/",
        f"/board/plan/?week={AT.date()}",
        "/board/shortages/",
        "/board/intake/",
        f"/board/projects/{number}/",
        f"/board/projects/{number}/cards/",
        f"/board/projects/{number}/parts/",
    )

    assert faults_of(page, *paths) == []


# What each cell of a table shows on a phone: its label and its text.
CELLS = """() => [...document.querySelectorAll("main .table--cards tbody td")]
  .filter((cell) => cell.checkVisibility())
  .map((cell) => ({
    told: getComputedStyle(cell, "::before").content,
    label: JSON.stringify(cell.dataset.label),
    text: cell.innerText.trim(),
    wide: cell.scrollWidth - cell.clientWidth,
  }))"""
SIDEWAYS = """() => [...document.querySelectorAll(":root, .table-wrap")]
  .filter((one) => one.scrollWidth > one.clientWidth).length"""


def test_a_table_folds_on_a_phone_into_cards_with_their_labels(
    page: Page, house: Shop
) -> None:
    project = Project.objects.get()
    copy_rows(house, project, 12)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/board/projects/{project.number}/cards/")
    rows = page.locator("main tbody tr")
    count = rows.count()
    assert count > 10

    assert rows.filter(visible=True).count() == 10
    page.get_by_role("link", name=f"Show all {count}").click()

    assert rows.filter(visible=True).count() == count
    cells = page.evaluate(CELLS)
    assert {c["label"] for c in cells} >= {'"State"', '"Starts"', '"Hours"'}
    assert [c for c in cells if c["told"] != c["label"] or not c["text"]] == []
    assert [c for c in cells if c["wide"] > 0] == []
    assert page.evaluate(SIDEWAYS) == 0


@pytest.mark.parametrize(("width", "shown"), [(1440, 25), (390, 10)])
def test_all_late_cars_come_by_a_key_and_one_goes_on_at_the_first_new_one(
    page: Page, house: Shop, width: int, shown: int
) -> None:
    worst_first = [project.number for project in reversed(cars(house, 30))]
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/board/plan/health/")
    lines = page.locator("#late-cars tbody tr").filter(visible=True)
    assert lines.count() == shown

    page.locator("#late-cars").get_by_role("link", name="Show all 30").press("Enter")
    page.locator("#late-cars tbody tr").nth(29).wait_for()

    assert lines.count() == 30
    expect(page.locator(":focus")).to_have_text(worst_first[shown])
    assert page.locator("#risk-cars tbody tr").filter(visible=True).count() == shown
