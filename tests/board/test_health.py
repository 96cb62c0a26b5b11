"""Plan health and what if, as a manager reads them."""

from datetime import datetime, time, timedelta
from itertools import repeat
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from restoration import commands
from restoration.commands.solving import PlannerFailed
from restoration.models import PlanChange, PlanRun, Project, Scenario
from restoration.queries.plan_health import ChangedCard
from restoration.queries.scenario_result import ends_of
from tests import build
from tests.board.test_pages import text_of
from tests.restoration.shop import AT, HOUR, Shop, key, shop
from tests.restoration.test_plans import in_process
from workshop.models import Absence, ExtraDay, Promise
from workshop.planner import Problem, prices

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Shop:
    """A house that was planned, and again when its mechanic fell ill."""
    house = shop(with_part=False)
    house.approved()
    for at in (AT, AT + 24 * HOUR):
        run = commands.request_plan(site_id=house.site.pk, cause={}, at=at)
        commands.run_plan(run_id=run.pk, clock=repeat(at).__next__, solver=in_process)
    return house


def test_health_says_how_good_the_plan_is_and_what_it_changed(
    house: Shop, manager: Client
) -> None:
    page = text_of(manager.get("/board/plan/health/"))

    assert "Weighted days after promises" in page
    assert "None: the plan ends every car by its promise." in page
    assert "Moved: 3" in page
    assert "Load of the next twelve weeks" in page


def test_what_a_plan_costs_is_told_by_the_promises_of_then_and_of_today(
    house: Shop, manager: Client
) -> None:
    late = "promises it is"
    paths = ("/board/plan/", "/board/plan/health/")
    assert not any(late in text_of(manager.get(path)) for path in paths)

    project = Project.objects.get()
    first = Promise.objects.history_of(project.subject_key)[0]
    ends = ends_of(PlanRun.objects.get(is_in_force=True))[project.pk]
    zone = ZoneInfo(house.site.time_zone)
    promised_on = ends.astimezone(zone).date() - timedelta(days=3)
    Promise.objects.create(
        subject_key=project.subject_key,
        sequence=first.sequence + 1,
        promised_on=promised_on,
        confidence=first.confidence,
        cause="PROGRESS",
        given_at=AT,
    )
    opening = datetime.combine(promised_on + timedelta(days=1), time(), zone)
    days = (ends - opening) / timedelta(days=1)

    for path in paths:
        assert f"{late} {days:.1f} weighted days." in text_of(manager.get(path))


def test_a_card_that_only_ends_at_another_time_is_told_by_its_end() -> None:
    def changed(**fields: Any) -> ChangedCard:
        given = {"kind": "MOVED", "was_starts_at": AT, "starts_at": AT}
        return ChangedCard(PlanChange(**given | fields), was_people=(), people=())

    assert changed().is_end_alone
    assert not changed(starts_at=AT + HOUR).is_end_alone
    assert not changed(kind="REASSIGNED").is_end_alone
    assert not changed(kind="FINISHED", starts_at=None).is_end_alone


def test_health_speaks_of_its_own_workshop(house: Shop, manager: Client) -> None:
    project = Project.objects.get()
    Project.objects.update(wished_on=AT.date())

    assert project.number in text_of(manager.get("/board/plan/health/"))
    build.site(code="far")
    far = text_of(manager.get("/board/plan/health/?site=far"))
    assert project.number not in far


def test_health_and_what_if_of_an_empty_house_say_how_to_begin() -> None:
    client = Client()
    client.force_login(shop(with_part=False).manager)

    for path, says in (
        ("/board/plan/health/", "No plan yet"),
        ("/board/plan/what-if/", "No plan to compare with"),
    ):
        page = text_of(client.get(path))
        assert says in page
        assert "To the plan" in page


def asked(**fields: object) -> dict[str, object]:
    return {"name": "Without the mechanic", "idempotency_key": key()} | fields


def test_what_if_is_reckoned_read_and_made_real(house: Shop, manager: Client) -> None:
    form = asked(
        technician=house.mechanic.pk,
        away_from_on="2036-11-24",
        away_to_on="2036-11-25",
        saturdays_from_on="2036-11-29",
        saturdays_to_on="2036-11-29",
        saturdays_cost="30000",
    )

    answers = [manager.post("/board/plan/what-if/", form) for _n in range(2)]

    scenario = Scenario.objects.get()
    path = f"/board/plan/what-if/{scenario.pk}/"
    assert {a["Location"] for a in answers} == {path}
    assert "A copy of the house is being planned" in text_of(manager.get(path))
    commands.run_scenario(
        run_id=scenario.run_id or 0, clock=lambda: AT + 24 * HOUR, solver=in_process
    )
    page = text_of(manager.get(path))
    assert "Cars that move" in page
    assert "of it spent: ¥30,000" in page
    manager.post(f"{path}close/", {"do": "publish", "idempotency_key": key()})
    absence = house.mechanic.absences.get()
    page = text_of(manager.get(path))
    assert f"Away: {house.mechanic.name}, Mon 24 Nov 2036 – Tue 25 Nov 2036" in page
    assert "1 Saturday is entered as an extra day." in page
    assert "Sat 29 Nov 2036 09:00" in text_of(manager.get("/board/extra-days/"))

    # Both are taken back from here, and one comes back here.
    here = {"scenario": scenario.pk, "idempotency_key": key()}
    gone = manager.post(f"/board/absences/{absence.pk}/end/", here)
    assert gone["Location"] == path
    batch = ExtraDay.objects.values_list("batch", flat=True)[0]
    days = here | {"site": house.site.pk, "batch": batch, "idempotency_key": key()}
    page = text_of(manager.post("/board/extra-days/withdraw/", days, follow=True))
    assert "Nothing of it stands any more" in page
    assert not Absence.objects.exists()
    assert not ExtraDay.objects.valid().exists()


def test_what_if_without_a_change_asks_for_one(house: Shop, manager: Client) -> None:
    answer = manager.post("/board/plan/what-if/", asked())

    assert answer.status_code == 400
    assert "Fill in at least one of the four." in text_of(answer)
    assert not Scenario.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"saturdays_from_on": "2026-11-28"}, "Say which day."),
        ({"away_from_on": "2026-11-24", "away_to_on": "x"}, "Choose one as well."),
        (
            {"saturdays_from_on": "2026-11-28", "saturdays_to_on": "2026-11-27"},
            "It ends before it begins.",
        ),
    ],
)
def test_half_a_change_is_refused_where_it_lacks(
    house: Shop, manager: Client, typed: dict[str, str], said: str
) -> None:
    answer = manager.post("/board/plan/what-if/", asked(**typed))

    assert answer.status_code == 400
    assert said in text_of(answer)
    assert not Scenario.objects.exists()


def test_a_scenario_is_thrown_away(house: Shop, manager: Client) -> None:
    manager.post(
        "/board/plan/what-if/",
        asked(saturdays_from_on="2026-11-28", saturdays_to_on="2026-11-28"),
    )
    scenario = Scenario.objects.get()

    manager.post(
        f"/board/plan/what-if/{scenario.pk}/close/",
        {"do": "discard", "idempotency_key": key()},
    )

    scenario.refresh_from_db()
    assert scenario.state == "DISCARDED"


def test_a_press_of_no_button_throws_nothing_away(house: Shop, manager: Client) -> None:
    manager.post(
        "/board/plan/what-if/",
        asked(saturdays_from_on="2026-11-28", saturdays_to_on="2026-11-28"),
    )
    scenario = Scenario.objects.get()
    path = f"/board/plan/what-if/{scenario.pk}/close/"

    answers = [
        manager.post(path, given)
        for given in (
            {"idempotency_key": key()},
            {"do": "discard", "idempotency_key": "a\0b"},
            {"do": "discard"},
        )
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    scenario.refresh_from_db()
    assert scenario.state == "RUNNING"


def test_health_says_what_keeping_the_plan_costs(house: Shop, manager: Client) -> None:
    assert "Not reckoned yet" in text_of(manager.get("/board/plan/health/"))
    run = commands.request_plan(
        site_id=house.site.pk, cause={}, at=AT + 25 * HOUR, kind="NIGHTLY"
    )

    def pricer(problem: Problem) -> list[dict[str, float | int]]:
        found = prices(problem, seconds=10, iterations=5, widths=(0, 14))
        assert [each.days for each in found] == [0, 14]
        return [
            {"days": 0, "cost": 3.0, "near": 3, "near_kept": 1},
            {"days": 14, "cost": 4.5, "near": 3, "near_kept": 3},
        ]

    commands.run_plan(
        run_id=run.pk, clock=lambda: AT + 25 * HOUR, solver=in_process, pricer=pricer
    )

    page = text_of(manager.get("/board/plan/health/"))
    assert (
        "Keeping the next 14 days as they were still costs 1.5 weighted days after"
        " promises."
    ) in page
    assert "the next 14 days as plans do 4.5 +1.5 100 %" in page


def test_bands_without_a_price_leave_the_plan(house: Shop) -> None:
    run = commands.request_plan(
        site_id=house.site.pk, cause={}, at=AT + 25 * HOUR, kind="NIGHTLY"
    )

    def pricer(problem: Problem) -> list[dict[str, float | int]]:
        raise PlannerFailed("STOPPED", "out of luck")

    done = commands.run_plan(
        run_id=run.pk, clock=lambda: AT + 25 * HOUR, solver=in_process, pricer=pricer
    )

    assert done is not None
    assert (done.state, "bands" in done.detail) == ("DONE", False)
