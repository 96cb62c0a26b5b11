"""What if: a copy is planned and compared; then made real, or thrown away."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from common.errors import InvalidInput, NotAllowed
from common.models import AuditEntry
from parts import commands as parts
from parts.models import Demand, DueDateChange
from restoration import commands, queries
from restoration.commands.solving import PlannerFailed
from restoration.models import PlanRun, Project, Scenario, TechnicianBooking
from restoration.queries.shifts import Shifts
from restoration.queries.shop_changes import OpenDays, ShopChanges
from tests import build
from tests.restoration.shop import AT, Shop, key, shop
from tests.restoration.test_plans import answer, in_process, plan
from workshop import commands as workshop
from workshop.models import Absence, ExtraDay, Holiday, Promise, Role, WorkingHours

pytestmark = pytest.mark.django_db


def ask(house: Shop, *changes: dict[str, Any], **more: Any) -> Scenario:
    given: dict[str, Any] = {
        "site_id": house.site.pk, "name": "What if", "changes": list(changes),
        "user_id": house.manager.pk, "key": key(), "at": AT,
    } | more  # fmt: skip
    scenario = commands.open_scenario(**given)
    assert scenario.run_id is not None
    commands.run_scenario(run_id=scenario.run_id, clock=lambda: AT, solver=in_process)
    call_command("check_invariants", verbosity=0)
    return Scenario.objects.get(pk=scenario.pk)


def away(house: Shop) -> dict[str, Any]:
    return {
        "kind": "ABSENCE", "technician": house.painter.pk,
        "from_on": "2026-11-23", "to_on": "2027-01-10",
    }  # fmt: skip


def act(house: Shop, scenario: Scenario, name: str) -> Scenario:
    command = getattr(commands, f"{name}_scenario")
    done: Scenario = command(
        scenario_id=scenario.pk, user_id=house.manager.pk, key=key(), at=AT
    )
    return done


def test_a_lost_technician_moves_dates_money_and_promises_and_nothing_real() -> None:
    house = shop(with_part=False)
    project = house.approved()
    Project.objects.update(wished_on=date(2026, 11, 24))
    base = plan(house)
    bound = TechnicianBooking.objects.filter(is_binding=True).count()

    story = queries.scenario_story(ask(house, away(house)))

    assert story.scenario.state == "READY"
    assert story.changes == [
        f"Without {house.painter.name} from Mon 23 Nov 2026 to Sun 10 Jan 2027"
    ]
    car = story.cars[0]
    assert (car.project, car.number) == (project.pk, project.number)
    assert car.moved_days is not None
    assert car.moved_days > 40
    assert story.promises_moved == 1
    # Two hours of labour for each day past the promise.
    assert story.money_moved == car.late_now * 2 * house.site.labour_rate
    # The plan was made before its promise, for a wish that it could not keep; both are
    # measured by the promise that it gave.
    base.refresh_from_db()
    assert base.cost is not None
    assert base.cost > 0
    assert (story.cost_was, car.late_was) == (0, 0)
    assert base.is_in_force
    assert TechnicianBooking.objects.filter(is_binding=True).count() == bound
    assert Promise.objects.count() == 1
    assert not Absence.objects.exists()


def test_a_part_by_air_comes_earlier_and_has_its_cost() -> None:
    house = shop()
    house.approved()
    answer(house)
    plan(house)
    wish = Demand.objects.get()
    car = Project.objects.get().number

    story = queries.scenario_story(
        ask(
            house,
            {"kind": "PART", "demand": wish.pk, "on": "2026-11-26", "cost": "45000"},
        )
    )

    assert story.cars[0].moved_days is not None
    assert story.cars[0].moved_days < 0
    assert story.money_moved == Decimal(45000)
    assert story.changes == [f"Timing belt ({car}) comes Thu 26 Nov 2026 (¥45,000)"]


def test_saturdays_and_another_car() -> None:
    house = shop(with_part=False)
    house.approved()
    plan(house)

    story = queries.scenario_story(
        ask(
            house,
            {"kind": "SATURDAYS", "from_on": "2026-11-23", "to_on": "2026-12-31"},
            {
                "kind": "CAR", "name": "R34 N1", "template": house.template.code,
                "arrives_on": "2026-11-28",
            },
        )
    )  # fmt: skip

    added = next(car for car in story.cars if car.project is None)
    # It arrives on a Saturday and is stripped on it; paint cures over the Sunday.
    assert (added.number, added.was_on) == ("R34 N1", None)
    assert added.now_on == date(2026, 12, 1)


def test_a_short_saturday_is_worked_whole() -> None:
    site = shop(with_part=False).site
    WorkingHours.objects.create(
        site=site, weekday=5, opens=time(9), closes=time(11, 30)
    )
    days = [
        datetime(2026, 11, day, tzinfo=ZoneInfo(site.time_zone)) for day in (27, 30)
    ]
    worked = ShopChanges(
        open_days=(OpenDays(5, date(2026, 11, 28), date(2026, 11, 28)),)
    )

    def hours(changes: ShopChanges) -> list[float]:
        spans = Shifts(site, days[0], days[1], changes).of_site()
        return [(end - start).total_seconds() / 3600 for start, end in spans]

    friday = hours(ShopChanges())[:-1]
    assert hours(ShopChanges()) == [*friday, 2.5]
    assert hours(worked) == [*friday, *friday]


def test_making_it_real_enters_absences_and_saturdays() -> None:
    house = shop(with_part=False)
    house.approved()
    WorkingHours.objects.create(
        site=house.site, technician=house.painter, weekday=4, opens=time(13),
        closes=time(17),
    )  # fmt: skip
    Holiday.objects.create(country="JP", day=date(2026, 12, 5), name_en="x")
    plan(house)
    saturdays = {"kind": "SATURDAYS", "from_on": "2026-11-01", "to_on": "2026-12-12"}
    scenario = ask(house, away(house), saturdays)
    planned = Shifts(
        house.site, AT, AT + timedelta(days=30),
        queries.read_changes(house.site, [saturdays]),
    ).by_technician([house.mechanic, house.painter])  # fmt: skip

    done = act(house, scenario, "publish")

    assert (done.state, done.left_to_do) == ("PUBLISHED", [])
    assert Absence.objects.get().technician == house.painter
    # From today on, without the holiday, by the hours that it was planned with.
    days = sorted(set(ExtraDay.objects.values_list("day", flat=True)))
    assert days == [date(2026, 11, 28), date(2026, 12, 12)]
    worked = Shifts(house.site, AT, AT + timedelta(days=30))
    Absence.objects.all().delete()
    assert worked.by_technician([house.mechanic, house.painter]) == planned
    assert AuditEntry.objects.filter(command="enter_extra_days").count() == 1
    with pytest.raises(commands.WrongState):
        act(house, done, "discard")

    for _again in range(2):
        workshop.withdraw_extra_days(
            site_id=house.site.pk, batch=commands.batch_of(done, 1),
            user_id=house.manager.pk, key=key(), at=AT,
        )  # fmt: skip
    assert not ExtraDay.objects.valid().exists()


def test_an_absence_that_is_over_when_it_is_made_real_is_passed_over() -> None:
    house = shop(with_part=False)
    house.approved()
    plan(house)
    scenario = ask(house, away(house))

    done = commands.publish_scenario(
        scenario_id=scenario.pk,
        user_id=house.manager.pk,
        key=key(),
        at=AT + timedelta(days=60),
    )

    assert (done.state, done.left_to_do) == ("PUBLISHED", [])
    assert not Absence.objects.exists()


def test_saturdays_that_are_entered_already_make_nothing_real() -> None:
    house = shop(with_part=False)
    house.approved()
    plan(house)
    saturday = {"kind": "SATURDAYS", "from_on": "2026-11-28", "to_on": "2026-11-28"}
    scenario = ask(house, away(house), saturday)
    commands.open_extra_days(
        site_id=house.site.pk, from_on=date(2026, 11, 28), to_on=date(2026, 11, 28),
        opens=time(10), closes=time(12), reason="", user_id=house.manager.pk,
        key=key(), at=AT,
    )  # fmt: skip

    # It is worked by hours of its own: nothing of the change is left to enter.
    assert act(house, scenario, "publish").left_to_do == []
    assert ExtraDay.objects.get().opens == time(10)


def test_a_part_on_its_way_gets_its_new_day_on_its_order() -> None:
    house = shop()
    house.approved()
    answer(house)
    belts = parts.Ordered(
        part_id=house.belt.pk, quantity=Decimal(1), unit_price=Decimal(5000),
        due_on=date(2027, 1, 20),
    )  # fmt: skip
    order = parts.create_purchase_order(
        supplier_id=build.supplier().pk, site_id=house.site.pk, lines=[belts],
        key=key(), at=AT,
    )  # fmt: skip
    parts.send_purchase_order(order_id=order.pk, at=AT)
    parts.reserve_for_demand(demand_id=Demand.objects.get().pk, at=AT)
    answer(house)
    plan(house)
    wish = Demand.objects.get()
    by_air = {"kind": "PART", "demand": wish.pk, "on": "2026-12-01"}

    done = act(house, ask(house, by_air), "publish")

    change = DueDateChange.objects.get()
    assert (change.was_due_on, change.due_on) == (date(2027, 1, 20), date(2026, 12, 1))
    assert (change.reason, change.changed_by) == ("What if", house.manager)
    assert done.left_to_do == [by_air | {"orders": [order.number]}]
    car = Project.objects.get().number
    assert queries.scenario_story(done).left_to_do == [
        f"Tell the supplier of {order.number}: Timing belt ({car}) is counted on for "
        "Tue 1 Dec 2026 now."
    ]


def test_a_part_that_nobody_ordered_is_left_to_do() -> None:
    house = shop()
    house.approved()
    answer(house)
    plan(house)
    by_air = {"kind": "PART", "demand": Demand.objects.get().pk, "on": "2026-12-01"}

    done = act(house, ask(house, by_air), "publish")

    assert done.left_to_do == [by_air]
    assert not DueDateChange.objects.exists()


def test_what_is_thrown_away_changes_nothing() -> None:
    house = shop(with_part=False)
    house.approved()
    plan(house)
    scenario = ask(house, away(house))

    for _again in range(2):
        assert act(house, scenario, "discard").state == "DISCARDED"

    assert not Absence.objects.exists()
    with pytest.raises(commands.WrongState):
        act(house, scenario, "publish")


def test_only_a_manager_asks_what_if_and_closes_it() -> None:
    house = shop(with_part=False)
    house.approved()
    plan(house)
    scenario = ask(house, away(house))
    other = build.user(Role.PARTS).pk
    before = list(Scenario.objects.values())

    with pytest.raises(NotAllowed):
        ask(house, away(house), user_id=other)
    given: dict[str, Any] = {
        "scenario_id": scenario.pk, "user_id": other, "key": key(), "at": AT
    }  # fmt: skip
    for close in (commands.publish_scenario, commands.discard_scenario):
        with pytest.raises(NotAllowed):
            close(**given)
    with pytest.raises(NotAllowed):
        commands.reckon_scenario(changes=[away(house)], **given)

    assert list(Scenario.objects.values()) == before
    assert not Absence.objects.exists()


def test_an_impossible_scenario_says_why_and_is_reckoned_again() -> None:
    house = shop(with_part=False)
    house.approved()
    plan(house)
    house.painter.skills.clear()

    def refuse(*_args: Any, **_more: Any) -> Any:
        raise PlannerFailed("NONE_FOUND", "none")

    scenario = commands.open_scenario(
        site_id=house.site.pk, name="x", changes=[away(house)],
        user_id=house.manager.pk, key=key(), at=AT,
    )  # fmt: skip
    commands.run_scenario(run_id=scenario.run_id or 0, clock=lambda: AT, solver=refuse)
    scenario.refresh_from_db()

    assert scenario.state == "FAILED"
    assert (
        "None was found in the time given" in queries.scenario_story(scenario).refusal
    )
    again = commands.reckon_scenario(
        scenario_id=scenario.pk, changes=[away(house)],
        user_id=house.manager.pk, key=key(), at=AT,
    )  # fmt: skip
    assert (again.state, again.run_id != scenario.run_id) == ("RUNNING", True)


def asked(house: Shop) -> Scenario:
    """A scenario whose run waits for its turn."""
    return commands.open_scenario(
        site_id=house.site.pk, name="x", changes=[away(house)],
        user_id=house.manager.pk, key=key(), at=AT,
    )  # fmt: skip


def run_in_vain(scenario: Scenario) -> PlanRun:
    """Its turn comes: there is nothing to plan, and the run says so."""
    commands.run_scenario(
        run_id=scenario.run_id or 0, clock=lambda: AT, solver=in_process
    )
    call_command("check_invariants", verbosity=0)
    return PlanRun.objects.get(pk=scenario.run_id)


def test_what_is_thrown_away_before_its_turn_leaves_no_run_behind() -> None:
    house = shop(with_part=False)
    house.approved()
    plan(house)
    scenario = asked(house)
    act(house, scenario, "discard")

    run = run_in_vain(scenario)

    assert run.state == "FAILED"
    assert queries.refusal_sentence(run) == "It was thrown away before its turn came."
    scenario.refresh_from_db()
    assert scenario.state == "DISCARDED"


def test_who_left_the_house_before_its_turn_makes_a_scenario_fail_at_once() -> None:
    house = shop(with_part=False)
    house.approved()
    plan(house)
    scenario = asked(house)
    house.painter.is_active = False
    house.painter.save()

    run = run_in_vain(scenario)

    assert run.error == "changes.0.technician: Nobody of the site was named."
    scenario.refresh_from_db()
    assert scenario.state == "FAILED"
    assert "has left the house since" in queries.scenario_story(scenario).refusal


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "LUCK"}, "changes.0.kind"),
        ({"kind": "ABSENCE", "technician": 0}, "changes.0.technician"),
        ({"kind": "SATURDAYS", "from_on": "soon", "to_on": "x"}, "changes.0.from_on"),
        ({"kind": "PART", "demand": 7, "on": "2026-12-01"}, "changes.0.demand"),
        ({"kind": "CAR", "name": "x", "template": "NONE"}, "changes.0.template"),
        ({"kind": "CAR", "name": "x", "cost": "-1"}, "changes.0.cost"),
    ],
)
def test_a_change_that_cannot_be_read_is_named(
    change: dict[str, Any], field: str
) -> None:
    house = shop(with_part=False)

    with pytest.raises(InvalidInput) as refusal:
        queries.read_changes(house.site, [change])

    assert refusal.value.field == field


def test_without_a_plan_there_is_nothing_to_compare_with() -> None:
    house = shop(with_part=False)

    with pytest.raises(commands.NothingToCompare):
        ask(house, away(house))

    assert not PlanRun.objects.exists()
