"""The plan on paper and in calendars."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from restoration import commands
from restoration.board.ical import Event, calendar, folded
from restoration.models import Assignment, CalendarFeed
from tests.board.test_pages import text_of
from tests.restoration.shop import AT, Shop, key, shop
from tests.restoration.test_plans import in_process

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Shop:
    house = shop(with_part=False)
    house.approved()
    run = commands.request_plan(site_id=house.site.pk, cause={}, at=AT)
    commands.run_plan(run_id=run.pk, clock=lambda: AT, solver=in_process)
    return house


def issued(manager: Client, **owner: int) -> str:
    """Return the path at which a new feed is read."""
    page = manager.post("/board/calendars/issue/", {"idempotency_key": key(), **owner})
    assert page.status_code == 200
    start = page.content.decode().split("/board/feeds/")[1]
    return f"/board/feeds/{start.split('.ics')[0]}.ics"


def test_long_lines_are_folded_between_characters() -> None:
    lines = folded("SUMMARY:" + "塗装" * 40).split(b"\r\n")

    assert [len(line) for line in lines] == [74, 73, 73, 31, 0]
    assert (
        b"".join(line.lstrip() for line in lines).decode() == "SUMMARY:" + "塗装" * 40
    )


def test_what_has_a_meaning_is_escaped() -> None:
    at = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    event = Event("a", at, at, 'Fit; check, "dry"\\wet\r\nthen\x07', sequence=3)

    told = calendar("Plan", [event], stamped_at=at).decode()

    assert 'SUMMARY:Fit\\; check\\, "dry"\\\\wet\\nthen\r\n' in told
    assert "DTSTART:20261123T003000Z\r\n" in told
    assert told.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert told.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")


def test_a_feed_tells_the_plan_and_not_twice(house: Shop, manager: Client) -> None:
    paint = Assignment.objects.get(card__title_en="Paint")
    path = issued(manager, technician=house.painter.pk)
    nobody = Client()

    answer = nobody.get(path)

    told = answer.content.decode()
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    # Eight hours over a lunch: from eleven on one day, to noon on the next.
    assert told.count("BEGIN:VEVENT") == 2
    assert f"UID:card-{paint.card_id}-person-{house.painter.pk}-20261123@" in told
    assert f"DTSTART:{paint.starts_at:%Y%m%dT%H%M%SZ}\r\n" in told
    assert f"DTEND:{paint.ends_at:%Y%m%dT%H%M%SZ}\r\n" in told
    again = nobody.get(path, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_a_bay_is_taken_throughout(house: Shop, manager: Client) -> None:
    told = Client().get(issued(manager, bay=house.lift.pk)).content.decode()

    assert told.count("BEGIN:VEVENT") == 1
    assert f"LOCATION:{house.lift.code}" in told


def test_a_closed_address_and_one_of_somebody_who_left_are_missing(
    house: Shop, manager: Client
) -> None:
    closed = issued(manager, technician=house.mechanic.pk)
    left = issued(manager, technician=house.painter.pk)
    house.painter.is_active = False
    house.painter.save()

    feed = CalendarFeed.objects.get(technician=house.mechanic)
    manager.post(f"/board/calendars/{feed.pk}/revoke/", {"idempotency_key": key()})

    assert Client().get(closed).status_code == 404
    assert Client().get(left).status_code == 404
    assert Client().get("/board/feeds/none.ics").status_code == 404


def test_a_week_sheet_lists_each_day(house: Shop, manager: Client) -> None:
    page = text_of(manager.get(f"/board/sheets/{house.painter.code}/?week={AT.date()}"))

    assert "Mon 23 Nov" in page
    assert "Paint (goes on)" in page
    assert "Nothing planned" in page
    assert "Strip" not in page
    assert manager.get("/board/sheets/nobody/").status_code == 404
    assert house.mechanic.name in text_of(manager.get("/board/sheets/"))
