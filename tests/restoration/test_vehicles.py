"""Cars come into the books."""

from datetime import date

import pytest

from common.errors import InvalidInput, NotAllowed
from restoration import commands, queries
from restoration.models import Ownership, Vehicle
from tests import build
from tests.restoration.shop import AT
from workshop.models import Colour, FrameRange, Role, Variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def variant() -> Variant:
    found = build.variant(model_code="GJPRW")
    other = build.variant(model_code="GJPRV")
    for each in (found, other):
        FrameRange.objects.create(
            variant=each, prefix="BNR34", first=1, last=9000, units=10
        )
    Colour.objects.create(chassis_code="BNR34", code="TV2", name_en="Blue")
    return found


def enter(**more: object) -> Vehicle:
    given = {
        "frame_number": "bnr34 4321",
        "model_code": "GJPRW",
        "colour_code": "TV2",
        "user_id": None,
        "at": AT,
    } | more
    if "customer_id" not in given:
        given["customer_id"] = build.customer().pk
    return commands.enter_vehicle(**given)  # type: ignore[arg-type]


def test_the_plate_decides_and_the_owner_owns_from_today(variant: Variant) -> None:
    owner = build.customer()

    car = enter(customer_id=owner.pk)

    assert (car.frame_number, car.variant) == ("BNR34-004321", variant)
    assert car.colour is not None
    assert car.colour.code == "TV2"
    ownership = car.ownerships.get()
    assert (ownership.customer, ownership.period.lower) == (owner, date(2026, 11, 23))


def test_a_second_entry_finds_the_first(variant: Variant) -> None:
    owner = build.customer()
    first = enter(customer_id=owner.pk)

    assert enter(customer_id=owner.pk) == first
    assert Vehicle.objects.count() == Ownership.objects.count() == 1


def test_a_car_of_somebody_else_is_refused(variant: Variant) -> None:
    enter()

    with pytest.raises(commands.OwnedByAnother):
        enter()

    assert Ownership.objects.count() == 1


def test_several_variants_need_a_word(variant: Variant) -> None:
    with pytest.raises(InvalidInput) as refusal:
        enter(model_code="")

    assert refusal.value.field == "model_code"
    assert Vehicle.objects.count() == 0
    assert enter(model_code="", variant_id=variant.pk).variant == variant


def test_an_unknown_colour_is_refused(variant: Variant) -> None:
    with pytest.raises(InvalidInput) as refusal:
        enter(colour_code="ZZZ")

    assert refusal.value.field == "colour_code"
    assert Vehicle.objects.count() == 0


def test_a_number_never_built_is_refused(variant: Variant) -> None:
    with pytest.raises(queries.NeverBuilt):
        enter(frame_number="BNR34-012345")

    assert Vehicle.objects.count() == 0


def test_a_manager_enters_an_unlisted_car_with_a_reason(variant: Variant) -> None:
    manager = build.user(Role.MANAGER)

    car = commands.enter_unlisted_vehicle(
        frame_number="BNR34-012345",
        customer_id=build.customer().pk,
        reason="Seen and stamped",
        user_id=manager.pk,
        at=AT,
    )

    assert (car.variant, car.unlisted_reason) == (None, "Seen and stamped")


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.TECHNICIAN, Role.PARTS])
def test_nobody_else_enters_an_unlisted_car(variant: Variant, role: str) -> None:
    with pytest.raises(NotAllowed):
        commands.enter_unlisted_vehicle(
            frame_number="BNR34-012345",
            customer_id=build.customer().pk,
            reason="I want it",
            user_id=build.user(role).pk,
            at=AT,
        )

    assert Vehicle.objects.count() == 0


def test_an_unlisted_car_needs_a_reason(variant: Variant) -> None:
    with pytest.raises(InvalidInput) as refusal:
        commands.enter_unlisted_vehicle(
            frame_number="BNR34-012345",
            customer_id=build.customer().pk,
            reason="  ",
            user_id=build.user(Role.MANAGER).pk,
            at=AT,
        )

    assert refusal.value.field == "reason"
    assert Vehicle.objects.count() == 0


def test_a_new_owner_begins_where_the_old_one_ends(variant: Variant) -> None:
    manager = build.user(Role.MANAGER)
    car, buyer = enter(), build.customer()

    for _again in range(2):
        commands.change_owner(
            vehicle_id=car.pk,
            customer_id=buyer.pk,
            from_on=date(2027, 1, 1),
            user_id=manager.pk,
            at=AT,
        )

    periods = [o.period for o in car.ownerships.order_by("period")]
    assert [(p.lower, p.upper) for p in periods] == [
        (date(2026, 11, 23), date(2027, 1, 1)),
        (date(2027, 1, 1), None),
    ]


def test_an_owner_cannot_begin_before_the_present_one(variant: Variant) -> None:
    car = enter()

    with pytest.raises(InvalidInput):
        commands.change_owner(
            vehicle_id=car.pk,
            customer_id=build.customer().pk,
            from_on=date(2020, 1, 1),
            user_id=build.user(Role.MANAGER).pk,
            at=AT,
        )

    assert car.ownerships.count() == 1
