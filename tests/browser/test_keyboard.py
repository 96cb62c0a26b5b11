"""Without a mouse, and enlarged to twice its size."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.rounds import WALKS
from tests.browser.walk import choose, sign_in
from tests.running import RunningStack

pytestmark = pytest.mark.browser

# Where somebody has something to do, and what it is.
DEEDS = {
    "nobody": ("/accounts/login/", "button.button--primary"),
    "customer": ("/accounts/password/change/", "main button[type=submit]"),
    "technician": ("/floor/", "main .button--primary, main .floor-row a, main li a"),
    "manager": ("/board/plan/", "main .button--primary"),
    "parts": ("/admin/parts/purchaseorder/add/", "main .button--primary"),
}
# A page wider than a screen of 1280 px at 200 % would have to be pushed about.
HALF = {"width": 640, "height": 450}
PAGES = {
    "nobody": ("/accounts/login/", "/no-such-page/"),
    "customer": ("/portal/", "/portal/orders/"),
    "technician": ("/floor/", "/floor/cards/"),
    "manager": ("/board/", "/board/plan/", "/board/shortages/", "/board/intake/"),
    "parts": ("/admin/", "/admin/parts/part/", "/admin/parts/purchaseorder/add/"),
}
TOP = """() => {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
}"""
FOCUSED = """(selector) => {
  const one = document.activeElement;
  if (!one.matches(selector)) return "";
  const style = getComputedStyle(one);
  const ring = style.outlineStyle !== "none" || style.boxShadow !== "none";
  return ring ? "seen" : "unseen";
}"""


@pytest.fixture(params=WALKS)
def visitor(
    request: pytest.FixtureRequest, running_stack: RunningStack, chromium: Browser
) -> Iterator[tuple[str, Page, str]]:
    """Each role in turn, signed in: its name, its page, the house's address."""
    page = sign_in(chromium, running_stack.url, WALKS[request.param].email)
    choose(page, "en")
    yield request.param, page, running_stack.url
    page.context.close()


def test_tab_leads_to_the_content_and_to_the_deed(
    visitor: tuple[str, Page, str],
) -> None:
    who, page, url = visitor
    address, deed = DEEDS[who]
    page.goto(url + address)
    # Some pages put the cursor where one types; a keyboard starts at the top.
    page.evaluate(TOP)

    page.keyboard.press("Tab")
    skips = page.evaluate(
        "document.activeElement.matches('.skip, .skip-to-content-link')"
    )
    page.keyboard.press("Enter")
    inside = page.evaluate("document.activeElement.localName")
    seen = ""
    for _ in range(80):
        page.keyboard.press("Tab")
        seen = page.evaluate(FOCUSED, deed)
        if seen:
            break

    assert (skips, inside, seen) == (True, "main", "seen")


def test_twice_as_big_nothing_hides_to_the_side(
    visitor: tuple[str, Page, str],
) -> None:
    who, page, url = visitor
    page.set_viewport_size(HALF)

    wider = {}
    for address in PAGES[who]:
        page.goto(url + address)
        wider[address] = page.evaluate(
            "Math.max(0, document.documentElement.scrollWidth - innerWidth)"
        )

    assert wider == dict.fromkeys(PAGES[who], 0)


def test_a_page_prints_without_its_buttons(
    visitor: tuple[str, Page, str],
) -> None:
    who, page, url = visitor
    page.emulate_media(media="print")
    page.goto(url + PAGES[who][0])

    shown = page.locator("header.bar:visible, header#header:visible, nav.nav:visible")

    assert shown.count() == 0
