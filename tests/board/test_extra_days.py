"""Extra days, listed, entered, withdrawn and entered again on the board."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from common.errors import NotAllowed
from common.models import OutboxEvent
from restoration.queries.shifts import Shifts
from tests import build
from tests.board.test_pages import text_of
from tests.restoration.shop import AT, Shop, key, shop
from workshop import commands
from workshop.models import ExtraDay, Holiday, Site

pytestmark = pytest.mark.django_db
PATH = "/board/extra-days/"


@pytest.fixture
def house() -> Shop:
    return shop(with_part=False)


def typed(**fields: object) -> dict[str, object]:
    # A Saturday.
    return {
        "from_on": "2036-11-29", "to_on": "", "opens": "", "closes": "",
        "reason": "Year end", "idempotency_key": key(),
    } | fields  # fmt: skip


def hours(site: Site, first: date, last: date) -> list[str]:
    """The site's hours between two days, in UTC."""
    spans = Shifts(
        site,
        datetime(first.year, first.month, first.day, tzinfo=UTC),
        datetime(last.year, last.month, last.day, tzinfo=UTC),
    ).of_site()
    return [f"{a:%d %H:%M}-{b:%H:%M}" for a, b in spans]


def test_saturdays_are_entered_as_the_friday_before_withdrawn_and_entered_again(
    house: Shop, manager: Client
) -> None:
    assert "None: every day is worked by the week" in text_of(manager.get(PATH))
    form = typed(to_on="2036-12-07")
    friday = [(w.opens, w.closes) for w in house.site.hours.filter(weekday=4)]

    for _n in range(2):
        manager.post(PATH, form)

    rows = ExtraDay.objects.order_by("day", "opens")
    assert [(r.day, r.opens, r.closes) for r in rows] == [
        (day, *each)
        for day in (date(2036, 11, 29), date(2036, 12, 6))
        for each in sorted(friday)
    ]
    page = text_of(manager.get(PATH))
    assert "2 days are worked." in page
    assert "Year end" in page
    told = OutboxEvent.objects.filter(task="restoration.people_changed")
    assert [e.payload["cause"] for e in told] == ["HOURS"]

    day = {"site": house.site.pk, "day": "2036-11-29"}
    gone = manager.post(
        f"{PATH}withdraw/", day | {"idempotency_key": key()}, follow=True
    )
    assert "The hours of Sat 29 Nov 2036 were withdrawn." in text_of(gone)
    assert {r.day for r in ExtraDay.objects.valid()} == {date(2036, 12, 6)}
    manager.post(f"{PATH}restore/", day | {"idempotency_key": key()})
    assert ExtraDay.objects.valid().count() == rows.count()


@pytest.mark.parametrize("act", ["withdraw", "restore"])
def test_days_of_no_site_and_of_another_site_are_missing_alike(
    house: Shop, manager: Client, act: str
) -> None:
    manager.post(PATH, typed())
    before = list(ExtraDay.objects.order_by("pk").values())
    other = build.site(code="other")

    for site in (other.pk, 0, 10**17, "x"):
        body = {"site": site, "day": "2036-11-29", "idempotency_key": key()}
        assert manager.post(f"{PATH}{act}/", body).status_code == 404

    batch = {"site": other.pk, "batch": before[0]["batch"], "idempotency_key": key()}
    assert manager.post(f"{PATH}withdraw/", batch).status_code == 404
    assert list(ExtraDay.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"from_on": "2036-11-28"}, "It is worked by its usual hours already"),
        ({"to_on": "2036-11-01"}, "The last day lies from the first on"),
        ({"opens": "09:00"}, "Say from when to when, or leave both empty."),
        ({"opens": "09:00", "closes": "08:00"}, "It ends before it begins."),
        ({"from_on": "x"}, "date"),
        (
            {"from_on": "2026-01-03", "opens": "09:00", "closes": "12:00"},
            "This day is over; today or a later one was expected.",
        ),
    ],
)
def test_what_cannot_be_is_refused_where_it_lies(
    manager: Client, fields: dict[str, str], said: str
) -> None:
    answer = manager.post(PATH, typed(**fields))

    assert answer.status_code == 400
    assert said in text_of(answer)
    assert not ExtraDay.objects.exists()


def test_hours_of_a_day_are_entered_once(house: Shop, manager: Client) -> None:
    manager.post(PATH, typed(opens="09:00", closes="12:00"))

    answer = manager.post(PATH, typed(opens="11:00", closes="15:00"))

    assert answer.status_code == 400
    assert "Hours are entered already for Sat 29 Nov 2036" in text_of(answer)
    row = ExtraDay.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError, match="no_overlap"), transaction.atomic():
        row.save()
    row.closes = row.opens
    with pytest.raises(IntegrityError, match="opens_first"), transaction.atomic():
        row.save()
    manager.post(PATH, typed(opens="12:00", closes="15:00"))
    assert ExtraDay.objects.count() == 2


def test_a_day_of_its_own_goes_before_week_and_holiday(house: Shop) -> None:
    site = house.site
    Holiday.objects.create(country="JP", day=date(2036, 11, 24), name_en="x")
    first, last = date(2036, 11, 24), date(2036, 11, 25)
    assert hours(site, first, last) == []

    windows = [commands.Window(first, time(10), time(12))]
    given: dict[str, Any] = {
        "site_id": site.pk, "windows": windows, "batch": uuid4(),
        "reason": "", "at": AT,
    }  # fmt: skip
    with pytest.raises(NotAllowed):
        commands.enter_extra_days(
            **given, user_id=house.mechanic.user_id or 0, key=key()
        )
    assert not ExtraDay.objects.exists()
    commands.enter_extra_days(**given, user_id=house.manager.pk, key=key())

    assert hours(site, first, last) == ["24 01:00-03:00"]


def test_extra_hours_hold_on_the_wall_clock_when_clocks_change(house: Shop) -> None:
    Site.objects.filter(pk=house.site.pk).update(time_zone="Europe/Berlin")
    site = Site.objects.get(pk=house.site.pk)
    # Clocks go forward in the night to Sunday 29 March 2026.
    for day in (date(2026, 3, 28), date(2026, 3, 29)):
        ExtraDay.objects.create(
            site=site, day=day, opens=time(1), closes=time(9), batch=uuid4(),
            entered_by=house.manager, entered_at=AT,
        )  # fmt: skip

    assert hours(site, date(2026, 3, 28), date(2026, 3, 30)) == [
        "28 00:00-08:00",
        # An hour of it does not exist.
        "29 00:00-07:00",
    ]
