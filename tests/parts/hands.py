"""The desk without a mouse: a hand's keys, and a scanner's faster ones."""

import time

from django.test import Client
from playwright.sync_api import Page

from tests import build

HAND_MS, SCANNER_SECONDS = 60, 0.005
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
    await_drawn(page)


def go_to(page: Page, address: str) -> None:
    """Open a page by its address and wait until it is drawn."""
    page.goto(address)
    await_drawn(page)


def enter(page: Page) -> None:
    """Press Enter, which sends or follows, and wait until the page is drawn."""
    with page.expect_navigation():
        page.keyboard.press("Enter")
    await_drawn(page)


def await_drawn(page: Page) -> None:
    """Wait for the first picture: with it the cursor is where the page puts it."""
    page.evaluate("new Promise(requestAnimationFrame)")


def tab_to(page: Page, selector: str) -> None:
    """Go there key by key; at each stop one sees where one is."""
    for _ in range(60):
        if page.evaluate("what => document.activeElement.matches(what)", selector):
            assert page.evaluate(SEEN)
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never leads to {selector}")


def sign_in(page: Page, role: str) -> None:
    """Let another person sit down at the same screen."""
    (told,) = (
        cookie["value"]
        for cookie in page.context.cookies()
        if cookie["name"] == "django_language"
    )
    client = Client()
    client.force_login(build.user(role, language=told))
    session = client.cookies["sessionid"].value
    base = page.evaluate("location.origin")
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": base}])


def press_button(page: Page) -> None:
    """Do what the page asks about."""
    tab_to(page, ".act-form button")
    enter(page)


def press(page: Page, act: str) -> None:
    """Go to the button of a page and into what it asks."""
    tab_to(page, f"a[href*='/act/{act}/']")
    enter(page)
