"""What the pages of the floor show, and how often they ask."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from restoration.models import ChecklistItem, JobCard, JobCardPart, Measurement
from tests import build
from tests.floor.rows import (
    Floor,
    bring_belts,
    floor,
    more_cards,
    plan,
    signed_in,
)
from workshop.models import Role

pytestmark = pytest.mark.django_db
State = JobCard.State


@pytest.fixture
def here() -> Floor:
    return floor()


def text_of(here: Floor, url: str) -> str:
    answer = here.client.get(url)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_my_day_names_what_a_card_waits_for(here: Floor) -> None:
    plan(here.house, [here.strip, here.last])

    page = text_of(here, "/floor/")

    assert f"/floor/cards/{here.strip.pk}/start/" in page
    assert f"/floor/cards/{here.last.pk}/start/" not in page
    assert "Waits for “Paint”." in page


def test_my_day_pins_the_running_card_and_starts_no_second_one(here: Floor) -> None:
    other = more_cards(here.project, 1)[0]
    plan(here.house, [here.strip, other])
    here.act("start", here.strip)

    page = text_of(here, "/floor/")

    assert "data-timer=" in page
    assert f'id="pause-{here.strip.pk}"' in page
    assert f"/floor/cards/{other.pk}/start/" not in page


def test_the_timer_of_the_day_goes_on_where_it_was_paused(here: Floor) -> None:
    here.act("start", here.strip)
    here.act("pause", here.strip, reason="BREAK")
    ended = timezone.now()
    here.strip.time_entries.update(
        started_at=ended - timedelta(minutes=10), ended_at=ended
    )
    here.act("start", here.strip)

    for url in ("/floor/", f"/floor/cards/{here.strip.pk}/"):
        assert 'data-seconds="600"' in text_of(here, url)


def test_the_buttons_of_the_day_come_back_to_it(here: Floor) -> None:
    here.act("start", here.strip)
    card = here.strip
    pause = f"/floor/cards/{card.pk}/pause/?version={card.version}&back=day"

    assert pause.replace("&", "&amp;") in text_of(here, "/floor/")
    assert here.post(pause, reason="BREAK")["Location"] == "/floor/"


def test_a_day_without_cards_says_so(here: Floor) -> None:
    assert "Nothing is planned for you today" in text_of(here, "/floor/")


def test_the_next_days_stand_apart(here: Floor) -> None:
    plan(here.house, [here.strip], in_days=3)

    page = text_of(here, "/floor/")

    assert "Nothing is planned for you today" in page
    assert "Strip" in page


def test_a_login_without_a_technician_is_told_what_to_do() -> None:
    client = signed_in(build.user(Role.TECHNICIAN))

    answer = client.get("/floor/")

    assert answer.status_code == 200
    assert "Your login belongs to no technician yet" in answer.content.decode()


def test_a_manager_chooses_whose_day_and_stays_with_it(here: Floor) -> None:
    client, mechanic = signed_in(here.house.manager), here.house.mechanic
    plan(here.house, [here.strip])

    choice = client.get("/floor/").content.decode()
    day = client.get(f"/floor/?technician={mechanic.pk}").content.decode()

    assert f"/floor/?technician={mechanic.pk}" in choice
    assert f"/floor/cards/{here.strip.pk}/?technician={mechanic.pk}" in day


def test_nobody_looks_over_the_shoulder_of_a_stranger(here: Floor) -> None:
    manager = signed_in(here.house.manager)

    assert manager.get("/floor/?technician=0").status_code == 404
    assert manager.get("/floor/?technician=abc").status_code == 404


def test_a_technician_sees_the_own_day_whatever_the_address_says(here: Floor) -> None:
    page = text_of(here, f"/floor/?technician={here.house.painter.pk}")

    assert here.house.mechanic.name in page


def test_a_poll_answers_304_until_something_changes(here: Floor) -> None:
    plan(here.house, [here.strip])
    tag = here.client.get("/floor/")["ETag"]
    poll = {"HX-Request": "true", "If-None-Match": tag}

    same = here.client.get("/floor/", headers=poll)
    here.act("start", here.strip)
    changed = here.client.get("/floor/", headers=poll)

    assert (same.status_code, same.content) == (304, b"")
    assert changed.status_code == 200
    assert changed.content.decode().startswith('<div id="day"')


def test_the_card_shows_car_parts_bin_and_answer() -> None:
    here = floor(with_part=True)
    place = bring_belts(here.house)
    plan(here.house, [here.strip])

    page = text_of(here, f"/floor/cards/{here.strip.pk}/")

    assert here.project.vehicle.frame_number in page
    assert "13028-20P25" in page
    assert place in page
    assert here.house.lift.code in page


def test_limits_are_shown_with_how_sure_they_are(here: Floor) -> None:
    line = ChecklistItem.objects.get(card=here.last)
    assert line.item is not None
    line.item.unit, line.item.limits = "mm", "at most 0.5"
    line.item.confidence = "commonly known, not verified"
    line.item.save()

    page = text_of(here, f"/floor/cards/{here.last.pk}/")
    pad = text_of(here, f"/floor/cards/{here.last.pk}/measure/?item={line.item_id}")

    assert "at most 0.5" in page
    assert "not verified" in page
    assert "Commonly known, not verified" in pad


def test_a_missing_card_is_not_found(here: Floor) -> None:
    for url in ("", "measure/", "finding/", "originals/"):
        assert here.client.get(f"/floor/cards/0/{url}").status_code == 404


def test_an_item_of_another_card_is_not_found(here: Floor) -> None:
    item = ChecklistItem.objects.get(card=here.last).item_id

    for named in (item, "abc"):
        answer = here.client.get(f"/floor/cards/{here.strip.pk}/measure/?item={named}")
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"Strip", "Finish"}),
        ("?who=all", {"Strip", "Paint", "Finish"}),
        ("?who=all&q=pai", {"Paint"}),
        ("?q=BNR34 strip", {"Strip"}),
        ("?state=DONE", set()),
        ("?project=0", set()),
        ("?state=NONSENSE&project=x&page=99", {"Strip", "Finish"}),
        ("?q=%00", {"Strip", "Finish"}),
    ],
)
def test_cards_are_found_by_car_state_and_words(
    here: Floor, query: str, shown: set[str]
) -> None:
    page = text_of(here, f"/floor/cards/{query}")

    titles = {"Strip", "Paint", "Finish"}
    assert {t for t in titles if f">{t}</a>" in page} == shown


def test_a_car_that_was_handed_over_has_no_cards_here(here: Floor) -> None:
    here.project.state = "HANDED_OVER"
    here.project.handed_over_at = timezone.now()
    here.project.save()

    assert "No card matches" in text_of(here, "/floor/cards/")


def count(read: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as caught:
        read()
    return len(caught)


def fill(here: Floor, rows: int) -> None:
    """More cards, and more of everything on the first card's page."""
    plan(here.house, more_cards(here.project, rows))
    card, item = here.strip, ChecklistItem.objects.exclude(item=None)[0].item
    base = card.checklist.count()
    ChecklistItem.objects.bulk_create(
        ChecklistItem(card=card, position=base + n, item=item, text_en=f"Check {n}")
        for n in range(1, rows + 1)
    )
    Measurement.objects.bulk_create(
        Measurement(
            card=card,
            item=item,
            label="Play",
            value=n,
            unit="mm",
            measured_by=here.house.mechanic,
            measured_at=timezone.now(),
        )
        for n in range(rows)
    )
    JobCardPart.objects.bulk_create(
        JobCardPart(card=card, part=part, required_part=part, quantity=1)
        for part in (build.part(f"99999-{base + n:05d}") for n in range(rows))
    )
    card.findings.bulk_create(
        card.findings.model(
            project=here.project,
            card=card,
            severity="NOTE",
            text="Rust",
            raised_at=timezone.now(),
        )
        for _n in range(rows)
    )
    card.events.bulk_create(
        card.events.model(
            card=card,
            command="start",
            was="OPEN",
            became="RUNNING",
            actor=here.house.manager,
            happened_at=timezone.now(),
        )
        for _n in range(rows)
    )
    card.time_entries.bulk_create(
        card.time_entries.model(
            card=card,
            technician=here.house.painter,
            started_at=timezone.now() - timedelta(hours=n + 1),
            ended_at=timezone.now() - timedelta(hours=n),
        )
        for n in range(rows)
    )


def test_pages_ask_as_often_for_200_rows_as_for_10(here: Floor) -> None:
    urls = ["/floor/", "/floor/cards/", f"/floor/cards/{here.strip.pk}/"]
    fill(here, 30)
    few = [count(partial(text_of, here, url)) for url in urls]

    fill(here, 170)
    many = [count(partial(text_of, here, url)) for url in urls]

    assert many == few
