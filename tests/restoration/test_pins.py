"""A card is held at a time, with people, in a bay; or refused in words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import translation

from common.errors import InvalidInput, NotAllowed
from restoration import commands, queries
from restoration.models import (
    Assignment,
    JobCard,
    JobCardLink,
    OperationLink,
    Pin,
    PlanRun,
)
from tests import build
from tests.restoration.shop import AT, HOUR, Shop, key, shop
from tests.restoration.test_plans import answer, plan, starts
from workshop.models import Absence, Role

pytestmark = pytest.mark.django_db
# 24 November, 10:00 in Tokyo.
TUESDAY = datetime(2026, 11, 24, 1, tzinfo=UTC)


def pin(house: Shop, card_id: int, **more: Any) -> Pin:
    given: dict[str, Any] = {
        "reason": "asked for", "user_id": house.manager.pk, "key": key(), "at": AT,
    } | more  # fmt: skip
    return commands.pin_card(card_id=card_id, **given)


def refused(house: Shop, card_id: int, **more: Any) -> str:
    """Why a pin is refused, in English; nothing changes."""
    before = (Pin.objects.count(), PlanRun.objects.count())
    with pytest.raises(commands.PinRefused) as refusal:
        pin(house, card_id, **more)
    assert (Pin.objects.count(), PlanRun.objects.count()) == before
    return str(refusal.value).partition(". ")[2]


def test_only_a_manager_holds_a_card_and_lets_it_go() -> None:
    house = shop(with_part=False)
    strip = house.card(house.approved(), house.strip)
    other = build.user(Role.PARTS).pk
    held = pin(house, strip.pk, starts_at=TUESDAY)
    before = list(Pin.objects.values())

    with pytest.raises(NotAllowed):
        pin(house, strip.pk, starts_at=TUESDAY + HOUR, user_id=other)
    with pytest.raises(NotAllowed):
        commands.release_pin(pin_id=held.pk, user_id=other, key=key(), at=AT)

    assert list(Pin.objects.values()) == before


def test_a_pinned_card_is_planned_where_it_is_held() -> None:
    house = shop(with_part=False)
    project = house.approved()
    plan(house)
    strip = house.card(project, house.strip)

    held = pin(house, strip.pk, starts_at=TUESDAY)
    run = plan(house)

    assert (held.starts_at, held.ends_at) == (TUESDAY, TUESDAY + 2 * HOUR)
    assert list(held.technicians.all()) == [house.mechanic]
    assert held.bay == house.lift
    assert starts(project)[0] == ("Strip", "11-24 10:00", "11-24 12:00")
    row = Assignment.objects.get(run=run, card=strip)
    assert (row.is_pinned, row.is_fixed) == (True, False)
    assert row.technician_bookings.get().is_binding
    assert queries.start_reason(row.card, row.reason) == "Pinned: asked for"


def test_a_pin_has_its_price() -> None:
    house = shop(with_part=False)
    project = house.approved()
    plan(house)
    strip = house.card(project, house.strip)

    free = pin(house, strip.pk, starts_at=TUESDAY)
    dear = pin(house, strip.pk, starts_at=TUESDAY + timedelta(days=14))

    assert free.price == 0
    # Paint follows a day and two hours later than before: the promise has no room.
    assert dear.price is not None
    assert dear.price > Decimal(10)
    free.refresh_from_db()
    assert free.released_at == AT


def test_people_alone_leave_the_time_free() -> None:
    house = shop(with_part=False)
    other = build.technician(house.site, "general")
    project = house.approved()
    plan(house)
    strip = house.card(project, house.strip)

    held = pin(house, strip.pk, technician_ids=[other.pk])
    plan(house)

    assert held.starts_at is None
    row = Assignment.objects.get(run__is_in_force=True, card=strip)
    assert row.technician_bookings.get().technician == other
    assert row.is_pinned


def test_a_released_pin_holds_nothing() -> None:
    house = shop(with_part=False)
    project = house.approved()
    plan(house)
    before = starts(project)
    held = pin(house, house.card(project, house.strip).pk, starts_at=TUESDAY)
    plan(house)

    for _again in range(2):
        commands.release_pin(pin_id=held.pk, user_id=house.manager.pk, key=key(), at=AT)
    plan(house)

    assert not Assignment.objects.filter(run__is_in_force=True, is_pinned=True)
    assert starts(project)[0][1] <= "11-24 10:00"
    assert before[0][1] == "11-23 09:00"


def test_the_same_key_pins_once() -> None:
    house = shop(with_part=False)
    card = house.card(house.approved(), house.strip)
    plan(house)

    one = pin(house, card.pk, starts_at=TUESDAY, key="same-key-for-both")
    other = pin(house, card.pk, starts_at=TUESDAY, key="same-key-for-both")

    assert one == other
    assert Pin.objects.count() == 1


def test_a_pin_is_refused_with_its_reason() -> None:
    house = shop(with_part=False)
    project = house.approved()
    strip, paint = house.card(project, house.strip), house.card(project, house.paint)
    booth = build.bay(house.site, "booth")
    plan(house)

    assert refused(house, strip.pk, technician_ids=[house.painter.pk]).startswith(
        f"{house.painter.name} has none of the skills that the card takes: "
    )
    assert (
        refused(house, strip.pk, technician_ids=[house.mechanic.pk, house.painter.pk])
        == "At most 1 can work on the card at once."
    )
    assert refused(house, strip.pk, starts_at=AT - HOUR) == "This time is over."
    assert refused(house, strip.pk, bay_id=booth.pk, starts_at=TUESDAY).startswith(
        f"{booth.code} is no “"
    )
    assert refused(house, paint.pk, bay_id=booth.pk) == "The card takes no bay."
    assert refused(house, paint.pk, starts_at=AT + HOUR).startswith(
        "It follows “Strip”, which does not let go of it before "
    )
    doomsday = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    assert refused(house, strip.pk, starts_at=doomsday).startswith(
        "The plan does not look as far ahead, only until "
    )
    night = datetime(2026, 11, 24, 15, tzinfo=UTC)
    assert " does not work at " in refused(house, strip.pk, starts_at=night)


def test_work_outside_is_not_held_past_the_end_of_the_plan() -> None:
    house = shop(with_part=False)
    card = house.card(house.approved(), house.finish)
    card.is_outside = True
    card.save()
    plan(house)

    why = refused(house, card.pk, starts_at=AT + timedelta(days=401))

    assert why.startswith("The plan does not look as far ahead, only until ")


def test_absent_people_are_named() -> None:
    house = shop(with_part=False)
    card = house.card(house.approved(), house.strip)
    Absence.objects.create(
        technician=house.mechanic,
        period=DateTimeTZRange(TUESDAY - HOUR, TUESDAY + 9 * HOUR),
    )
    plan(house)

    why = refused(house, card.pk, starts_at=TUESDAY)

    assert why.startswith(f"{house.mechanic.name} is away at ")
    with translation.override("ja"):
        assert "不在" in refused_ja(house, card.pk)


def refused_ja(house: Shop, card_id: int) -> str:
    with pytest.raises(commands.PinRefused) as refusal:
        pin(house, card_id, starts_at=TUESDAY)
    return str(refusal.value)


def test_started_work_and_other_pins_are_in_the_way() -> None:
    house = shop(with_part=False)
    one, other = house.approved(), house.approved()
    plan(house)
    first, second = house.card(one, house.strip), house.card(other, house.strip)
    pin(house, first.pk, starts_at=TUESDAY)

    assert refused(house, second.pk, starts_at=TUESDAY + HOUR) == (
        f"{house.mechanic.name} works on “Strip” then."
    )
    house.start(first)
    assert refused(house, first.pk, starts_at=TUESDAY) == (
        "The work has begun; what is under way is not moved."
    )


def test_a_card_that_waits_for_a_part_is_not_held_before_it() -> None:
    house = shop()
    card = house.card(house.approved(), house.strip)
    answer(house)
    plan(house)

    assert refused(house, card.pk, starts_at=TUESDAY) == (
        "13028-20P25 Timing belt comes Thu 3 Dec 2026 only."
    )


def test_a_pin_that_cannot_stand_any_more_is_set_aside() -> None:
    house = shop(with_part=False)
    project = house.approved()
    strip = house.card(project, house.strip)
    plan(house)
    pin(house, strip.pk, starts_at=TUESDAY)
    Absence.objects.create(
        technician=house.mechanic,
        period=DateTimeTZRange(TUESDAY - HOUR, TUESDAY + 9 * HOUR),
    )

    run = plan(house)

    assert run.state == "DONE"
    assert run.detail["pins_set_aside"][str(strip.pk)]["code"] == "HOURS"
    assert starts(project)[0][1] != "11-24 10:00"
    assert queries.pins_aside(run) == [
        f"The pin on “Strip” ({project.number}) is set aside."
        f" {house.mechanic.name} is away at Tue 24 Nov 2026, 10:00."
    ]


def test_a_pin_that_allows_no_plan_is_named() -> None:
    house = shop(with_part=False)
    project = house.approved()
    strip = house.card(project, house.strip)
    plan(house)
    held = pin(house, strip.pk, starts_at=TUESDAY)
    run = PlanRun(detail={"released_pins": [strip.pk]})

    assert queries.pins_aside(run) == [
        f"The pin on “Strip” ({project.number}) is set aside."
        " With it there is no plan for the other cars."
    ]
    commands.release_pin(pin_id=held.pk, user_id=house.manager.pk, key=key(), at=AT)
    assert queries.pins_aside(run) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [({"starts_at": TUESDAY, "reason": " "}, "reason"), ({}, "starts_at")],
)
def test_a_pin_says_what_and_why(given: dict[str, Any], field: str) -> None:
    house = shop(with_part=False)
    card = house.card(house.approved(), house.strip)

    with pytest.raises(InvalidInput) as refusal:
        pin(house, card.pk, **given)

    assert refusal.value.field == field


def ends(house: Shop, card: JobCard, **wish: Any) -> list[tuple[str, int, bool]]:
    found = queries.check_pin(
        card, **{"starts_at": None, "technicians": [], "bay": None, "at": AT} | wish
    )
    return [(end.number, end.days, end.is_own) for end in found.cars]


def test_a_free_pin_says_which_cars_end_later_for_it() -> None:
    house = shop(with_part=False)
    first = house.approved()
    plan(house)
    strip = house.card(first, house.strip)

    assert ends(house, strip, starts_at=TUESDAY) == [(first.number, 1, True)]
    assert ends(house, strip, technicians=[house.mechanic.pk]) == [
        (first.number, 0, True)
    ]


def test_cards_in_a_circle_are_named_and_hang_nothing() -> None:
    house = shop(with_part=False)
    project = house.approved()
    plan(house)
    strip, paint = house.card(project, house.strip), house.card(project, house.paint)
    JobCardLink.objects.create(before=paint, after=strip)

    for wish in ({"starts_at": TUESDAY}, {"technician_ids": [house.mechanic.pk]}):
        why = refused(house, strip.pk, **wish)
        assert why.startswith("These cards wait for each other in a circle: ")
        assert ("“Strip” → “Paint” → “Strip”" in why) or (
            "“Paint” → “Strip” → “Paint”" in why
        )
    assert len(queries.plan_input(house.site, at=AT).cards) == 3


def test_work_in_a_circle_is_not_released() -> None:
    house = shop(with_part=False)
    OperationLink.objects.create(before=house.paint, after=house.strip)

    with pytest.raises(commands.CircularWork, match="wait for each other"):
        house.approved()

    assert not JobCard.objects.exists()
