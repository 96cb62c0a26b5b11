"""The board with hundreds of cars in the plan: what it costs, and how it scrolls."""

import os
import shutil
import statistics
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bench.figures import Figure
from bench.reading import Page, calibrated
from bench.seeding import sql
from bench.serving import Caller, Cost
from restoration.models import (
    Assignment,
    BayBooking,
    JobCard,
    PlanChange,
    PlanRun,
    Project,
    TechnicianBooking,
    Vehicle,
)
from workshop.models import (
    Bay,
    BayKind,
    Customer,
    Promise,
    Role,
    Site,
    Skill,
    Technician,
    User,
    Variant,
    WorkingHours,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    # A page of the browser, not one of the bench's.
    from playwright.sync_api import Page as Tab

CARS = 300
CARDS_PER_CAR = 77
PEOPLE, BAYS = 60, 40
LONGEST_HOURS = 9
MOST_SECONDS = 2.0
MOST_FRAME_MS = 100.0
BARS = 2000
CHANGED = 3000
TIMES = 5
WEEKS, PATIENCE_SECONDS = 3, 30.0
OPENS, LONG = time(9), timedelta(hours=9)
READY = "#plan-board[data-ready]"
# Scrolls a quarter in steps of some pixels and returns the longest gap of two frames.
SCROLL = """() => new Promise((done) => {
  const place = document.querySelector("[data-scroller]");
  const step = Math.max(8, Math.round(place.clientWidth / 90));
  const gaps = [];
  let before = performance.now();
  let left = 120;
  place.scrollTop = 0;
  function go(now) {
    gaps.push(now - before);
    before = now;
    place.scrollLeft += step;
    place.scrollTop += 2;
    left -= 1;
    if (left) requestAnimationFrame(go);
    else done(gaps.slice(1));
  }
  requestAnimationFrame(go);
})"""


def site_of_board() -> Site:
    """Return the site whose plan is looked at: open six days a week."""
    site = Site.objects.create(code="board", name_en="Board", labour_rate=12_000)
    WorkingHours.objects.bulk_create(
        WorkingHours(site=site, weekday=day, opens=OPENS, closes=time(18))
        for day in range(6)
    )
    return site


@transaction.atomic
def fill_board(cars: int) -> Site:
    """Make a plan in force of so many cars, each person's day full."""
    site = site_of_board()
    skill, _new = Skill.objects.get_or_create(
        code="board", defaults={"name_en": "Board"}
    )
    kind, _new = BayKind.objects.get_or_create(
        code="board", defaults={"name_en": "Board"}
    )
    many = max(3, PEOPLE * cars // CARS)
    people = Technician.objects.bulk_create(
        Technician(site=site, code=f"board-{n}", name=f"Board {n:02}")
        for n in range(many)
    )
    Technician.skills.through.objects.bulk_create(
        Technician.skills.through(technician=person, skill=skill) for person in people
    )
    bays = Bay.objects.bulk_create(
        Bay(site=site, kind=kind, code=f"B-{n:02}", name_en=f"Bay {n}")
        for n in range(max(2, BAYS * cars // CARS))
    )
    cards = cards_of(site, cars)
    book(site, cards, people, bays)
    judge(site)
    return site


def cards_of(site: Site, cars: int) -> list[JobCard]:
    """Make cars with their projects and cards, in order of what is done first."""
    user = User.objects.create_user(
        email="board-owner@example.com", full_name="Owner", role=Role.CUSTOMER
    )
    owner = Customer.objects.create(name="Board", user=user)
    variant = Variant.objects.create(
        code="board", name_en="Board", generation="R34", chassis_code="BNR34"
    )
    now = timezone.now()
    vehicles = Vehicle.objects.bulk_create(
        Vehicle(
            prefix="BNR34", serial=900_000 + n, frame_number=f"BNR34-{900_000 + n}",
            variant=variant, entered_at=now,
        )
        for n in range(cars)
    )  # fmt: skip
    projects = Project.objects.bulk_create(
        Project(
            number=f"B-26-{n:04}", vehicle=car, customer=owner, site=site,
            title_en="Full restoration", title_ja="フルレストア", currency="JPY",
            opened_at=now, wished_on=now.date() + timedelta(days=40 + n % 200),
        )
        for n, car in enumerate(vehicles)
    )  # fmt: skip
    return JobCard.objects.bulk_create(
        (
            JobCard(
                project=project, number=number + 1, title_en=f"Work {number}",
                title_ja=f"作業 {number}", minutes=60 + (n * 7 + number) % 8 * 60,
            )
            for number in range(CARDS_PER_CAR)
            for n, project in enumerate(projects)
        ),
        batch_size=2000,
    )  # fmt: skip


def book(
    site: Site, cards: list[JobCard], people: list[Technician], bays: list[Bay]
) -> None:
    """Give every card a person and a time, every other one a bay."""
    run = PlanRun.objects.create(
        site=site, state="DONE", is_in_force=True, change_count=0, cost=0,
        requested_at=timezone.now(), finished_at=timezone.now(),
    )  # fmt: skip
    hours = Clock(site, len(people))
    slots = [hours.next(n % len(people), card.minutes) for n, card in enumerate(cards)]
    rows = Assignment.objects.bulk_create(
        (
            Assignment(
                run=run, card=card, starts_at=start, ends_at=end,
                reason={"kind": "ORDER", "until": start.isoformat()},
            )
            for card, (start, end) in zip(cards, slots, strict=True)
        ),
        batch_size=2000,
    )  # fmt: skip
    free: dict[int, datetime] = {}
    person_rows, bay_rows = [], []
    for n, row in enumerate(rows):
        period = (row.starts_at, row.ends_at)
        person = people[n % len(people)]
        person_rows.append(
            TechnicianBooking(assignment=row, technician=person, period=period)
        )
        bay = bays[n % len(bays)]
        if free.get(bay.pk, row.starts_at) <= row.starts_at:
            free[bay.pk] = row.ends_at
            bay_rows.append(BayBooking(assignment=row, bay=bay, period=period))
    TechnicianBooking.objects.bulk_create(person_rows, batch_size=2000)
    BayBooking.objects.bulk_create(bay_rows, batch_size=2000)


def judge(site: Site) -> None:
    """Say of the plan what plan health tells: promises, late cars, what it changed.

    Each car is promised and every third ends late; some thousand cards began a day
    sooner in the plan before.
    """
    now, run = timezone.now(), PlanRun.objects.get(site=site)
    today = now.date()
    projects = list(Project.objects.filter(site=site).order_by("pk"))
    Promise.objects.bulk_create(
        Promise(
            subject_key=project.subject_key, sequence=1, confidence="ROUGH",
            promised_on=today + timedelta(days=30 + n), cause="FIRST", given_at=now,
        )
        for n, project in enumerate(projects)
    )  # fmt: skip
    late = [
        {
            "vehicle": str(project.pk), "due_by": "PROMISE", "chain": [0] * 20,
            "due_on": f"{today + timedelta(days=30)}",
            "end_on": f"{today + timedelta(days=60)}",
        }
        for project in projects[::3]
    ]  # fmt: skip
    moved = Assignment.objects.filter(run=run).order_by("pk")[:CHANGED]
    PlanChange.objects.bulk_create(
        PlanChange(
            run=run, card_id=row.card_id, kind="MOVED",
            starts_at=row.starts_at, was_starts_at=row.starts_at - timedelta(days=1),
            ends_at=row.ends_at, was_ends_at=row.ends_at - timedelta(days=1),
        )
        for row in moved
    )  # fmt: skip
    before = PlanRun.objects.create(
        site=site, state="DONE", cost=0, requested_at=now, finished_at=now
    )
    run.compared_with, run.change_count = before, len(moved)
    run.cost, run.lower_bound, run.detail = 30 * len(late), 1, {"late": late}
    run.save()


class Clock:
    """Whose day is full until when."""

    def __init__(self, site: Site, people: int) -> None:
        self.first = datetime.now(UTC).date()
        self.days = [0] * people
        self.used = [timedelta()] * people

    def next(self, person: int, minutes: int) -> tuple[datetime, datetime]:
        """Return the next free stretch of one person's shifts."""
        wanted = timedelta(minutes=minutes)
        if self.used[person] + wanted > LONG:
            self.days[person] += 1
            self.used[person] = timedelta()
        day = self.day(self.days[person])
        # Nine o'clock in Tokyo.
        start = datetime.combine(day, time(0), UTC) + self.used[person]
        self.used[person] += wanted
        return start, start + wanted

    def day(self, number: int) -> date:
        """Return the n-th day that is worked, Sundays left out."""
        weeks, rest = divmod(number + min(self.first.weekday(), 6), 6)
        monday = self.first - timedelta(days=self.first.weekday())
        return monday + timedelta(weeks=weeks, days=rest)


def board_figures(
    desk: Caller, port: int, session: str, calibration: Cost, *, cars: int
) -> Iterator[Figure]:
    """Fill a plan, read its pages, and scroll it in a browser.

    Args:
        desk: a manager.
        port: where the house is served.
        session: of that manager, for the browser.
        calibration: what a page with one row costs.
        cars: in the plan.
    """
    fill_board(cars)
    sql("ANALYZE")
    bars = TechnicianBooking.objects.filter(assignment__run__site__code="board")
    yield Figure(f"board: {cars} cars, cards in the plan", bars.count(), "")
    for page in (
        Page("board, quarter", "/board/plan/?site=board&span=quarter", 0),
        Page("board, cars", "/board/plan/?site=board&by=car&span=quarter", 0),
        Page("board, 4 weeks of bars", "/board/plan/bars/?site=board", 0),
        Page("board, plan health", "/board/plan/health/?site=board", 0),
        Page("board, why this date", "/board/plan/cars/B-26-0007/", 0),
    ):
        yield from calibrated(page, desk, calibration)
    yield from _in_browser(port, session, is_whole=cars >= CARS)


def _in_browser(port: int, session: str, *, is_whole: bool) -> Iterator[Figure]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a second to load

    chrome = os.environ.get("CHROME") or shutil.which("chromium")
    if chrome is None and shutil.which("google-chrome") is None:
        yield Figure("board in a browser: none was found", 0, "", note="set CHROME")
        return
    # Playwright keeps an event loop in this thread; the ORM would refuse to work.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chrome or shutil.which("google-chrome"),
            args=["--no-sandbox"],
        )
        yield from _looked_at(browser, port, session, is_whole=is_whole)
        browser.close()


def _looked_at(
    browser: "Browser", port: int, session: str, *, is_whole: bool
) -> Iterator[Figure]:
    base = f"http://127.0.0.1:{port}"
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base}
    context.add_cookies([cookie])  # type: ignore[list-item]  # a plain dict
    tab = context.new_page()
    plain = _usable(tab, f"{base}/board/intake/?site=board", "h1")
    path = f"{base}/board/plan/?site=board&span=quarter"
    board = _usable(tab, path, READY)
    yield Figure("calibration: a form in the browser", plain.seconds, "s")
    yield _beside("board usable in the browser", board, plain)
    health = _usable(tab, f"{base}/board/plan/health/?site=board", "#changes")
    yield _beside("plan health usable in the browser", health, plain)
    tab.goto(path)
    tab.wait_for_selector(READY)
    # All weeks that a quarter shows are there, and those that come next.
    _await_weeks(tab)
    shown = int(tab.locator("#plan-board").get_attribute("data-bars") or 0)
    least = float(BARS) if is_whole else None
    yield Figure("bars on the screen", shown, "", least, at_least=True)
    rounds = [_worst_frame(tab, path) for _n in range(3)]
    yield Figure(
        "longest frame, scrolling a quarter",
        min(rounds),
        "ms",
        MOST_FRAME_MS,
        note="rounds: " + ", ".join(f"{each:.0f}" for each in rounds),
    )
    context.close()


def _await_weeks(tab: "Tab") -> None:
    """Wait until more weeks than a quarter needs at first have come."""
    place, until = tab.locator("#plan-board"), monotonic() + PATIENCE_SECONDS
    while int(place.get_attribute("data-ready") or 0) <= WEEKS:
        if monotonic() > until:
            raise TimeoutError("The board's weeks did not come.")
        tab.wait_for_timeout(50)


class Usable:
    """How long until a page could be used, and how busy it kept the browser."""

    def __init__(self, seconds: float, busy: float) -> None:
        self.seconds = seconds
        self.busy = busy


def _usable(tab: "Tab", address: str, sign: str) -> Usable:
    """Open a page some times; return the middle one."""
    watch = tab.context.new_cdp_session(tab)
    watch.send("Performance.enable")
    seconds, busy = [], []
    for turn in count():
        tab.goto(address, wait_until="commit")
        tab.wait_for_selector(sign)
        took = tab.evaluate("performance.now()") / 1000
        metrics: list[Any] = watch.send("Performance.getMetrics")["metrics"]
        found = {each["name"]: each["value"] for each in metrics}
        if turn:
            seconds.append(took)
            busy.append(found["TaskDuration"])
        if turn == TIMES:
            break
    return Usable(statistics.median(seconds), statistics.median(busy))


def _beside(name: str, page: Usable, plain: Usable) -> Figure:
    """When a page is of use, and how much later that is than for a plain one."""
    return Figure(
        name,
        page.seconds,
        "s",
        MOST_SECONDS,
        ratio=page.seconds / plain.seconds,
        note=f"{page.busy:.2f} s of CPU in the page",
    )


def _worst_frame(tab: "Tab", address: str) -> float:
    tab.goto(address)
    tab.wait_for_selector(READY)
    gaps: list[float] = tab.evaluate(SCROLL)
    return max(gaps)
