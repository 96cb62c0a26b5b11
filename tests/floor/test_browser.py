"""The floor on a tablet: accessible, large enough for gloves, polling quietly."""

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from pytest_django.live_server_helper import LiveServer

from tests.floor.rows import Floor, floor, plan

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

POLL = (
    "htmx.ajax('GET', '/floor/', {source: '#day', target: '#day', swap: 'outerHTML'})"
)
TOO_SMALL = """() => [...document.querySelectorAll(
    'main .button, main select, main .choices label')]
    .filter(e => e.offsetParent && e.getBoundingClientRect().height < 55.5)
    .map(e => e.outerHTML)"""


def tablet(browser: "Browser", server: LiveServer, here: Floor) -> "Page":
    page = browser.new_page(viewport={"width": 820, "height": 1180})
    session = here.client.cookies["sessionid"].value
    page.context.add_cookies(
        [{"name": "sessionid", "value": session, "url": server.url}]
    )
    return page


def test_a_poll_leaves_the_day_until_something_changes(
    chromium: "Browser", live_server: LiveServer
) -> None:
    here = floor()
    plan(here.house, [here.strip])
    page = tablet(chromium, live_server, here)
    page.goto(f"{live_server.url}/floor/")

    page.evaluate(POLL)
    assert page.locator("#day h2").count() == 2
    here.act("start", here.strip)
    page.evaluate(POLL)

    page.wait_for_selector("#day .timer")
    page.context.close()


def test_the_pages_are_accessible_and_take_gloves(
    chromium: "Browser", live_server: LiveServer
) -> None:
    here = floor(with_part=True)
    plan(here.house, [here.strip])
    page = tablet(chromium, live_server, here)
    card = f"/floor/cards/{here.strip.pk}/"

    for path in (
        "/floor/",
        "/floor/cards/",
        card,
        f"{card}finding/",
        f"{card}measure/",
    ):
        page.goto(live_server.url + path)
        assert [v["id"] for v in Axe().run(page).response["violations"]] == [], path
        assert page.evaluate(TOO_SMALL) == [], path
    page.context.close()
