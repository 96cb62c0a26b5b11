"""Parts drawn, checks, measurements, findings, originals."""

from decimal import Decimal

import pytest

from common.errors import InvalidInput, NotFound
from common.models import OutboxEvent
from parts import commands as parts
from parts.models import Bin, Demand, StockMovement
from restoration import commands
from restoration.models import (
    ChecklistItem,
    Finding,
    JobCard,
    JobCardPart,
    Measurement,
    RemovedPart,
)
from tests import build
from tests.restoration.shop import AT, Shop, key, shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Shop:
    return shop()


@pytest.fixture
def strip(house: Shop) -> JobCard:
    return house.card(house.approved(), house.strip)


def bring_belts(house: Shop, quantity: int = 1) -> None:
    parts.receive_stock(
        part_id=house.belt.pk,
        bin_id=build.bin(house.site).pk,
        quantity=Decimal(quantity),
        unit_cost=Decimal(4000),
        reason="test",
        key=key(),
        at=AT,
    )


def draw(house: Shop, row: JobCardPart, **more: object) -> JobCardPart:
    given = {
        "card_part_id": row.pk,
        "quantity": Decimal(1),
        "user_id": house.mechanic.user_id,
        "key": key(),
        "at": AT,
    } | more
    return commands.draw_parts(**given)  # type: ignore[arg-type]


def test_a_draw_takes_stock_and_fulfils_the_wish(house: Shop, strip: JobCard) -> None:
    bring_belts(house)
    row, once = strip.parts.get(), key()

    draw(house, row, key=once)
    drawn = draw(house, row, key=once)

    assert drawn.demand is not None
    assert (drawn.demand.drawn, drawn.demand.state) == (
        Decimal(1), Demand.State.FULFILLED,
    )  # fmt: skip
    issue = StockMovement.objects.get(kind="ISSUE")
    assert (issue.quantity, issue.subject_key) == (
        Decimal(-1), f"card-part:{row.pk}",
    )  # fmt: skip


def test_nothing_is_drawn_from_an_empty_store(house: Shop, strip: JobCard) -> None:
    with pytest.raises(parts.InsufficientStock):
        draw(house, strip.parts.get())

    assert Demand.objects.get().drawn == 0


def test_no_more_is_drawn_than_wanted(house: Shop, strip: JobCard) -> None:
    bring_belts(house, 5)

    with pytest.raises(parts.MoreThanWanted):
        draw(house, strip.parts.get(), quantity=Decimal(2))

    assert not StockMovement.objects.filter(kind="ISSUE").exists()


def test_a_finished_card_takes_no_parts(house: Shop, strip: JobCard) -> None:
    bring_belts(house)
    house.start(strip, without_parts_because="test")
    commands.finish_card(card_id=strip.pk, user_id=house.manager.pk, key=key(), at=AT)

    with pytest.raises(commands.WrongState):
        draw(house, strip.parts.get())


def test_no_such_line_is_not_found(house: Shop) -> None:
    with pytest.raises(NotFound):
        draw(house, JobCardPart(pk=0))


def check(house: Shop, item: ChecklistItem, result: str) -> ChecklistItem:
    return commands.check_item(
        item_id=item.pk,
        result=result,
        technician_id=house.mechanic.pk,
        user_id=house.mechanic.user_id or 0,
        key=key(),
        at=AT,
    )


def test_a_check_names_who_looked_and_can_be_taken_back(
    house: Shop, strip: JobCard
) -> None:
    item = ChecklistItem.objects.get()

    good = check(house, item, "GOOD")
    assert (good.result, good.checked_by, good.checked_at) == (
        "GOOD", house.mechanic, AT,
    )  # fmt: skip
    open_again = check(house, item, "OPEN")
    assert (open_again.checked_by, open_again.checked_at) == (None, None)


def test_an_unknown_result_is_refused(house: Shop, strip: JobCard) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check(house, ChecklistItem.objects.get(), "FINE")

    assert refusal.value.field == "result"
    assert ChecklistItem.objects.get().result == "OPEN"


def measure(house: Shop, card: JobCard, **more: object) -> Measurement:
    given = {
        "card_id": card.pk,
        "label": "Bore",
        "value": Decimal("86.01234"),
        "unit": "mm",
        "technician_id": house.mechanic.pk,
        "user_id": house.mechanic.user_id,
        "key": key(),
        "at": AT,
    } | more
    return commands.record_measurement(**given)  # type: ignore[arg-type]


def test_a_measurement_keeps_four_places(house: Shop, strip: JobCard) -> None:
    assert measure(house, strip).value == Decimal("86.0123")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"value": Decimal("NaN")}, "value"),
        ({"value": Decimal("1e11")}, "value"),
        ({"label": ""}, "label"),
        ({"unit": " "}, "unit"),
    ],
)
def test_unusable_measurements_are_refused(
    house: Shop, strip: JobCard, given: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        measure(house, strip, **given)

    assert refusal.value.field == field
    assert not Measurement.objects.exists()


def find(house: Shop, card: JobCard, **more: object) -> Finding:
    given = {
        "card_id": card.pk,
        "severity": "MUST",
        "text": "錆",
        "language": "ja",
        "user_id": house.mechanic.user_id,
        "key": key(),
        "at": AT,
        "minutes_low": 60,
        "minutes_high": 240,
    } | more
    return commands.raise_finding(**given)  # type: ignore[arg-type]


def test_a_finding_reaches_the_desk_once(house: Shop, strip: JobCard) -> None:
    once = key()
    finding = find(house, strip, key=once)
    find(house, strip, key=once)

    assert (finding.project, finding.state) == (strip.project, "RAISED")
    mail = OutboxEvent.objects.get(task="restoration.mail_finding")
    assert mail.payload == {"finding_id": finding.pk}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"severity": "BAD"}, "severity"),
        ({"text": ""}, "text"),
        ({"minutes_low": 300}, "minutes_low"),
    ],
)
def test_unsound_findings_are_refused(
    house: Shop, strip: JobCard, given: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        find(house, strip, **given)

    assert refusal.value.field == field
    assert not Finding.objects.exists()


def tag(house: Shop, card: JobCard, **more: object) -> RemovedPart:
    given = {
        "card_id": card.pk,
        "text_en": "Old belt",
        "user_id": house.manager.pk,
        "key": key(),
        "at": AT,
    } | more
    return commands.tag_removed_part(**given)  # type: ignore[arg-type]


def test_an_original_gets_a_tag_and_a_bin_for_originals(
    house: Shop, strip: JobCard
) -> None:
    shelf = build.bin(house.site, kind=Bin.Kind.ORIGINALS)

    part = tag(house, strip, bin_id=shelf.pk)

    assert part.tag.startswith("R-")
    assert (part.fate, part.bin) == ("OPEN", shelf)


def test_an_original_never_lies_in_stock(house: Shop, strip: JobCard) -> None:
    with pytest.raises(InvalidInput) as refusal:
        tag(house, strip, bin_id=build.bin(house.site).pk)

    assert refusal.value.field == "bin"
    assert not RemovedPart.objects.exists()


def settle(house: Shop, part: RemovedPart, fate: str, consent: str = "") -> RemovedPart:
    return commands.settle_removed_part(
        removed_id=part.pk, fate=fate, consent=consent, user_id=house.manager.pk, at=AT
    )


@pytest.mark.parametrize("fate", ["SCRAPPED", "SOLD"])
def test_nothing_goes_without_consent(house: Shop, strip: JobCard, fate: str) -> None:
    part = tag(house, strip)

    with pytest.raises(commands.ConsentMissing):
        settle(house, part, fate)

    part.refresh_from_db()
    assert part.fate == "OPEN"
    assert settle(house, part, fate, "Owner, by mail, 1 Nov").fate == fate


def test_one_part_has_one_fate(house: Shop, strip: JobCard) -> None:
    part = tag(house, strip)
    settle(house, part, "REFITTED")

    assert settle(house, part, "REFITTED").settled_at == AT
    with pytest.raises(commands.AlreadySettled):
        settle(house, part, "STORED_FOR_OWNER")


def test_a_verdict_can_change_until_the_end(house: Shop, strip: JobCard) -> None:
    part = tag(house, strip)

    for verdict in ("KEEP", "REPLACE"):
        commands.judge_removed_part(
            removed_id=part.pk, verdict=verdict, user_id=house.manager.pk, at=AT
        )

    part.refresh_from_db()
    assert part.verdict == "REPLACE"
