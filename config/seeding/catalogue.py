"""Loaders of the parts catalogue: what there is, what replaces and what fits."""

from decimal import Decimal

from config.seeding.families import NAMES, SOURCED, names, sourced
from config.seeding.sheet import Row, Sheet
from config.seeding.upsert import Counts, Fields, fits, ids, upsert
from parts.models import (
    Alternate,
    Fitment,
    Part,
    PartNumber,
    Supersession,
    normalise_number,
)
from workshop.models import Variant


def load_parts(sheet: Sheet) -> Counts:
    """Parts, and the number of each that has one. None is made up."""
    parts: list[Fields] = []
    numbers: dict[str, str] = {}
    for row in sheet.rows(
        "code", "number", "grade", "life_state", "price_jpy", *NAMES, *SOURCED
    ):
        parts.append(fits(Part, row, _part(row)))
        if row.text("number"):
            numbers[row.text("code")] = row.text("number")
    sheet.require_sound()
    _keep_lives(parts)
    counts = upsert(Part, ["code"], parts)
    return counts + _load_numbers(numbers)


def _part(row: Row) -> Fields:
    remarks = {
        "": row.text("notes"),
        "For reference only: ": row.text("reference_reason"),
        "Related, as the source says: ": row.text("related_text"),
        "Year of the price: ": row.text("price_year"),
    }
    price = row.decimal("price_jpy")
    return (
        names(row)
        | sourced(row)
        | {
            "code": row.text("code", required=True),
            "category": row.text("category"),
            "generations": row.text("generations"),
            "grade": row.choice("grade", Part.Grade.values),
            "life": row.choice("life_state", Part.Life.values),
            "status_text": row.text("status_text"),
            "sample_price": price,
            "sample_price_currency": "JPY",
            "notes": "\n".join(head + text for head, text in remarks.items() if text),
        }
    )


def _keep_lives(parts: list[Fields]) -> None:
    """Leave a life as it is where somebody has changed it since, with a source."""
    lived = Part.objects.filter(life_changes__isnull=False)
    lives = dict(lived.values_list("code", "life").distinct())
    for fields in parts:
        if fields["code"] in lives:
            fields["life"] = lives[str(fields["code"])]


def _load_numbers(numbers: dict[str, str]) -> Counts:
    part_ids = ids(Part)
    return upsert(
        PartNumber,
        ["normalised"],
        [
            {
                "part_id": part_ids[code],
                "as_printed": number,
                "normalised": normalise_number(number),
                "is_primary": True,
            }
            for code, number in numbers.items()
        ],
    )


def load_supersessions(sheet: Sheet) -> Counts:
    parts = ids(Part)
    rows = []
    for row in sheet.rows(
        "from_part", "to_part", "kind", "direction", "condition", "condition_ja"
    ):
        row.choice("kind", ["SUPERSEDED_BY"])
        fields = sourced(row) | {
            "old_id": row.refers("from_part", parts, "parts.csv"),
            "new_id": row.refers("to_part", parts, "parts.csv"),
            "kind": row.choice("direction", Supersession.Kind.values),
            "condition": row.text("condition"),
            "condition_ja": row.text("condition_ja"),
        }
        rows.append(fits(Supersession, row, fields))
    sheet.require_sound()
    return upsert(Supersession, ["old_id", "new_id"], rows)


def load_alternates(sheet: Sheet) -> Counts:
    """Only what may stand in. Parts that are merely related stay in the file."""
    parts = ids(Part)
    rows: list[Fields] = []
    for row in sheet.rows("from_part", "to_part", "kind", "direction", "condition"):
        kind = row.choice("kind", ["ALTERNATE", "RELATED"])
        direction = row.choice("direction", ["ONE_WAY", "TWO_WAY", "NONE"])
        one = row.refers("from_part", parts, "parts.csv")
        other = row.refers("to_part", parts, "parts.csv")
        if kind == "RELATED":
            continue
        pairs = [(one, other)] + ([(other, one)] if direction == "TWO_WAY" else [])
        rows += [
            fits(Alternate, row, _alternate(row, part, stand_in))
            for part, stand_in in pairs
        ]
    sheet.require_sound()
    return upsert(Alternate, ["part_id", "alternate_id"], rows)


def _alternate(row: Row, part: int | None, stand_in: int | None) -> Fields:
    note = row.text("condition") or row.text("source_text")
    return sourced(row) | {"part_id": part, "alternate_id": stand_in, "note": note}


def load_fitments(sheet: Sheet) -> Counts:
    parts, variants = ids(Part), ids(Variant)
    rows = []
    for row in sheet.rows("part", "generation", "variant", "condition", *SOURCED):
        condition = row.text("condition")
        fields = {
            **sourced(row),
            "part_id": row.refers("part", parts, "parts.csv"),
            "generation": row.text("generation", required=True),
            "variant_id": row.refers(
                "variant", variants, "variants.csv", required=False
            ),
            "built_from": row.month("build_from"),
            "built_to": row.month("build_to"),
            "confidence": f"to be checked: {condition}"
            if condition
            else "to be checked",
        }
        rows.append(fits(Fitment, row, fields))
    sheet.require_sound()
    return upsert(Fitment, ["part_id", "generation", "variant_id"], rows)


def quantity(row: Row, column: str = "quantity") -> Decimal | None:
    """A quantity above zero."""
    value = row.decimal(column)
    if not value:
        row.refuse(column, "a number above zero")
    return value
