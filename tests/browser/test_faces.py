"""Every page as each role sees it: three widths, two languages, light and dark."""

import pytest
from playwright.sync_api import Browser

from tests.browser.rounds import WALKS
from tests.browser.walk import Addresses, choose, sign_in, walk_through
from tests.running import RunningStack

pytestmark = pytest.mark.browser

LANGUAGES = ("en", "ja")


@pytest.mark.parametrize("who", WALKS)
def test_every_page_of_a_role_holds_up(
    running_stack: RunningStack, chromium: Browser, who: str
) -> None:
    walk = WALKS[who]
    addresses = Addresses(walk)
    page = sign_in(chromium, running_stack.url, walk.email)
    wrong = []

    for language in LANGUAGES:
        page.goto(running_stack.url + walk.start[0])
        choose(page, language)
        wrong += walk_through(page, running_stack.url, addresses, language)
    page.context.close()

    assert wrong == []
