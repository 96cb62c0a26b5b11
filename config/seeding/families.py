"""Loaders of the families the house serves, and of the house's own lists."""

from config.seeding.sheet import Row, Sheet
from config.seeding.upsert import Counts, Fields, fits, ids, upsert
from workshop.models import (
    BayKind,
    Colour,
    FrameRange,
    Holiday,
    Provenance,
    Skill,
    Variant,
    VariantColour,
)

NAMES = ("name_en", "name_ja")
SOURCED = ("confidence", "source")


def names(row: Row) -> Fields:
    """Both names; the English one must be there."""
    return {
        "name_en": row.text("name_en", required=True),
        "name_ja": row.text("name_ja"),
    }


def sourced(row: Row) -> Fields:
    """Where a fact came from and how sure it is."""
    return {
        "basis": Provenance.Basis.SOURCE,
        "confidence": row.text("confidence", required=True),
        "source": row.text("source", required=True),
    }


def estimated(row: Row, column: str = "note") -> Fields:
    """What is ours, with the reason written beside it."""
    return {
        "basis": Provenance.Basis.ESTIMATE,
        "confidence": "estimate",
        "source": row.text(column),
    }


def load_skills(sheet: Sheet) -> Counts:
    rows = [
        fits(Skill, row, {"code": row.text("code")} | names(row))
        for row in sheet.rows("code", *NAMES)
    ]
    sheet.require_sound()
    return upsert(Skill, ["code"], rows)


def load_bay_kinds(sheet: Sheet) -> Counts:
    rows = [
        fits(BayKind, row, {"code": row.text("code")} | names(row))
        for row in sheet.rows("code", *NAMES)
    ]
    sheet.require_sound()
    return upsert(BayKind, ["code"], rows)


def load_holidays(sheet: Sheet) -> Counts:
    rows = [
        fits(Holiday, row, {"country": "JP", "day": row.day("date")} | names(row))
        for row in sheet.rows("date", *NAMES)
    ]
    sheet.require_sound()
    return upsert(Holiday, ["country", "day"], rows)


def load_variants(sheet: Sheet) -> Counts:
    texts = [
        "code",
        "generation",
        "chassis_code",
        "type_designation",
        "model_code",
        "engine",
        "gearbox",
        "drivetrain",
        "rear_steer",
        "notes",
    ]
    columns = (*texts, *NAMES, *SOURCED, "build_from", "build_to", "units")
    rows = [
        fits(
            Variant,
            row,
            {name: row.text(name) for name in texts}
            | names(row)
            | sourced(row)
            | {
                "power": row.text("max_power"),
                "torque": row.text("max_torque"),
                "built_from": row.month("build_from"),
                "built_to": row.month("build_to"),
                "units": row.whole("units"),
            },
        )
        for row in sheet.rows(*columns, "max_power", "max_torque")
    ]
    sheet.require_sound()
    return upsert(Variant, ["code"], rows)


def load_frame_ranges(sheet: Sheet) -> Counts:
    variants = ids(Variant)
    rows = []
    for row in sheet.rows("variant", "prefix", "first", "last", "digits", "count"):
        first, last = row.whole("first"), row.whole("last")
        for column in ("first", "last"):
            if len(row.text(column)) != (row.whole("digits") or 0):
                row.refuse(column, f"{row.text('digits')} digits")
        if first is not None and last is not None and first > last:
            row.refuse("last", "a number not below the first")
        fields = {
            "variant_id": row.refers("variant", variants, "variants.csv"),
            "prefix": row.text("prefix", required=True),
            "first": first,
            "last": last,
            "units": row.whole("count", least=1),
        }
        rows.append(fits(FrameRange, row, fields))
    sheet.require_sound()
    return upsert(FrameRange, ["variant_id", "prefix", "first"], rows)


def load_colours(sheet: Sheet) -> Counts:
    rows = [
        fits(
            Colour,
            row,
            names(row)
            | sourced(row)
            | {
                "chassis_code": row.text("chassis_code"),
                "code": row.text("code", required=True),
                "first_built": row.month("first_build"),
                "last_built": row.month("last_build"),
                "units": row.whole("units"),
                "notes": row.text("notes"),
            },
        )
        for row in sheet.rows(
            "chassis_code", "code", "first_build", "last_build", "units", *NAMES
        )
    ]
    sheet.require_sound()
    return upsert(Colour, ["chassis_code", "code"], rows)


def load_variant_colours(sheet: Sheet) -> Counts:
    variants = ids(Variant)
    colours = {
        f"{chassis} {code}": pk
        for chassis, code, pk in Colour.objects.values_list(
            "chassis_code", "code", "pk"
        )
    }
    rows = []
    for row in sheet.rows("variant", "chassis_code", "colour", "units"):
        colour = colours.get(f"{row.text('chassis_code')} {row.text('colour')}")
        if colour is None:
            row.refuse("colour", "a colour of this chassis in colours.csv")
        fields = {
            "variant_id": row.refers("variant", variants, "variants.csv"),
            "colour_id": colour,
            "units": row.whole("units", least=1),
        }
        rows.append(fits(VariantColour, row, fields))
    sheet.require_sound()
    return upsert(VariantColour, ["variant_id", "colour_id"], rows)
