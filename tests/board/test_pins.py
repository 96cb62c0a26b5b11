"""A card is held from the board: tried, held, refused, let go."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from restoration import commands
from restoration.board.timeline import frame_of
from restoration.models import Assignment, Pin
from restoration.queries.plan_window import plan_frame
from tests.board.test_pages import text_of
from tests.restoration.shop import AT, Shop, key, shop
from tests.restoration.test_plans import in_process

pytestmark = pytest.mark.django_db
# Chosen far ahead of any clock the tests run by: a pin in the past is refused.
THEN = "2030-01-07T10:00"


@pytest.fixture
def house() -> Shop:
    house = shop(with_part=False)
    house.approved()
    run = commands.request_plan(site_id=house.site.pk, cause={}, at=AT)
    commands.run_plan(run_id=run.pk, clock=lambda: AT, solver=in_process)
    return house


@pytest.fixture
def strip(house: Shop) -> Assignment:
    return Assignment.objects.select_related("card").get(card__title_en="Strip")


def wish(**fields: object) -> dict[str, object]:
    return {"reason": "The owner watches", "idempotency_key": key()} | fields


def test_a_bar_says_why_it_stands_there_and_offers_to_hold_it(
    manager: Client, strip: Assignment
) -> None:
    page = text_of(manager.get(f"/board/plan/bars/{strip.pk}/"))

    assert "Why here?" in page
    assert "Hold it at a time, person or bay" in page


def test_the_part_of_a_page_comes_without_its_frame(
    manager: Client, strip: Assignment
) -> None:
    headers = {"HX-Request": "true"}

    for path in (f"bars/{strip.pk}", f"cards/{strip.card_id}/pin", "cars/none"):
        answer = manager.get(f"/board/plan/{path}/", headers=headers)
        assert b"<html" not in answer.content


def test_bars_are_drawn_anew_when_their_work_begins(
    house: Shop, manager: Client, strip: Assignment
) -> None:
    path = f"/board/plan/bars/?week={AT.date()}"
    known = {"If-None-Match": manager.get(path)["ETag"]}

    assert manager.get(path, headers=known).status_code == 304
    house.start(strip.card)
    assert manager.get(path, headers=known).status_code == 200


def test_bars_of_a_cancelled_car_have_a_word_for_their_state(
    house: Shop, manager: Client, strip: Assignment
) -> None:
    commands.cancel_project(
        project_id=strip.card.project_id, reason="sold", user_id=house.manager.pk,
        at=AT,
    )  # fmt: skip
    site, run = house.site, strip.run
    frame = frame_of(plan_frame(site, run, by="car"), run, by="car")

    told = manager.get(f"/board/plan/bars/?week={AT.date()}&by=car").json()

    states = {frame["states"][bar[6]][1] for bar in told["bars"]}
    assert states == {"Cancelled"}


def test_a_refused_place_says_why_and_holds_nothing(
    house: Shop, manager: Client, strip: Assignment
) -> None:
    minute = int((AT - timedelta(days=2)).timestamp()) // 60

    page = text_of(manager.get(f"/board/plan/cards/{strip.card_id}/pin/?at={minute}"))

    assert "It cannot be held there." in page
    assert "This time is over." in page
    assert not Pin.objects.exists()


def test_work_that_has_begun_says_at_once_that_it_cannot_be_held(
    house: Shop, manager: Client, strip: Assignment
) -> None:
    path = f"/board/plan/cards/{strip.card_id}/pin/"
    assert "It cannot be held there." not in text_of(manager.get(path))

    house.start(strip.card)

    assert "It cannot be held there." in text_of(manager.get(path))
    assert "Under way or done." in text_of(manager.get(f"/board/plan/bars/{strip.pk}/"))


def test_holding_people_and_letting_go_again(
    house: Shop, manager: Client, strip: Assignment
) -> None:
    path = f"/board/plan/cards/{strip.card_id}/pin/"
    form = wish(technicians=house.mechanic.pk)

    # Without its price having been read, or that of another place, it is only told.
    for read in ({}, {"priced": "//"}):
        tried = text_of(manager.post(path, form | {"do": "pin"} | read))
        assert "It can be held there" in tried
    assert not Pin.objects.exists()
    form["priced"] = f"/{house.mechanic.pk}/"
    for _n in range(2):
        assert manager.post(path, form | {"do": "pin"}).status_code == 302
    pin = Pin.objects.get()
    assert (pin.pinned_by, pin.reason) == (house.manager, "The owner watches")
    assert "The owner watches" in text_of(manager.get(path))

    manager.post(f"/board/plan/pins/{pin.pk}/release/", {"idempotency_key": key()})
    pin.refresh_from_db()
    assert pin.released_by == house.manager


def test_a_pin_without_a_reason_keeps_what_was_typed(
    house: Shop, manager: Client, strip: Assignment
) -> None:
    read = (
        f"{int(datetime(2030, 1, 7, 1, tzinfo=UTC).timestamp())}/{house.mechanic.pk}/"
    )

    answer = manager.post(
        f"/board/plan/cards/{strip.card_id}/pin/",
        wish(reason=" ", starts_at=THEN, technicians=house.mechanic.pk, priced=read),
    )

    assert answer.status_code == 400
    assert f'value="{THEN}"'.encode() in answer.content
    assert "why it is held" in text_of(answer)
    assert not Pin.objects.exists()


def test_someone_who_lacks_the_skill_cannot_be_chosen(
    house: Shop, manager: Client, strip: Assignment
) -> None:
    answer = manager.post(
        f"/board/plan/cards/{strip.card_id}/pin/", wish(technicians=house.painter.pk)
    )

    assert answer.status_code == 400
    assert not Pin.objects.exists()


def test_pins_in_force_are_listed_let_go_and_held_again(
    house: Shop, manager: Client, strip: Assignment
) -> None:
    assert "Nothing is held" in text_of(manager.get("/board/plan/pins/"))
    commands.pin_card(
        card_id=strip.card_id, reason="The owner watches", user_id=house.manager.pk,
        key=key(), at=AT, technician_ids=[house.mechanic.pk],
    )  # fmt: skip
    pin = Pin.objects.get()

    page = text_of(manager.get("/board/plan/pins/"))
    for word in ("Strip", house.mechanic.name, "The owner watches", "In the next plan"):
        assert word in page
    assert "no promise paid for it" in page

    gone = manager.post(
        f"/board/plan/pins/{pin.pk}/release/",
        {"idempotency_key": key(), "from": "pins"},
        follow=True,
    )
    assert "was let go. Undo: hold it again" in text_of(gone)
    for _n in range(2):
        manager.post(
            f"/board/plan/pins/{pin.pk}/again/", {"idempotency_key": "again-1"}
        )
    again = Pin.objects.active().get()
    assert (again.reason, list(again.technicians.all())) == (
        "The owner watches", [house.mechanic],
    )  # fmt: skip
    assert Pin.objects.count() == 2


def test_the_price_of_a_pin_names_its_own_car(
    house: Shop, manager: Client, strip: Assignment
) -> None:
    form = wish(technicians=house.mechanic.pk) | {"do": "check"}

    page = text_of(manager.post(f"/board/plan/cards/{strip.card_id}/pin/", form))

    assert "It can be held there, and no car ends later for it." in page
    assert "this car" in page
    assert "ends on the same day" in page
