"""One car's way through the pages: each does in the browser what is theirs to do."""

import re
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.rounds import WALKS
from tests.browser.walk import choose, sign_in
from tests.running import RunningStack

pytestmark = pytest.mark.browser

# Generous: a busy machine is slow, and slow is not wrong.
PROMISE_SECONDS = 180
DATE = re.compile(r"\b\d{1,2} [A-Z][a-z]{2} 20\d\d\b")


def come_in(chromium: Browser, url: str, who: str) -> Page:
    page = sign_in(chromium, url, WALKS[who].email)
    choose(page, "en")
    return page


def test_a_customer_signs_without_one_line_and_is_given_a_date(
    running_stack: RunningStack, chromium: Browser
) -> None:
    page = come_in(chromium, running_stack.url, "customer")
    page.goto(f"{running_stack.url}/portal/")
    page.get_by_role("link", name="Read and decide").first.click()
    # The page can be read before its script counts.
    page.wait_for_load_state()
    ticked = int(page.locator("[data-count]").inner_text())

    page.locator("[data-line]:visible").first.uncheck()
    left = int(page.locator("[data-count]").inner_text())
    page.get_by_label("name", exact=False).last.fill("Alex Morgan")
    page.get_by_role("button", name="Approve the ticked lines").click()

    expect(page.get_by_text(f"You approved {left} line")).to_be_visible()
    assert left == ticked - 1
    promise = page.locator("section[aria-labelledby=when]")
    until = time.monotonic() + PROMISE_SECONDS
    while not DATE.search(promise.inner_text()) and time.monotonic() < until:
        page.wait_for_timeout(500)
        page.reload()
    assert DATE.search(promise.inner_text())
    page.context.close()


def test_a_technician_pauses_goes_on_and_finishes(
    running_stack: RunningStack, chromium: Browser
) -> None:
    page = come_in(chromium, running_stack.url, "technician")
    page.goto(f"{running_stack.url}/floor/")
    card = page.locator(".card--now a").first.get_attribute("href")
    page.goto(running_stack.url + str(card))

    page.get_by_role("button", name="Pause").click()
    page.locator("dialog[open] label", has_text="Break").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Stop the clock").click()
    page.goto(running_stack.url + str(card))
    with page.expect_navigation():
        page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="Finish").click()
    with page.expect_navigation():
        page.locator("dialog[open]").get_by_role("button", name="Finish").click()
    page.goto(running_stack.url + str(card))

    expect(page.locator(".floor-clock").get_by_text("Done")).to_be_visible()
    expect(page.get_by_role("button", name="Finish")).to_have_count(0)
    page.context.close()


def test_a_manager_sees_the_plan_drawn_and_told(
    running_stack: RunningStack, chromium: Browser
) -> None:
    # A newer plan would be drawn anew below the hand.
    running_stack.settle()
    page = come_in(chromium, running_stack.url, "manager")
    page.goto(f"{running_stack.url}/board/plan/")

    drawing = page.locator("#plan-board[data-ready]")
    drawing.press("ArrowRight")
    drawing.press("Enter")

    expect(page.locator("#plan-chosen .plan-why__reason")).not_to_be_empty()
    assert page.locator("main table tbody tr").count() > 0
    page.context.close()


def test_parts_staff_receive_a_line_and_say_why_it_went_there(
    running_stack: RunningStack, chromium: Browser
) -> None:
    page = come_in(chromium, running_stack.url, "parts")
    page.goto(f"{running_stack.url}/admin/parts/purchaseorderline/")
    page.get_by_role("link", name="Receive", exact=True).first.click()
    wanted = page.get_by_label("Quantity").input_value()

    page.get_by_label("Quantity").fill("1")
    page.get_by_label("Into bin").select_option(index=1)
    page.get_by_label("Note").fill("One came early, the box was dented")
    page.get_by_role("button", name="Receive").click()

    expect(page.get_by_text("Received.")).to_be_visible()
    notes = running_stack.rows(
        "SELECT count(*) FROM parts_stockmovement WHERE reason = %s",
        "One came early, the box was dented",
    )
    assert float(wanted) >= 1
    assert notes == [(1,)]
    page.context.close()
