"""Who walks through which pages. Addresses are found as people find them: by links."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page

from config.seeding.demo import DEMO_PASSWORD
from tests.browser.eye import COLOURS, Sight, serious, shorten

Theme = Literal["light", "dark"]
SIZES = ((390, 844), (820, 1180), (1440, 900))
PHONE, TABLET, WIDE = SIZES
# What axe looks at, each dearer than a second: the size, the theme, the rules (none for
# all). By night only the colours are others.
Looks = tuple[tuple[tuple[int, int], Theme, tuple[str, ...]], ...]
EVERY: Looks = (
    *((size, "light", ()) for size in SIZES),
    *((size, "dark", COLOURS) for size in SIZES),
)
# By default four of the twelve looks: every width; each language by day and by night.
# Width and words are always seen.
FOUR: dict[str, Looks] = {
    "en": ((PHONE, "light", ()), (WIDE, "dark", COLOURS)),
    "ja": ((WIDE, "light", ()), (TABLET, "dark", COLOURS)),
}
TWELVE: dict[str, Looks] = {"en": EVERY, "ja": EVERY}
LOOKS = TWELVE if os.environ.get("LOOKS") == "all" else FOUR
LINKS = """() => [...document.querySelectorAll("a[href]")]
  .filter((link) => link.origin === location.origin && !link.hash)
  .map((link) => link.pathname + link.search)"""


@dataclass(frozen=True)
class Walk:
    """One person's round.

    Attributes:
        email: who signs in; empty for nobody.
        start: where the round begins.
        follows: route names whose links are followed; with `:` at the end, all of a
            namespace.
        answers: the status of pages that refuse.
        reference: pages of somebody else's making, for programmers.
        examples: how many addresses of each route are opened; the second car, card
            or order may have what the first lacks.
    """

    email: str
    start: tuple[str, ...]
    follows: tuple[str, ...] = ()
    answers: tuple[tuple[str, int], ...] = ()
    reference: tuple[str, ...] = ()
    examples: int = 2 if LOOKS is TWELVE else 1

    def wants(self, route: str) -> bool:
        return route not in PAPERS and any(
            route == wanted or (wanted.endswith(":") and route.startswith(wanted))
            for wanted in self.follows
        )


# Files to take home, not pages: the tests of the papers read what is in them.
# Everybody's week sheets are many of the one that is looked at.
PAPERS = {"portal:order_paper", "board:sheets"}


class Addresses:
    """What a walk has found, in its order: grows while the first round goes on."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.found = list(walk.start)
        self.routes = {address: route_of(address) for address in walk.start}

    def take(self, links: Iterable[str]) -> None:
        """Keep the links that show something new."""
        for address in links:
            # A list sorted or filtered otherwise is the same page.
            plain = urlsplit(address).path
            route = route_of(plain)
            opened = list(self.routes.values()).count(route)
            wanted = self.walk.wants(route) and opened < self.walk.examples
            if wanted and plain not in self.routes:
                self.routes[plain] = route
                self.found.append(plain)

    def looks(self, address: str, language: str) -> Looks:
        """What axe looks at: once only at a further example of a route."""
        route = self.routes[address]
        first = next(other for other in self.found if self.routes[other] == route)
        is_further = bool(route) and first != address and LOOKS is FOUR
        return LOOKS[language][:1] if is_further else LOOKS[language]


def route_of(address: str) -> str:
    """The name of the route an address leads to, empty for none."""
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""


def sign_in(browser: Browser, url: str, email: str) -> Page:
    """A page of somebody who came in by the real door; nobody's for no email."""
    page = browser.new_page(
        viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
    )
    page.goto(f"{url}/accounts/login/")
    if email:
        page.fill("input[name=login]", email)
        page.fill("input[name=password]", DEMO_PASSWORD)
        page.click("form[action$='/login/'] button.button--primary")
        page.wait_for_url(lambda address: "login" not in address)
    return page


def choose(page: Page, language: str) -> None:
    """Press the language switch unless the page speaks it already."""
    switch = page.locator(f"button[name=language][value={language}]").first
    if switch.count():
        switch.click()
        page.wait_for_selector(f"html[lang={language}]", state="attached")
        page.wait_for_load_state()


def walk_through(
    page: Page,
    url: str,
    addresses: Addresses,
    language: str,
) -> list[str]:
    """Open every page once, then look at it at every width, in light and dark.

    Args:
        page: of somebody who has signed in.
        url: where the house is, without a slash at the end.
        addresses: what to open; links found on the way join it.
        language: which one the page speaks.
    """
    sight = Sight(page, language)
    page.on("console", sight.hear)
    page.on("pageerror", sight.break_down)
    wrong = []
    for address in addresses.found:
        found = look_at(sight, url, addresses, address)
        wrong += [f"{address} {language} {complaint}" for complaint in found]
    page.remove_listener("console", sight.hear)
    page.remove_listener("pageerror", sight.break_down)
    return wrong


def look_at(sight: Sight, url: str, addresses: Addresses, address: str) -> list[str]:
    """Open one page; each complaint once, with where it was seen."""
    page, walk = sight.page, addresses.walk
    expected = dict(walk.answers).get(address, 200)
    reference = address in walk.reference
    page.emulate_media(color_scheme="light")
    resize(page, SIZES[0])
    answer = page.goto(url + address)
    status = answer.status if answer else 0
    addresses.take(page.evaluate(LINKS))
    seen: dict[str, list[str]] = {}
    for size in SIZES:
        resize(page, size)
        for complaint in sight.said(reference=reference):
            seen.setdefault(complaint, []).append(str(size[0]))
    if not reference:
        shorten(page)
        for size, theme, rules in addresses.looks(address, sight.language):
            page.emulate_media(color_scheme=theme)
            resize(page, size)
            for complaint in serious(page, rules):
                seen.setdefault(complaint, []).append(f"{size[0]} {theme}")
        # Axe tries styles on that the content policy forbids: not the page's doing.
        sight.console.clear()
    found = [
        f"{complaint} at {', '.join(places)}" for complaint, places in seen.items()
    ]
    return [f"status {status}", *found] if status != expected else found


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
