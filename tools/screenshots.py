"""Pictures for the README, docs/parts.md and docs/domain/planning.md.

``python -m tools.screenshots http://127.0.0.1:8000`` takes all of them; names after
the address take only those.

Needs a running demo and a Chromium (the one on the path, or named in CHROME). Writes
`docs/screenshots/`; the pictures have few colours and are kept small.
"""

import io
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
PASSWORD = "skyline-demo-2026"  # noqa: S105 - the demo prints it
PHONE, TABLET, WIDE = (390, 844), (820, 1180), (1440, 900)


@dataclass(frozen=True)
class Shot:
    """One picture.

    Attributes:
        name: of the file, without its ending.
        who: the demo's login before the @.
        address: the page, or the page to start from.
        size: of the window in CSS pixels.
        follow: the link to press there, as a selector.
        drawn: what a script draws later, as a selector.
        night: in Japanese and dark, else in English and light.
        sharp: pixels of the picture for each pixel of the window.
    """

    name: str
    who: str
    address: str
    size: tuple[int, int]
    follow: str = ""
    drawn: str = ""
    night: bool = False
    sharp: int = 1


FOUND = "#content ul.list a"
ROW = "#result_list tbody th a"
RECEIVE = "a[href$='/act/receive/']"
PROJECT = "a[href$='/portal/projects/P-26-0001/']"
SHOTS = (
    Shot("portal", "customer", "/portal/", PHONE, follow=PROJECT, sharp=2),
    Shot("floor", "technician", "/floor/", TABLET),
    Shot("board", "manager", "/board/", WIDE),
    Shot("desk", "parts", "/admin/", WIDE),
    Shot("plan", "manager", "/board/plan/", WIDE, drawn="#plan-board[data-ready]"),
    Shot(
        "plan-cars-ja-dark", "manager", "/board/plan/?by=car&span=month", WIDE,
        drawn="#plan-board[data-ready]", night=True,
    ),
    Shot("plan-health", "manager", "/board/plan/health/", WIDE),
    Shot("plan-why", "manager", "/board/plan/cars/P-26-0001/", WIDE),
    Shot("plan-what-if", "manager", "/board/plan/what-if/", WIDE),
    Shot("estimate", "customer", "/portal/", PHONE, "a.button--primary", sharp=2),
    Shot("portal-ja-dark", "customer", "/portal/", PHONE, night=True, sharp=2),
    Shot(
        "floor-ja-dark", "technician", "/floor/", TABLET, ".card--now h2 a", night=True
    ),
    Shot("board-ja-dark", "manager", "/board/", WIDE, night=True),
    Shot("desk-ja-dark", "parts", "/admin/parts/purchaseorderline/", WIDE, night=True),
    Shot("parts-search", "parts", "/admin/search/?q=15208", WIDE),
    Shot("parts-part", "parts", "/admin/search/?q=13028-RSR45", WIDE, FOUND),
    Shot("parts-stock", "parts", "/admin/parts/stocklevel/", WIDE),
    Shot("parts-receive", "parts", "/admin/parts/purchaseorderline/", WIDE, RECEIVE),
    Shot("parts-scan", "parts", "/admin/parts/stocklevel/scan/?code=A-02", TABLET),
    Shot("parts-buy-now", "parts", "/admin/", WIDE, "a[href*='/buy-now/']"),
    Shot(
        "parts-order-ja-dark", "parts", "/admin/parts/partsorder/", WIDE, ROW,
        night=True,
    ),
    Shot(
        "parts-scan-ja-dark", "parts", "/admin/parts/stocklevel/scan/?code=A-02",
        TABLET, night=True,
    ),
)  # fmt: skip


def sign_in(page: Page, base: str, who: str) -> None:
    """Come in by the door."""
    page.goto(f"{base}/accounts/login/")
    page.fill("input[name=login]", f"{who}@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.click("form[action$='/login/'] button.button--primary")
    page.wait_for_url(lambda address: "login" not in address)


def choose(page: Page, language: str) -> None:
    """Press the language switch unless the page speaks it already."""
    switch = page.locator(f"button[name=language][value={language}]").first
    if switch.count():
        switch.click()
        page.wait_for_selector(f"html[lang={language}]", state="attached")
        page.wait_for_load_state()


def take(browser: Browser, base: str, shot: Shot) -> bytes:
    """Open the page as its person does, and return it as PNG."""
    page = browser.new_page(
        viewport={"width": shot.size[0], "height": shot.size[1]},
        device_scale_factor=shot.sharp,
        color_scheme="dark" if shot.night else "light",
        reduced_motion="reduce",
    )
    sign_in(page, base, shot.who)
    choose(page, "ja" if shot.night else "en")
    page.goto(base + shot.address)
    if shot.follow:
        page.locator(shot.follow).first.click()
        page.wait_for_load_state()
    if shot.drawn:
        page.wait_for_selector(shot.drawn)
    # Timers begin a moment after the page.
    page.wait_for_timeout(500)
    picture = page.screenshot()
    choose(page, "en")
    page.context.close()
    return picture


def save(picture: bytes, path: Path) -> None:
    """Write the picture with 256 colours, near enough that small marks keep theirs."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    few = image.quantize(colors=256, kmeans=1, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def main(base: str, names: list[str]) -> None:
    """Take the named pictures, or all, and say how large they are."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROME") or shutil.which("chromium"),
            args=["--no-sandbox"],
        )
        for shot in SHOTS:
            if names and shot.name not in names:
                continue
            path = FOLDER / f"{shot.name}.png"
            save(take(browser, base.rstrip("/"), shot), path)
            print(f"{path.name}: {path.stat().st_size // 1024} KB")
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(
            "Say where the demo runs: python -m tools.screenshots http://… [name …]"
        )
    main(sys.argv[1], sys.argv[2:])
