"""Files of parts: what there is, how it is called, whether it is still made."""

import json
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from parts.commands.importing import words
from parts.commands.importing.base import (
    Kind,
    Writing,
    parts_called,
    refuse_odd_money,
    sound,
)
from parts.importing import values
from parts.importing.fields import Field, Fields, Line, Verdict
from parts.models import (
    Import,
    LifeChange,
    Part,
    PartNumber,
    StockLevel,
    normalise_number,
)

# What files say of grade, life and unit in their own words.
GRADES = {
    "純正": "GENUINE_NEW", "純正品": "GENUINE_NEW", "純正新品": "GENUINE_NEW",
    "新品": "GENUINE_NEW", "genuine": "GENUINE_NEW", "oem": "GENUINE_NEW",
    "new": "GENUINE_NEW", "ヘリテージ": "HERITAGE", "復刻": "HERITAGE",
    "heritage": "HERITAGE", "ニスモ": "NISMO", "複製": "REPRODUCTION",
    "社外": "THIRD_PARTY", "社外品": "THIRD_PARTY", "aftermarket": "THIRD_PARTY",
    "中古": "USED", "中古品": "USED", "リビルト": "REFURBISHED",
    "rebuilt": "REFURBISHED", "自社製作": "FABRICATED",
}  # fmt: skip
LIVES = {
    "現行": "CURRENT", "供給中": "CURRENT", "available": "CURRENT", "active": "CURRENT",
    "製廃": "DISCONTINUED", "製造廃止": "DISCONTINUED", "廃番": "DISCONTINUED",
    "生産終了": "DISCONTINUED", "販売終了": "DISCONTINUED", "nla": "DISCONTINUED",
    "discontinued": "DISCONTINUED", "仮製廃": "PROVISIONALLY_DISCONTINUED",
    "仮廃番": "PROVISIONALLY_DISCONTINUED", "代替": "SUPERSEDED", "統合": "SUPERSEDED",
    "superseded": "SUPERSEDED", "不明": "UNKNOWN", "unknown": "UNKNOWN",
}  # fmt: skip
UNITS = {
    "個": "EACH", "ケ": "EACH", "ヶ": "EACH", "コ": "EACH", "本": "EACH", "枚": "EACH",
    "pc": "EACH", "pcs": "EACH", "ea": "EACH", "台": "SET", "式": "SET", "kit": "SET",
    "対": "PAIR", "組": "SET", "m": "METRE", "メートル": "METRE", "l": "LITRE",
    "リットル": "LITRE", "ℓ": "LITRE", "kg": "KILOGRAM", "キロ": "KILOGRAM",
}  # fmt: skip

FIELDS = Fields(
    [
        Field(name="number", label=_("Part number"), read=values.part_number,
              words=words.NUMBER),
        Field(name="code", label=_("Our code"), read=values.code, words=words.CODE),
        Field(name="name_ja", label=_("Name in Japanese"), read=values.text_of(200),
              words=words.NAME_JA, is_text=True),
        Field(name="name_en", label=_("Name in English"), read=values.text_of(200),
              words=words.NAME_EN, is_text=True),
        Field(name="name_kana", label=_("Reading"), read=values.text_of(200),
              words=words.KANA, is_text=True),
        Field(name="category", label=_("Category"), read=values.text_of(60),
              words=words.CATEGORY),
        Field(name="generations", label=_("Generations"), read=values.text_of(120),
              words=words.GENERATIONS),
        Field(name="grade", label=_("Grade"),
              read=values.choice(Part.Grade.choices, GRADES), words=words.GRADE,
              names=Part.Grade.choices),
        Field(name="life", label=_("Life"),
              read=values.choice(Part.Life.choices, LIVES), words=words.LIFE,
              names=Part.Life.choices),
        Field(name="status_text", label=_("Status in the source"),
              read=values.text_of(200), words=words.STATUS_TEXT, is_text=True),
        Field(name="unit", label=_("Unit"),
              read=values.choice(Part.Unit.choices, UNITS), words=words.UNIT,
              names=Part.Unit.choices),
        Field(name="hs_code", label=_("HS code"), read=values.hs_code,
              words=words.HS_CODE),
        Field(name="origin_country", label=_("Country of origin"),
              read=values.country, words=words.ORIGIN),
        Field(name="weight_grams", label=_("Weight, g"), read=values.grams,
              words=words.WEIGHT),
        Field(name="weight_kilograms", label=_("Weight, kg"), read=values.kilograms,
              words=words.WEIGHT_KG),
        Field(name="un_number", label=_("UN number"), read=values.un_number,
              words=words.UN),
        Field(name="hazard_class", label=_("Hazard class"), read=values.hazard_class,
              words=words.HAZARD),
        Field(name="packing_group", label=_("Packing group"),
              read=values.choice([(n, n) for n in ("I", "II", "III")],
                                 {"1": "I", "2": "II", "3": "III"}),
              words=words.PACKING),
        Field(name="core_charge", label=_("Core charge"), read=values.money,
              words=words.CORE),
        Field(name="notes", label=_("Notes"), read=values.long_text,
              words=words.NOTES, is_text=True),
    ]
)  # fmt: skip
# The columns of a part that a file may change, with their types in PostgreSQL.
COLUMNS: Mapping[str, str] = {
    "name_en": "text", "name_ja": "text", "name_kana": "text", "category": "text",
    "generations": "text", "grade": "text", "life": "text", "status_text": "text",
    "unit": "text", "hs_code": "text", "origin_country": "text",
    "weight_grams": "integer", "un_number": "text", "hazard_class": "text",
    "packing_group": "text", "core_charge": "numeric", "notes": "text",
}  # fmt: skip
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,60}")


class Catalogue(Kind):
    """Parts with their numbers. Empty cells leave what there is."""

    fields = FIELDS
    needs_one_of = (("number", "code"),)

    def keys(self, row: Line) -> Iterable[tuple[str, Hashable]]:
        if "number" in row.values:
            yield "number", normalise_number(row.values["number"])
        if "code" in row.values or "code" in row.found:
            code = row.values.get("code") or row.found["code"]
            yield "code" if "code" in row.values else "number", f"code:{code}"
        if "part" in row.found:
            yield "number" if "number" in row.values else "code", row.found["part"]

    def judge(self, rows: Sequence[Line], run: Import, *, lock: bool, on: date) -> None:
        for row in rows:
            if "weight_kilograms" in row.values:
                weight = int(row.values["weight_kilograms"] * 1000)
                row.values.setdefault("weight_grams", weight)
        _find(rows)
        present = _present(
            [row.found["part"] for row in rows if "part" in row.found], lock
        )
        numbered = dict(
            PartNumber.objects.filter(part__in=present, is_primary=True).values_list(
                "part_id", "as_printed"
            )
        )
        stocked = set(
            StockLevel.objects.filter(
                part__in=[
                    row.found["part"]
                    for row in rows
                    if "unit" in row.values and "part" in row.found
                ]
            ).values_list("part_id", flat=True)
        )
        for row in sound(rows):
            part_id = row.found.get("part")
            if part_id is None:
                self._judge_new(row)
            else:
                self._judge_known(row, present[part_id], numbered, part_id in stocked)
        _give_codes(
            [row for row in rows if row.is_sound and row.verdict == Verdict.NEW]
        )

    def _judge_new(self, row: Line) -> None:
        row.verdict = Verdict.NEW
        if not (row.values.get("name_en") or row.values.get("name_ja")):
            row.refuse("name_ja", "name_needed")
        _refuse_odd_core(row, Part().list_price_currency)
        _refuse_half_hazard(row, {})

    def _judge_known(
        self,
        row: Line,
        part: Mapping[str, Any],
        numbered: Mapping[int, str],
        stocked: bool,
    ) -> None:
        _refuse_odd_core(row, part["list_price_currency"])
        for name in COLUMNS:
            row.compare(name, part[name])
        primary = numbered.get(part["id"], "")
        if row.found.get("adds_number"):
            if primary:
                row.refuse("number", "other_number", number=primary)
            row.was["number"] = ""
        if "unit" in row.was and stocked:
            row.refuse("unit", "unit_in_use")
        _refuse_half_hazard(row, part)
        row.found["present"] = part
        row.judge()

    def write(self, rows: Sequence[Line], writing: Writing) -> None:
        new = [row for row in rows if row.verdict == Verdict.NEW]
        changed = [row for row in rows if row.verdict == Verdict.CHANGED]
        _give_keys(new)
        # A part is made searchable when it is written: its numbers come first.
        _add_numbers([row for row in [*new, *changed] if row.found.get("adds_number")])
        _create(new, writing)
        _update([row for row in changed if set(row.was) - {"number"}])
        _note_lives([*new, *changed], writing)
        writing.touched |= {row.found["part"] for row in [*new, *changed]}
        writing.counts["parts_new"] += len(new)
        writing.counts["parts_changed"] += len(changed)


def _find(rows: Sequence[Line]) -> None:
    """Note the part of each row; a row may name it by number, code or both."""
    by_number = parts_called(row.values.get("number", "") for row in rows)
    codes = {row.values["code"] for row in rows if "code" in row.values}
    by_code = dict(Part.objects.filter(code__in=codes).values_list("code", "pk"))
    for row in rows:
        number, code = row.values.get("number"), row.values.get("code")
        if number is None and code is None:
            row.refuse("number", "number_or_code")
            continue
        one, other = by_number.get(number or ""), by_code.get(code or "")
        if one is not None and other is not None and one != other:
            row.refuse("code", "two_parts")
        elif one is not None and code is not None and other is None:
            row.refuse("code", "code_differs")
        elif one is not None or other is not None:
            row.found["part"] = one if one is not None else other
            row.found["adds_number"] = number is not None and one is None
        else:
            row.found["adds_number"] = number is not None


def _present(part_ids: Sequence[int], lock: bool) -> dict[int, dict[str, Any]]:
    parts = Part.objects.filter(pk__in=part_ids).order_by("pk")
    if lock:
        parts = parts.select_for_update(no_key=True)
    return {
        row["id"]: row
        for row in parts.values("id", "code", "list_price_currency", *COLUMNS)
    }


def _refuse_odd_core(row: Line, currency: str) -> None:
    """Refuse a core charge that the currency of our prices has no coins for."""
    if "core_charge" in row.values:
        refuse_odd_money(row, row.values["core_charge"], currency, "core_charge")


def _refuse_half_hazard(row: Line, part: Mapping[str, Any]) -> None:
    def after(name: str) -> Any:
        return row.values.get(name) or part.get(name) or ""

    if bool(after("un_number")) != bool(after("hazard_class")) or (
        after("packing_group") and not after("un_number")
    ):
        row.refuse("un_number", "hazard_whole")


def _give_codes(rows: Sequence[Line]) -> None:
    """Give each new part the code it asks for, else its number's own spelling."""
    wishes: dict[str, list[Line]] = {}
    for row in rows:
        number = row.values.get("number", "")
        first = row.values.get("code") or number
        if not _SLUG.fullmatch(first):
            first = normalise_number(number)
        wishes.setdefault(first, []).append(row)
    taken = set(Part.objects.filter(code__in=wishes).values_list("code", flat=True))
    for code, askers in wishes.items():
        for row in askers:
            if code in taken:
                row.refuse("code" if "code" in row.values else "number", "code_taken")
            row.found["code"] = code


def _give_keys(rows: Sequence[Line]) -> None:
    """Draw the keys of new parts, so that what hangs on them can be written first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('parts_part', 'id'))"
            " FROM generate_series(1, %s)",
            [len(rows)],
        )
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.found["part"] = key


def _create(rows: Sequence[Line], writing: Writing) -> None:
    Part.objects.bulk_create(
        [
            Part(
                pk=row.found["part"],
                code=row.found["code"],
                basis=Part.Basis.HOUSE,
                source=writing.source,
                **_columns(row),
            )
            for row in rows
        ]
    )


def _columns(row: Line) -> dict[str, Any]:
    given = {name: row.values[name] for name in COLUMNS if name in row.values}
    # The house reads English where there is no Japanese; the other way round too.
    given.setdefault("name_en", given.get("name_ja", ""))
    return given


def _update(rows: Sequence[Line]) -> None:
    """Change the locked parts, in one statement."""
    if not rows:
        return
    # Only what some row changes: a name that is set anew is made searchable anew.
    columns = [name for name in COLUMNS if any(name in row.was for row in rows)]
    records = []
    for row in rows:
        present = row.found["present"]
        record = {name: row.values.get(name, present[name]) for name in columns}
        records.append({"id": row.found["part"], **record})
    names = ", ".join(f"{name} = d.{name}" for name in columns)
    types = ", ".join(f"{name} {COLUMNS[name]}" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE parts_part p SET {names}"  # noqa: S608 - names of ours
            f" FROM jsonb_to_recordset(%s::jsonb) AS d(id bigint, {types})"
            " WHERE p.id = d.id",
            [json.dumps(records, default=str)],
        )


def _add_numbers(rows: Sequence[Line]) -> None:
    PartNumber.objects.bulk_create(
        [
            PartNumber(
                part_id=row.found["part"],
                as_printed=row.values["number"],
                normalised=normalise_number(row.values["number"]),
            )
            for row in rows
        ]
    )


def _note_lives(rows: Sequence[Line], writing: Writing) -> None:
    """Write down each step in a part's life, with the file as its source."""
    changes = []
    for row in rows:
        became = row.values.get("life")
        was = row.was.get("life", Part.Life.UNKNOWN)
        is_step = row.verdict == Verdict.NEW or "life" in row.was
        if became is None or became == was or not is_step:
            continue
        changes.append(
            LifeChange(
                part_id=row.found["part"],
                was=was,
                became=became,
                changed_on=writing.on,
                source=f"{writing.source}, {row.line}",
                noted_by_id=writing.actor_id,
                noted_at=writing.at,
            )
        )
    LifeChange.objects.bulk_create(changes)
    writing.counts["life_changes"] += len(changes)
