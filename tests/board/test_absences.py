"""Who is away, entered and taken back on the board."""

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.utils import timezone

from common.models import OutboxEvent
from restoration import queries
from tests import build
from tests.board.test_pages import text_of
from tests.restoration.shop import Shop, key, shop
from workshop.models import Absence

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Shop:
    return shop(with_part=False)


def typed(house: Shop, **fields: object) -> dict[str, object]:
    return {
        "technician": house.painter.pk, "from_on": "2036-11-24", "to_on": "",
        "reason": "flu", "idempotency_key": key(),
    } | fields  # fmt: skip


def test_an_absence_is_entered_by_day_listed_and_taken_back(
    house: Shop, manager: Client
) -> None:
    form = typed(house)
    for _n in range(2):
        manager.post("/board/absences/", form)

    row = Absence.objects.get()
    assert (row.technician, row.reason) == (house.painter, "flu")
    # One whole day in Tokyo.
    assert row.period.lower.isoformat() == "2036-11-23T15:00:00+00:00"
    assert row.period.upper.isoformat() == "2036-11-24T15:00:00+00:00"
    page = text_of(manager.get("/board/absences/"))
    assert f"{house.painter.name} Mon 24 Nov 2036" in page
    asked = OutboxEvent.objects.filter(task="restoration.people_changed")
    assert asked.count() == 1

    manager.post(f"/board/absences/{row.pk}/end/", {"idempotency_key": key()})

    assert not Absence.objects.exists()
    assert asked.count() == 2
    page = text_of(manager.get("/board/absences/"))
    assert f"{house.painter.name} is there again." in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"to_on": "2036-11-23"}, "It ends before it begins."),
        ({"from_on": "2020-01-06"}, "This day is over"),
        ({"from_on": "2020-01-06", "to_on": "2020-01-10"}, "This day is over"),
        ({"technician": 0}, "Select a valid choice"),
        ({"from_on": "soon"}, "Enter a valid date"),
        ({"from_on": "0001-01-01"}, "greater than or equal to 2000-01-01"),
        ({"from_on": "9999-12-31"}, "less than or equal to 2099-12-31"),
        ({"to_on": "9999-12-31"}, "less than or equal to 2099-12-31"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    house: Shop, manager: Client, fields: dict[str, object], said: str
) -> None:
    answer = manager.post("/board/absences/", typed(house, **fields))

    assert answer.status_code == 400
    assert said in text_of(answer)
    assert not Absence.objects.exists()


def test_two_absences_at_once_are_refused(house: Shop, manager: Client) -> None:
    manager.post("/board/absences/", typed(house, to_on="2036-11-28"))

    answer = manager.post("/board/absences/", typed(house, from_on="2036-11-26"))

    assert answer.status_code == 400
    assert "is away within that time already" in text_of(answer)
    assert Absence.objects.count() == 1


def test_running_work_of_who_falls_ill_is_paused_and_handed_over(
    house: Shop, manager: Client
) -> None:
    other = build.technician(house.site, "general")
    project = house.approved()
    card = house.card(project, house.strip)
    house.start(card)
    now = timezone.now()
    row = Absence.objects.create(
        technician=house.mechanic,
        period=DateTimeTZRange(now - timedelta(hours=1), now + timedelta(days=2)),
    )

    page = text_of(manager.get("/board/absences/"))
    assert "Running work of people who are away Strip" in page
    assert f"By the plan {other.name} can take it over first" in page

    form = {"card": card.pk, "idempotency_key": key()}
    for _n in range(2):
        manager.post(f"/board/absences/{row.pk}/hand-over/", form)

    card.refresh_from_db()
    assert card.state == "PAUSED"
    event = card.events.get(command="pause")
    assert (
        event.reason == f"{house.mechanic.name} is away; {other.name} can take it over"
    )
    assert "Running work" not in text_of(manager.get("/board/absences/"))
    given = queries.plan_input(house.site, at=now)
    op = given.problem.operations[[c.pk for c in given.cards].index(card.pk)]
    assert op.fixed is None
