"""The eye sees what is planted for it: each check turns red once."""

import pytest
from playwright.sync_api import Browser

from tests.browser.eye import Sight
from tests.browser.walk import Addresses, Walk, choose, look_at
from tests.running import RunningStack

pytestmark = pytest.mark.browser

PLANTS = {
    "title": "document.title = ' · GT-R Workshop'",
    "h1": "document.querySelector('h1').remove()",
    "lang": "document.documentElement.lang = 'en'",
    "px wider": "document.body.style.width = '120vw'",
    "axe critical: image-alt": "document.querySelector('h1').append(new Image(9, 9))",
    "axe serious: color-contrast": (
        "document.querySelector('h1').style.color = 'var(--n-2)'"
    ),
    "raw code: It is ON_HAND": "document.querySelector('h1').append('It is ON_HAND')",
    "raw code: TECHNICIAN": "document.querySelector('h1').append('TECHNICIAN')",
    "English: Sign in": "document.querySelector('h1').append('Sign in')",
    "English: Select part to change": (
        "document.querySelector('h1').append('Select part to change')"
    ),
    "console": "document.body.insertAdjacentHTML('beforeend', '<p style=\"top:0\">')",
    "script": "setTimeout(() => { throw Error('planted') })",
}


# The page's own time: what was planted before has had its turn then.
NEXT_TURN = "new Promise((done) => setTimeout(done, 50))"


@pytest.mark.parametrize("sign", PLANTS)
def test_a_planted_fault_is_seen(
    running_stack: RunningStack, chromium: Browser, sign: str
) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    sight = Sight(page, "ja")
    page.on("console", sight.hear)
    page.on("pageerror", sight.break_down)
    page.goto(f"{running_stack.url}/accounts/login/")
    choose(page, "ja")

    clean = sight.complaints()
    page.evaluate(f"() => {{ {PLANTS[sign]} }}")
    page.evaluate(NEXT_TURN)
    found = sight.complaints()
    page.close()

    assert clean == []
    assert any(sign in complaint for complaint in found), found


def test_another_status_than_expected_is_seen(
    running_stack: RunningStack, chromium: Browser
) -> None:
    page = chromium.new_page(reduced_motion="reduce")
    addresses = Addresses(Walk("", ("/no-such-page/",)))

    found = look_at(Sight(page, "en"), running_stack.url, addresses, "/no-such-page/")
    page.close()

    assert found == ["status 404"]
