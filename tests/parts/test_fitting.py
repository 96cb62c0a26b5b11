"""What fits a car by its frame number, and what numbers say of themselves."""

from datetime import date
from typing import Any

import pytest

from common.errors import InvalidInput, NotFound
from parts import queries
from parts.models import Fitment, Part
from parts.queries import Fit
from parts.queries.numbers import Form
from tests import build
from workshop.models import FrameRange, Variant

pytestmark = pytest.mark.django_db


def built(prefix: str, first: int, last: int, **fields: Any) -> Variant:
    fields = {"generation": "R34"} | fields
    variant = build.variant(**fields)
    FrameRange.objects.filter(variant=variant).delete()
    FrameRange.objects.create(
        variant=variant, prefix=prefix, first=first, last=last, units=last - first + 1
    )
    return variant


def fits(part: Part, **fields: Any) -> Fitment:
    fields = {"generation": "R34"} | fields
    return Fitment.objects.create(part=part, **fields)


def found(frame: str, **known: Any) -> dict[str, Fit]:
    groups = queries.what_fits(queries.car_of(frame, **known))
    return {row.part.code: row.known for group in groups for row in group.rows}


@pytest.mark.parametrize(
    "frame", ["BNR34-004321", "bnr34 4321", "ＢＮＲ３４－００４３２１"]
)
def test_a_frame_number_finds_what_fits_it(frame: str) -> None:
    built("BNR34", 1, 9999)
    for code, fields in {
        "all": {},
        "from": {"first_frame": 4321},
        "up-to": {"last_frame": 4321},
        "later": {"first_frame": 4322},
        "earlier": {"last_frame": 4320},
        "r33": {"generation": "R33"},
        "dated": {"built_from": date(1999, 1, 1)},
    }.items():
        fits(build.part(code=code), **fields)

    assert found(frame) == {
        "all": Fit.YES,
        "from": Fit.YES,
        "up-to": Fit.YES,
        "dated": Fit.UNKNOWN,
    }


def test_the_plate_decides_between_variants_and_the_papers_between_months() -> None:
    plain, special = built("BNR34", 1, 9999), built("BNR34", 4000, 4999)
    other = built("BNR34", 8000, 9999)
    for code, variant in (("plain", plain), ("special", special), ("other", other)):
        fits(build.part(code=code), variant=variant)
    fits(build.part(code="dated"), built_from="1999-02-01", built_to="1999-03-01")

    assert found("BNR34-004321") == {
        "plain": Fit.UNKNOWN,
        "special": Fit.UNKNOWN,
        "dated": Fit.UNKNOWN,
    }
    assert found(
        "BNR34-004321", variant_id=special.pk, built_month=date(1999, 3, 31)
    ) == {"special": Fit.YES, "dated": Fit.YES}
    assert found(
        "BNR34-004321", variant_id=special.pk, built_month=date(1999, 4, 1)
    ) == {"special": Fit.YES}


def test_what_fits_is_grouped_by_category_and_place() -> None:
    built("BNR34", 1, 9999)
    fits(build.part(code="b-rear", category="brake"), position="rear")
    fits(build.part(code="b-front", category="brake"), position="front")
    fits(build.part(code="a", category="body"))

    groups = queries.what_fits(queries.car_of("BNR34-004321"))

    assert [
        (group.category, [row.part.code for row in group.rows]) for group in groups
    ] == [("body", ["a"]), ("brake", ["b-front", "b-rear"])]


def test_no_frame_number_no_such_car_no_such_prefix() -> None:
    built("BNR34", 1, 9999)
    for wrong, kind in (
        ("", InvalidInput),
        ("BNR34", InvalidInput),
        ("BNR34-1234567", InvalidInput),
        ("ABC99-000001", InvalidInput),
        ("BNR34-010000", NotFound),
    ):
        with pytest.raises(kind):
            queries.car_of(wrong)


def test_a_list_of_any_length_takes_as_many_statements(
    django_assert_num_queries: Any,
) -> None:
    built("BNR34", 1, 9999)
    for n in range(30):
        fits(build.part(f"B-{n}"))
    car = queries.car_of("BNR34-004321")

    with django_assert_num_queries(2):
        assert len(queries.what_fits(car)[0].rows) == 30


@pytest.mark.parametrize(
    ("number", "form", "told"),
    [
        ("13028-20P25", Form.GENUINE, {"13028": "timing belt", "20P": None}),
        (
            "１１０００ー05u00",
            Form.GENUINE,
            {"11000": "cylinder block", "05U": "BNR32"},
        ),
        ("23710-24U00", Form.GENUINE, {"24U": "BCNR33", "00": "counts the versions"}),
        ("62032-05U00K3", Form.GENUINE, {"K3": None}),
        ("13028-RSR45", Form.NISMO, {"RS": "NISMO", "R45": None}),
        ("15208-RN021", Form.NISMO, {"RN": "NISMO", "15208": "oil filter"}),
        ("AY100-NS007", Form.PITWORK, {"AY": "PITWORK"}),
        ("KV10106500", Form.TOOL, {"KV10106500": None}),
        ("ST0501S000", Form.TOOL, {"ST0501S000": None}),
        ("KL101-RN641", Form.FLUID, {"KL101RN641": None}),
        ("BENCH-00001", Form.UNKNOWN, {"BENCH00001": None}),
        ("", Form.UNKNOWN, {"": None}),
    ],
)
def test_a_number_says_what_is_known_of_it_and_no_more(
    number: str, form: Form, told: dict[str, str | None]
) -> None:
    decoded = queries.decode_number(number)

    assert decoded.form is form
    pieces = {
        piece.text: None if piece.meaning is None else str(piece.meaning)
        for piece in decoded.pieces
    }
    assert told.items() <= pieces.items()
    assert all(piece.source for piece in decoded.pieces if piece.meaning)
