"""The demo's cars: each one's past is lived through by commands, in order of time."""

from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count

from django.utils import timezone

from config.seeding.demo_house import House
from config.seeding.demo_stages import STAGES
from config.seeding.demo_work import Act, CarStory
from config.seeding.sheet import Row, Sheet
from config.seeding.upsert import Counts, ids
from parts import commands as parts
from parts.models import PurchaseOrderLine
from restoration import commands
from restoration.commands.solving import solve
from restoration.models import EngineMenu, Project, Template
from workshop.models import Customer, Site, Variant

# Working days ago: by then every car that is in work now was agreed on.
FIRST_PLAN = 6
# The same story on every machine: so many changes are tried, whatever time they take.
ITERATIONS, SECONDS = 200, 20.0
# What suppliers put off, by order and part, and by how many days: two cars' promises
# move with it whatever day it is told on, one of them the first customer's.
LATE_LINES = (
    ("PO-D0004", "unnumbered-0073", 66),
    ("PO-D0001", "unnumbered-0068", 100),
)
LATE_SINCE = 3


class Timeline:
    """Does things in the order of their instants; each may add later ones."""

    def __init__(self) -> None:
        self.due: list[tuple[datetime, bool, int, Act]] = []
        self.number = count()

    def add(self, at: datetime, act: Act, *, begins: bool = True) -> None:
        """Have something done at an instant.

        Args:
            at: when, aware.
            act: what; it is told the instant.
            begins: what ends something at the same instant comes before.
        """
        heappush(self.due, (at, begins, next(self.number), act))

    def live(self) -> None:
        """Do all that is due, and what that adds."""
        while self.due:
            at, _begins, _number, act = heappop(self.due)
            act(at)


def load_cars(sheet: Sheet) -> Counts:
    """Tell the story of each car that has no project yet, once."""
    rows = _rows(sheet)
    known = Project.objects.filter(
        vehicle__frame_number__in=[row.text("frame_number") for row in rows]
    )
    standing = set(known.values_list("vehicle__frame_number", flat=True))
    missing = [row for row in rows if row.text("frame_number") not in standing]
    if missing:
        _live(missing)
    return Counts(created=len(missing), unchanged=len(rows) - len(missing))


def _rows(sheet: Sheet) -> list[Row]:
    variants, templates, menus = ids(Variant), ids(Template), ids(EngineMenu)
    customers = ids(Customer.objects.filter(is_demo=True), "email")
    rows = []
    for row in sheet.rows(
        "frame_number", "variant", "model_code", "colour", "customer_email", "template",
        "engine_menu", "stage", "built_month",
    ):  # fmt: skip
        row.text("frame_number", required=True)
        row.refers("variant", variants, "variants.csv")
        row.refers("customer_email", customers, "demo_people.csv")
        row.refers("template", templates, "templates.csv")
        row.refers("engine_menu", menus, "engine_menus.csv", required=False)
        row.choice("stage", list(STAGES))
        row.month("built_month")
        rows.append(row)
    sheet.require_sound()
    return rows


def _live(rows: list[Row]) -> None:
    now = timezone.now()
    site = Site.objects.filter(is_demo=True).order_by("pk")[0]
    house = House(site, now)
    timeline = Timeline()
    # Who signed first has the first choice of people's time and of parts.
    rows.sort(key=lambda row: -STAGES[row.text("stage")].agreed_days)
    for row in rows:
        CarStory(house, row, timeline.add).begin()
    first, late = house.past.morning(FIRST_PLAN), house.past.morning(LATE_SINCE)
    timeline.add(first, lambda at: _plan(site, at, "first"))
    timeline.add(late, lambda at: _delay(house, at))
    timeline.live()
    _plan(site, now, "today")


def _delay(house: House, at: datetime) -> None:
    """Suppliers say that parts come later."""
    for number, part, days in LATE_LINES:
        line = PurchaseOrderLine.objects.filter(
            order__number=number, part__code=part
        ).first()
        if line is not None:
            parts.change_due_date(
                line_id=line.pk,
                due_on=line.due_on + timedelta(days=days),
                reason="The supplier makes the next batch later",
                at=at,
                actor_id=house.buyer.pk,
            )


def _plan(site: Site, at: datetime, cause: str) -> None:
    """Answer every wish and plan the house, as its services would have done then."""
    parts.check_all_availability(at=at)
    run = commands.request_plan(site_id=site.pk, cause={"demo": cause}, at=at)
    commands.run_plan(
        run_id=run.pk,
        clock=lambda: at,
        seconds=SECONDS,
        solver=partial(solve, iterations=ITERATIONS),
    )
