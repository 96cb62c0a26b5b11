"""What a tap does, what is refused in place, and what the same tap twice does."""

from decimal import Decimal

import pytest
from django.utils import timezone

from parts import commands as parts
from parts.models import Bin, Part, StockMovement, Unit
from restoration.models import (
    ChecklistItem,
    Finding,
    JobCard,
    JobCardEvent,
    Measurement,
    RemovedPart,
    TimeEntry,
)
from tests import build
from tests.floor.rows import Floor, bring_belts, floor, key, more_cards, signed_in

pytestmark = pytest.mark.django_db
State = JobCard.State


@pytest.fixture
def here() -> Floor:
    return floor()


def clock_of(card: JobCard) -> tuple[str, int, int, int]:
    card = JobCard.objects.get(pk=card.pk)
    entries = TimeEntry.objects.all()
    return (
        card.state,
        card.version,
        entries.count(),
        entries.filter(ended_at=None).count(),
    )


def test_a_tap_starts_the_clock_and_offers_to_take_it_back(here: Floor) -> None:
    card = here.strip

    answer = here.act("start", card)
    page = here.client.get(answer["Location"]).content.decode()

    assert (answer.status_code, answer["Location"]) == (302, f"/floor/cards/{card.pk}/")
    assert clock_of(card) == (State.RUNNING, 2, 1, 1)
    assert 'name="reason" value="MISTAKE"' in page
    assert f'action="/floor/cards/{card.pk}/pause/"' in page


def test_from_my_day_one_comes_back_to_my_day(here: Floor) -> None:
    assert here.act("start", here.strip, back="day")["Location"] == "/floor/"


def test_the_undo_in_the_toast_stops_the_clock(here: Floor) -> None:
    here.act("start", here.strip)

    here.act("pause", here.strip, reason="MISTAKE")

    assert clock_of(here.strip) == (State.PAUSED, 3, 1, 0)
    assert JobCardEvent.objects.get(command="pause").reason == "MISTAKE"


def test_pause_go_on_and_finish(here: Floor) -> None:
    for name, more in (
        ("start", {}),
        ("pause", {"reason": "BREAK"}),
        ("start", {}),
        ("finish", {}),
    ):
        assert here.act(name, here.strip, **more).status_code == 302

    assert clock_of(here.strip) == (State.DONE, 5, 2, 0)
    page = here.client.get(f"/floor/cards/{here.strip.pk}/").content.decode()
    assert "Break" in page


def test_hours_that_are_left_are_said_and_shown(here: Floor) -> None:
    here.act("start", here.strip)

    assert here.act("remaining", here.strip, hours="4.5").status_code == 302

    assert here.strip.remaining_minutes == 270
    page = here.client.get(f"/floor/cards/{here.strip.pk}/").content.decode()
    assert "4 h 30 min" in page
    assert "left, as said" in page


@pytest.mark.parametrize("hours", ["", "much", "-1", "NaN", "1001"])
def test_hours_that_are_no_hours_are_refused(here: Floor, hours: str) -> None:
    here.act("start", here.strip)

    answer = here.act("remaining", here.strip, hours=hours)

    assert answer.status_code == 400
    assert "Say how many hours are left, 0 to 1000." in answer.content.decode()
    assert here.strip.remaining_at is None


@pytest.mark.parametrize("name", ["start", "pause", "finish"])
def test_the_same_key_twice_has_its_effect_once(here: Floor, name: str) -> None:
    card = here.strip
    if name != "start":
        here.act("start", card)
        card = here.strip
    once = {"idempotency_key": key(), "reason": "BREAK" if name == "pause" else ""}

    first, again = (here.act(name, card, **once) for _n in range(2))

    assert (first.status_code, again.status_code) == (302, 302)
    assert JobCardEvent.objects.filter(command=name).count() == 1
    assert clock_of(card)[1] == card.version + 1


def test_an_open_predecessor_is_told_in_place(here: Floor) -> None:
    before = clock_of(here.last)

    answer = here.act("start", here.last)

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Nothing was changed." in page
    assert "Waits for “Paint”." in page
    assert f"/floor/cards/{here.paint.pk}/" in page
    assert clock_of(here.last) == before


def test_a_missing_part_stops_the_start_unless_a_reason_is_given() -> None:
    here = floor(with_part=True)
    before = clock_of(here.strip)

    refused = here.act("start", here.strip)
    assert refused.status_code == 409
    assert 'id="without-parts"' in refused.content.decode()
    assert clock_of(here.strip) == before

    here.act("start", here.strip, reason="NOT_NEEDED_YET")
    assert clock_of(here.strip) == (State.RUNNING, 2, 1, 1)
    assert JobCardEvent.objects.get().reason == "NOT_NEEDED_YET"


def test_a_second_card_is_refused_and_leads_to_the_running_one(here: Floor) -> None:
    other = more_cards(here.project, 1)[0]
    here.act("start", here.strip)
    before = clock_of(other)

    answer = here.act("start", other)

    assert answer.status_code == 409
    assert f'href="/floor/cards/{here.strip.pk}/"' in answer.content.decode()
    assert clock_of(other) == before


def test_a_skill_that_is_missing_is_refused(here: Floor) -> None:
    here.act("start", here.strip)
    here.act("finish", here.strip)
    before = clock_of(here.paint)

    assert here.act("start", here.paint).status_code == 403
    assert clock_of(here.paint) == before


@pytest.mark.parametrize(
    ("name", "version", "status"),
    [
        ("start", 7, 412),
        ("start", "", 400),
        ("start", "x", 400),
        ("pause", 1, 409),
        ("finish", 1, 409),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    here: Floor, name: str, version: object, status: int
) -> None:
    before = clock_of(here.strip)

    answer = here.act(
        name, here.strip, version=version, reason="BREAK" * (name == "pause")
    )

    assert answer.status_code == status
    assert 'id="refusal"' in answer.content.decode()
    assert clock_of(here.strip) == before


@pytest.mark.parametrize("reason", ["", "because", "BREAK\x00"])
def test_a_pause_takes_a_reason_of_the_buttons(here: Floor, reason: str) -> None:
    here.act("start", here.strip)
    before = clock_of(here.strip)

    assert here.act("pause", here.strip, reason=reason).status_code == 400
    assert clock_of(here.strip) == before


def test_a_key_that_meant_something_else_is_refused(here: Floor) -> None:
    once = key()
    here.act("start", here.strip, idempotency_key=once)
    before = clock_of(here.strip)

    assert here.act("finish", here.strip, idempotency_key=once).status_code == 422
    assert clock_of(here.strip) == before


def test_a_tap_without_a_key_is_refused(here: Floor) -> None:
    answer = here.act("start", here.strip, idempotency_key="")

    assert answer.status_code == 400
    assert clock_of(here.strip) == (State.OPEN, 1, 0, 0)


def test_a_manager_needs_a_technician_for_a_clock(here: Floor) -> None:
    manager, card = signed_in(here.house.manager), here.strip
    form = {"idempotency_key": key(), "version": card.version}

    alone = manager.post(f"/floor/cards/{card.pk}/start/", form)
    assert alone.status_code == 400
    assert clock_of(card) == (State.OPEN, 1, 0, 0)

    query = f"?technician={here.house.mechanic.pk}"
    named = manager.post(f"/floor/cards/{card.pk}/start/{query}", form)
    assert named["Location"] == f"/floor/cards/{card.pk}/{query}"
    assert TimeEntry.objects.get().technician == here.house.mechanic


@pytest.mark.parametrize("path", ["start", "pause", "finish", "checks/1", "parts/1"])
def test_reading_an_action_leads_to_the_card(here: Floor, path: str) -> None:
    card = f"/floor/cards/{here.strip.pk}/"

    answer = here.client.get(f"{card}{path}/")

    assert (answer.status_code, answer["Location"]) == (302, card)
    assert here.client.put(f"{card}{path}/").status_code == 405


def drawn(here: Floor, quantity: object, **more: object) -> int:
    row = here.strip.parts.get()
    answer = here.post(
        f"/floor/cards/{here.strip.pk}/parts/{row.pk}/",
        **{f"quantity-{row.pk}": quantity} | more,
    )
    return answer.status_code


def issued() -> list[Decimal]:
    movements = StockMovement.objects.filter(kind="ISSUE").order_by("pk")
    return list(movements.values_list("quantity", flat=True))


def test_parts_are_drawn_by_the_stepper_once() -> None:
    here, once = floor(with_part=True), key()
    bring_belts(here.house, 3)

    assert drawn(here, 1, idempotency_key=once) == 302
    assert drawn(here, 1, idempotency_key=once) == 302

    assert issued() == [-1]


@pytest.mark.parametrize(
    ("belts", "quantity", "status"),
    [(0, 1, 409), (3, 2, 409), (3, 0, 400), (3, "many", 400), (3, "NaN", 400)],
)
def test_what_cannot_be_drawn_stays(belts: int, quantity: object, status: int) -> None:
    here = floor(with_part=True)
    if belts:
        bring_belts(here.house, belts)

    assert drawn(here, quantity) == status
    assert issued() == []


def test_a_part_of_another_card_is_not_drawn() -> None:
    here = floor(with_part=True)
    row = here.strip.parts.get()

    answer = here.post(f"/floor/cards/{here.last.pk}/parts/{row.pk}/")

    assert answer.status_code == 404


def check_url(line: ChecklistItem) -> str:
    return f"/floor/cards/{line.card_id}/checks/{line.pk}/"


def test_a_check_is_ticked_and_leads_back_to_its_line(here: Floor) -> None:
    line = ChecklistItem.objects.get()

    answer = here.post(check_url(line), result="NOT_GOOD")

    line.refresh_from_db()
    assert (line.result, line.checked_by) == ("NOT_GOOD", here.house.mechanic)
    assert answer["Location"] == f"/floor/cards/{line.card_id}/#check-{line.pk}"


def test_a_check_by_htmx_changes_its_line_and_the_counts(here: Floor) -> None:
    line = ChecklistItem.objects.get()

    answer = here.client.post(
        check_url(line),
        {"result": "GOOD", "idempotency_key": key()},
        headers={"HX-Request": "true"},
    )

    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.startswith(f'<li class="floor-check" id="check-{line.pk}">')
    assert "1 of 1 done" in page
    assert 'id="open-checks" hx-swap-oob="true"' in page


@pytest.mark.parametrize("is_htmx", [True, False])
def test_an_unknown_result_is_refused_in_place(here: Floor, is_htmx: bool) -> None:
    line = ChecklistItem.objects.get()

    answer = here.client.post(
        check_url(line),
        {"result": "FINE", "idempotency_key": key()},
        headers={"HX-Request": "true"} if is_htmx else {},
    )

    assert answer.status_code == (422 if is_htmx else 400)
    assert 'class="problems' in answer.content.decode()
    line.refresh_from_db()
    assert line.result == "OPEN"


def test_a_check_of_another_card_is_not_found(here: Floor) -> None:
    line = ChecklistItem.objects.get()

    url = f"/floor/cards/{here.strip.pk}/checks/{line.pk}/"

    assert here.post(url, result="GOOD").status_code == 404


def tagged(here: Floor, **values: object) -> RemovedPart:
    url = f"/floor/cards/{here.strip.pk}/originals/"
    answer = here.post(url, **{"what": "other", "text": "Old brace"} | values)
    assert answer.status_code == 302
    return RemovedPart.objects.get()


def test_an_original_is_tagged_and_judged_by_buttons(here: Floor) -> None:
    shelf = build.bin(here.house.site, kind=Bin.Kind.ORIGINALS)
    row = tagged(here, bin=shelf.pk)
    url = f"/floor/cards/{here.strip.pk}/originals/{row.pk}/"

    good, bad = (here.post(url, verdict=v).status_code for v in ("KEEP", "BURN"))

    row.refresh_from_db()
    assert (row.text_en, row.bin, row.verdict) == ("Old brace", shelf, "KEEP")
    assert (good, bad) == (302, 400)
    assert here.post(url.replace(str(here.strip.pk), "0")).status_code == 404


def test_a_part_of_the_card_is_tagged_by_its_name() -> None:
    here = floor(with_part=True)

    row = tagged(here, what=here.strip.parts.get().pk, text="left")

    assert (row.text_en, row.part) == ("Timing belt left", here.house.belt)


def test_a_finding_is_reported_by_choices(here: Floor) -> None:
    url, once = f"/floor/cards/{here.strip.pk}/finding/", key()
    given = {
        "severity": "MUST",
        "what": "RUST",
        "text": "strut tower",
        "hours_low": "0.5",
        "hours_high": "4",
        "idempotency_key": once,
    }

    for _n in range(2):
        assert here.post(url, **given).status_code == 302

    row = Finding.objects.get()
    assert (row.text, row.minutes_low, row.minutes_high) == (
        "Rust: strut tower", 30, 240,
    )  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [
        {"what": "RUST"},
        {"severity": "MUST"},
        {"severity": "BAD", "what": "RUST"},
        {"severity": "MUST", "what": "RUST", "hours_low": "3", "hours_high": "2"},
        {"severity": "MUST", "what": "RUST", "hours_low": "-1"},
        {"severity": "MUST", "what": "RUST", "hours_low": "NaN"},
        {"severity": "MUST", "text": "a\x00b"},
    ],
)
def test_an_unsound_finding_is_shown_again_with_all_of_it(
    here: Floor, given: dict[str, str]
) -> None:
    given = {"text": "kept words"} | given if "what" in given else given

    answer = here.post(f"/floor/cards/{here.strip.pk}/finding/", **given)

    assert answer.status_code == 400
    assert ("kept words" in answer.content.decode()) == ("what" in given)
    assert not Finding.objects.exists()


def measured(here: Floor, query: str = "", **values: object) -> int:
    url = f"/floor/cards/{here.last.pk}/measure/{query}"
    return here.post(url, **values).status_code


def item_query() -> str:
    item = ChecklistItem.objects.get().item
    assert item is not None
    item.unit = "mm"
    item.save()
    return f"?item={item.pk}"


def test_a_value_is_measured_for_an_item_or_for_anything_else(here: Floor) -> None:
    once = key()

    assert measured(here, item_query(), value="-0.25", idempotency_key=once) == 302
    assert measured(here, item_query(), value="-0.25", idempotency_key=once) == 302
    assert measured(here, value="86.01", label="Bore", unit="mm") == 302

    rows = Measurement.objects.order_by("pk").values_list("label", "value", "unit")
    assert list(rows) == [
        ("Tension", Decimal("-0.2500"), "mm"),
        ("Bore", Decimal("86.0100"), "mm"),
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"value": ""},
        {"value": "1.2.3"},
        {"value": "NaN"},
        {"value": "1e30"},
        {"value": "1", "label": "", "unit": "mm"},
        {"value": "1", "label": "Bore", "unit": "parsec"},
    ],
)
def test_an_unusable_value_is_shown_again(here: Floor, given: dict[str, str]) -> None:
    assert measured(here, **given) == 400
    assert not Measurement.objects.exists()


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("measure", {"value": "1", "label": "Bore", "unit": "mm"}),
        ("finding", {"severity": "NOTE", "what": "RUST"}),
    ],
)
def test_a_cancelled_card_takes_nothing_and_loses_nothing(
    here: Floor, path: str, values: dict[str, str]
) -> None:
    JobCard.objects.filter(pk=here.strip.pk).update(state=State.CANCELLED)

    answer = here.post(f"/floor/cards/{here.strip.pk}/{path}/", **values)

    assert answer.status_code == 409
    assert 'id="refusal"' in answer.content.decode()
    assert (Measurement.objects.count(), Finding.objects.count()) == (0, 0)


def numbered(here: Floor, *serials: str) -> None:
    """Bring belts that are kept by serial number."""
    Part.objects.filter(pk=here.house.belt.pk).update(is_serialised=True)
    parts.receive_stock(
        part_id=here.house.belt.pk,
        bin_id=build.bin(here.house.site).pk,
        quantity=Decimal(len(serials)),
        unit_cost=Decimal(4000),
        reason="test",
        serials=serials,
        key=key(),
        at=timezone.now(),
    )
    parts.check_all_availability(at=timezone.now())


def test_the_page_asks_which_unit_goes_where_several_lie() -> None:
    here = floor(with_part=True)
    numbered(here, "A-1", "A-2")
    row = here.strip.parts.get()

    page = here.client.get(f"/floor/cards/{here.strip.pk}/").content.decode()
    assert f'name="unit-{row.pk}" value="A-1"' in page
    assert f'name="scan-{row.pk}"' in page
    assert drawn(here, 1) == 400
    assert issued() == []
    assert drawn(here, 1, **{f"unit-{row.pk}": "A-2"}) == 302

    assert Unit.objects.get(serial="A-2").fitted_key == f"card-part:{row.pk}"
    assert Unit.objects.get(serial="A-1").level is not None


def test_a_scanned_label_or_number_says_which_unit_goes() -> None:
    here = floor(with_part=True)
    numbered(here, "A-1", "A-2")
    row, unit = here.strip.parts.get(), Unit.objects.get(serial="A-2")

    wrong = drawn(here, 1, **{f"scan-{row.pk}": "A-9"})
    assert (wrong, issued()) == (400, [])
    assert drawn(here, 1, **{f"scan-{row.pk}": f"https://house/s/u/{unit.pk}"}) == 302

    unit.refresh_from_db()
    assert unit.fitted_key == f"card-part:{row.pk}"


def test_where_one_unit_lies_nobody_is_asked() -> None:
    here = floor(with_part=True)
    numbered(here, "A-1")
    row = here.strip.parts.get()

    page = here.client.get(f"/floor/cards/{here.strip.pk}/").content.decode()
    assert f"unit-{row.pk}" not in page
    assert "A-1" in page
    assert drawn(here, 1) == 302
