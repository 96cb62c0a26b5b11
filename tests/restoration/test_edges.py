"""Where two things meet: a plan and a farewell, a last day and a time zone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from common.errors import NotFound
from common.invariants import violations
from common.row_keys import row_key
from restoration import commands, queries
from restoration.commands import vehicles
from restoration.models import (
    Approval,
    JobCard,
    JobCardPart,
    RemovedPart,
    Vehicle,
)
from tests import build
from tests.restoration.shop import AT, key, shop
from tests.restoration.test_hand_over import hand_over, settle_everything
from tests.restoration.test_plans import in_process, plan
from tests.restoration.test_query_counts import count
from workshop import planner
from workshop.models import FrameRange, Invoice, Promise

pytestmark = pytest.mark.django_db
LONG = "1" * 5000
# Past midnight in Tokyo, the day before in UTC and farther west.
NIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def known_frames() -> None:
    FrameRange.objects.create(
        variant=build.variant(model_code="X"), prefix="BNR34", first=1, last=9, units=9
    )


def enter(**more: Any) -> Vehicle:
    given: dict[str, Any] = {
        "frame_number": "BNR34-000004",
        "model_code": "X",
        "colour_code": "",
        "user_id": None,
        "at": AT,
    }
    return commands.enter_vehicle(**given | more)


def test_a_project_given_up_while_it_is_planned_is_promised_nothing() -> None:
    house = shop(with_part=False)
    project = house.approved()

    def meanwhile(problem: planner.Problem, *, seconds: float) -> planner.Plan:
        commands.cancel_project(
            project_id=project.pk, reason="Sold", user_id=house.manager.pk, at=AT
        )
        return in_process(problem, seconds=seconds)

    plan(house, solver=meanwhile)

    assert not Promise.objects.history_of(project.subject_key).exists()


def test_nothing_comes_off_a_car_that_is_handed_over() -> None:
    house = shop(with_part=False)
    project = house.approved()
    house.finish_all(project)
    settle_everything(house, project)
    hand_over(house, project)

    with pytest.raises(commands.WrongState) as refused:
        commands.tag_removed_part(
            card_id=house.card(project, house.strip).pk,
            text_en="Belt",
            user_id=house.manager.pk,
            key=key(),
            at=AT,
        )

    assert project.number in str(refused.value)
    assert not RemovedPart.objects.exists()
    assert violations() == []


def test_a_car_for_a_customer_who_is_not_there_is_refused() -> None:
    known_frames()

    with pytest.raises(NotFound):
        enter(customer_id=2**40)

    assert not Vehicle.objects.exists()


def test_a_car_entered_twice_in_one_moment_is_entered_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known_frames()
    owner = build.customer()
    first = enter(customer_id=owner.pk)
    looks = iter([None, first])
    monkeypatch.setattr(vehicles, "_known", lambda _car: next(looks))

    assert enter(customer_id=owner.pk) == first
    assert Vehicle.objects.count() == 1


def test_an_estimate_is_decided_on_until_the_end_of_its_last_day() -> None:
    house = shop(with_part=False)
    estimate = house.sent(at=NIGHT)
    last = datetime(2026, 12, 24, 14, 59, tzinfo=UTC)

    def decide(at: datetime) -> None:
        commands.decide_estimate(
            estimate_id=estimate.pk,
            decisions=house.decisions(estimate),
            signed_name="A. Customer",
            content_hash=estimate.content_hash,
            user_id=house.signer.pk,
            key=key(),
            at=at,
        )

    # Sent on the 24th in Tokyo, for 30 days.
    assert estimate.valid_until == date(2026, 12, 24)
    with pytest.raises(commands.EstimateExpired) as refused:
        decide(last + timedelta(minutes=1))
    assert "24 Dec 2026" in str(refused.value)
    assert not Approval.objects.exists()
    decide(last)
    assert Approval.objects.count() == 1


def test_the_page_of_an_expired_estimate_says_what_to_do() -> None:
    house = shop(with_part=False)
    estimate = house.sent(at=timezone.now() - timedelta(days=40))
    client = Client()
    client.force_login(house.signer)

    page = client.get(f"/portal/estimates/{estimate.pk}/").content.decode()

    assert "This estimate was valid until" in page
    assert "Write to the workshop" in page
    assert 'name="signed_name"' not in page


def test_what_is_due_is_due_by_the_sites_calendar() -> None:
    house = shop(with_part=False)
    project = house.approved()
    card = house.start(house.card(project, house.strip), at=NIGHT)

    commands.finish_card(card_id=card.pk, user_id=house.manager.pk, key=key(), at=NIGHT)

    assert Invoice.objects.get().due_on == date(2026, 12, 8)


def test_whose_a_car_is_does_not_hang_on_where_one_reads_it() -> None:
    known_frames()
    owner = build.customer()
    car = enter(customer_id=owner.pk, at=timezone.now())
    assert owner.user is not None

    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Tokyo"):
        with timezone.override(zone):
            assert list(Vehicle.objects.visible_to(owner.user)) == [car]


@pytest.mark.parametrize("text", [LONG, "-1", "x", "", None, "1.0"])
def test_what_is_no_key_is_the_key_of_no_row(text: str | None) -> None:
    assert row_key(text) == 0


def test_keys_of_any_length_are_answered() -> None:
    house = shop(with_part=False)
    desk, owner = Client(), Client()
    desk.force_login(house.manager)
    owner.force_login(house.signer)
    estimate = house.sent(at=timezone.now())

    again = desk.post("/board/plan/again/", {"site": LONG, "idempotency_key": key()})
    weighed = desk.get("/api/v1/arbitrations/weigh/", {"part": LONG, "site": 1})
    signed = owner.post(
        f"/portal/estimates/{estimate.pk}/",
        {"line": [LONG], "content_hash": estimate.content_hash},
    )

    assert [again.status_code, weighed.status_code] == [404, 400]
    assert signed.status_code == 400


def test_a_card_over_http_takes_no_more_statements_for_more_parts() -> None:
    house = shop()
    project = house.approved()
    card = house.card(project, house.strip)
    client = Client()
    client.force_login(house.manager)

    def read() -> None:
        assert client.get(f"/api/v1/job-cards/{card.pk}/").status_code == 200

    read()
    few = count(read)
    more_parts(card)
    assert count(read) == few


def more_parts(card: JobCard) -> None:
    row = JobCardPart.objects.get(card=card)
    for n in range(4):
        part = build.part(f"2000{n}-20P25")
        JobCardPart.objects.create(
            card=card, part=part, required_part=row.part, quantity=1
        )


def test_a_day_is_one_of_the_sites_calendar() -> None:
    assert queries.day_at(build.site(), NIGHT) == date(2026, 11, 24)
