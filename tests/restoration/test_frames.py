"""What a frame number says of a car."""

from datetime import date

import pytest

from common.errors import InvalidInput
from restoration import queries
from restoration.queries.frames import stretches
from tests import build
from workshop.models import Colour, FrameRange, Variant, VariantColour

pytestmark = pytest.mark.django_db


@pytest.fixture
def variants() -> tuple[Variant, Variant]:
    standard = build.variant(
        code="STANDARD", model_code="GJPRVYR34ZDA", built_from=date(1998, 6, 1)
    )
    vspec = build.variant(code="VSPEC", model_code="GJPRWYR34ZDA", source="a record")
    for variant, first, last, units in (
        (standard, 54, 10007, 2709),
        (vspec, 55, 7129, 4172),
    ):
        FrameRange.objects.create(
            variant=variant, prefix="BNR34", first=first, last=last, units=units
        )
    blue = Colour.objects.create(chassis_code="BNR34", code="TV2", name_en="Blue")
    white = Colour.objects.create(chassis_code="BNR34", code="QM1", name_en="White")
    for variant, colour, units in (
        (standard, blue, 700),
        (vspec, blue, 1300),
        (vspec, white, 1500),
    ):
        VariantColour.objects.create(variant=variant, colour=colour, units=units)
    return standard, vspec


@pytest.mark.parametrize(
    "typed",
    [
        "BNR34-004321",
        "bnr34-004321",
        " BNR34 004321 ",
        "ＢＮＲ３４－００４３２１",
        "BNR34―004321",
        "BNR34ー004321",
        "BNR34004321",
        "BNR34-4321",
        "BNR344321",
    ],
)
def test_every_way_to_write_a_number_gives_one(
    variants: tuple[Variant, Variant], typed: str
) -> None:
    assert queries.decode_frame_number(typed).frame_number == "BNR34-004321"


def test_overlapping_ranges_give_candidates_with_counts(
    variants: tuple[Variant, Variant],
) -> None:
    reading = queries.decode_frame_number("BNR34-004321")

    assert [(c.variant.code, c.units) for c in reading.candidates] == [
        ("VSPEC", 4172),
        ("STANDARD", 2709),
    ]
    assert [(c.colour.code, c.units) for c in reading.colours] == [
        ("TV2", 2000),
        ("QM1", 1500),
    ]
    assert reading.variant is None
    assert not reading.is_decided_by_plate
    assert reading.evidence == ("a record",)


def test_the_model_code_on_the_plate_decides(variants: tuple[Variant, Variant]) -> None:
    reading = queries.decode_frame_number("BNR34-004321", model_code=" gjprvyr34zda ")

    assert reading.variant == variants[0]
    assert reading.is_decided_by_plate
    assert [(c.colour.code, c.units) for c in reading.colours] == [("TV2", 700)]


def test_an_unknown_model_code_leaves_all_candidates_open(
    variants: tuple[Variant, Variant],
) -> None:
    reading = queries.decode_frame_number("BNR34-004321", model_code="XYZ")

    assert len(reading.candidates) == 2
    assert not reading.is_decided_by_plate


@pytest.mark.parametrize(
    ("number", "codes"),
    [("54", ["STANDARD"]), ("7129", ["VSPEC", "STANDARD"]), ("7130", ["STANDARD"])],
)
def test_both_ends_of_a_range_belong_to_it(
    variants: tuple[Variant, Variant], number: str, codes: list[str]
) -> None:
    reading = queries.decode_frame_number(f"BNR34-{number}")

    assert [c.variant.code for c in reading.candidates] == codes


def test_a_number_outside_every_range_is_refused_with_the_ranges(
    variants: tuple[Variant, Variant],
) -> None:
    with pytest.raises(queries.NeverBuilt) as refusal:
        queries.decode_frame_number("BNR34-012345")

    assert refusal.value.status == 422
    assert refusal.value.context["ranges"] == [[54, 10007]]
    assert str(refusal.value) == (
        "BNR34-012345 was never built. Built were 000054–010007."
    )


@pytest.mark.parametrize(
    ("spans", "told"),
    [
        ([], []),
        ([(5, 9), (1, 3)], [(1, 3), (5, 9)]),
        ([(1, 3), (4, 9)], [(1, 9)]),
        ([(1, 9), (2, 3), (9, 12)], [(1, 12)]),
    ],
)
def test_overlapping_and_touching_ranges_are_one_stretch(
    spans: list[tuple[int, int]], told: list[tuple[int, int]]
) -> None:
    assert stretches(spans) == told


def test_an_unknown_prefix_is_refused_with_the_known_ones(
    variants: tuple[Variant, Variant],
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        queries.decode_frame_number("ABC99-000001")

    assert refusal.value.field == "frame_number"
    assert "BNR34" in str(refusal.value)


@pytest.mark.parametrize(
    "typed", ["", "-", "BNR34", "BNR34-1234567", "BNR34-12A456", "34-1", "'; --"]
)
def test_what_is_no_frame_number_is_refused_by_name(
    variants: tuple[Variant, Variant], typed: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        queries.decode_frame_number(typed)

    assert refusal.value.field == "frame_number"
