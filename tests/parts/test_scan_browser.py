"""The scan page in a real browser: a scanner's strokes, and the camera's reader."""

from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import build
from tests.parts.hands import scan_on
from tests.parts.store import Store
from workshop.models import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCAN = "/admin/parts/stocklevel/scan/"
# Draws a label's code as a camera would see it and reads it with our own reader.
READ = """async (address) => {
  const view = document.querySelector("[data-camera-view]");
  const locateFile = () => view.dataset.wasm;
  ZXingWASM.prepareZXingModule({ overrides: { locateFile } });
  const text = await (await fetch(address)).text();
  const labels = new DOMParser().parseFromString(text, "text/html");
  const code = labels.querySelector("svg.qr");
  code.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  code.setAttribute("width", "300");
  code.setAttribute("height", "300");
  const image = new Image();
  image.src = "data:image/svg+xml;utf8," + encodeURIComponent(code.outerHTML);
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 300;
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, 300, 300);
  context.drawImage(image, 0, 0);
  const picture = context.getImageData(0, 0, 300, 300);
  const found = await ZXingWASM.readBarcodes(picture, { formats: ["QRCode"] });
  return found.map((each) => each.text);
}"""


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, store: Store) -> Iterator[Page]:
    client = Client()
    client.force_login(build.user(Role.PARTS))
    context = chromium.new_context(
        viewport={"width": 820, "height": 1180}, base_url=live_server.url, locale="en"
    )
    session = client.cookies["sessionid"].value
    context.add_cookies(
        [{"name": "sessionid", "value": session, "url": live_server.url}]
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(SCAN)
    yield page
    assert complaints == []
    context.close()


def test_a_scanner_may_type_wherever_the_hand_has_left_the_focus(
    page: Page, store: Store
) -> None:
    store.receive(5)
    page.evaluate("document.activeElement.blur()")

    scan_on(page, store.shelf.code)

    expect(page.get_by_role("heading", name=f"Bin {store.shelf.code}")).to_be_visible()
    # The page can be read before its script listens; no hand is as quick as this one.
    page.wait_for_load_state("load")
    scan_on(page, "13020-05U00")
    expect(page.get_by_role("heading", name="13020-05U00")).to_be_visible()


def test_a_label_is_read_by_the_program_that_lies_here(
    page: Page, store: Store
) -> None:
    labels = f"/admin/parts/stocklevel/labels/?kind=b&id={store.shelf.pk}"

    [text] = page.evaluate(READ, labels)

    assert text.endswith(f"/s/b/{store.shelf.pk}")
