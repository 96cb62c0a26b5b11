"""The living page in a real browser: accessible, within its policy, at every width."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests import build
from workshop.models import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = [
    (390, 844, "light", "ja"),
    (820, 1180, "dark", "en"),
    (1440, 900, "light", "en"),
]


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    """The session's browser: two Playwrights cannot share a thread."""
    return chromium


def visit(
    browser: Browser, server: LiveServer, size: tuple[int, int, str, str], path: str
) -> tuple[Page, list[str]]:
    """A page as a manager sees it, and what its console complained of."""
    width, height, theme, language = size
    client = Client()
    client.force_login(build.user(Role.MANAGER, language=language))
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        extra_http_headers={"Accept-Language": language},
    )
    session = client.cookies["sessionid"].value
    page.context.add_cookies(
        [{"name": "sessionid", "value": session, "url": server.url}]
    )
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(server.url + path)
    return page, complaints


@pytest.mark.parametrize(
    "size", SIZES, ids=lambda size: f"{size[0]}-{size[2]}-{size[3]}"
)
def test_the_living_page_is_accessible_and_fits(
    browser: Browser, live_server: LiveServer, size: tuple[int, int, str, str]
) -> None:
    page, complaints = visit(browser, live_server, size, "/styleguide/")

    found = Axe().run(page).response["violations"]
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")

    assert [(rule["id"], len(rule["nodes"])) for rule in found] == []
    assert wider == 0
    # The one value that is no number is there on purpose.
    assert [text for text in complaints if "12,ab" not in text] == []


def test_the_pieces_move(browser: Browser, live_server: LiveServer) -> None:
    page, _ = visit(browser, live_server, SIZES[2], "/styleguide/")

    page.click("#forms [data-step=up]")
    page.click("[data-check-all]")
    page.click("#floats [data-open=ask]")

    assert page.input_value("#stepper-quantity") == "3"
    assert page.inner_text("[data-count]") == "3"
    assert page.locator("dialog#ask").is_visible()


def test_print_prints(browser: Browser, live_server: LiveServer) -> None:
    page, _ = visit(browser, live_server, SIZES[2], "/styleguide/")
    page.evaluate("window.print = () => { document.title = 'printed' }")

    page.click("[data-print]")

    assert page.title() == "printed"


def test_the_chosen_theme_stays(browser: Browser, live_server: LiveServer) -> None:
    page, _ = visit(browser, live_server, SIZES[2], "/styleguide/")

    page.click("[data-theme-switch]")
    page.reload()

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_what_is_folded_is_printed_open(
    browser: Browser, live_server: LiveServer
) -> None:
    page, _ = visit(browser, live_server, SIZES[2], "/styleguide/")
    page.evaluate("""document.querySelector("main").insertAdjacentHTML(
        "beforeend", "<details id=folded><summary>More</summary>All</details>")""")

    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    on_paper = page.evaluate("document.getElementById('folded').open")
    page.evaluate("dispatchEvent(new Event('afterprint'))")

    assert on_paper
    assert not page.evaluate("document.getElementById('folded').open")
