"""Loaders of the house's craft: operations, their order, parts and templates."""

from collections import defaultdict
from decimal import Decimal

from config.seeding.catalogue import quantity
from config.seeding.families import NAMES, SOURCED, estimated, names, sourced
from config.seeding.sheet import Row, Sheet
from config.seeding.upsert import Counts, Fields, fits, ids, upsert
from parts.models import Part
from restoration.models import (
    EngineMenu,
    EngineMenuLine,
    InspectionItem,
    Milestone,
    Operation,
    OperationLink,
    OperationPart,
    OperationSkill,
    Phase,
    Template,
    TemplateOperation,
)
from restoration.queries import circle_of
from workshop.models import BayKind, Skill, Variant


def load_phases(sheet: Sheet) -> Counts:
    rows = []
    for row in sheet.rows("code", "position", *NAMES):
        order = row.whole("position", least=1)
        fields = names(row) | {"code": row.text("code"), "sequence": order}
        rows.append(fits(Phase, row, fields))
    sheet.require_sound()
    return upsert(Phase, ["code"], rows)


def load_operations(sheet: Sheet) -> Counts:
    """Operations with their hours and, per skill, how many people they take."""
    phases, bays, skills = ids(Phase), ids(BayKind), ids(Skill)
    operations: list[Fields] = []
    crews: dict[str, list[tuple[int, int]]] = {}
    for row in sheet.rows(
        "code", "phase", "hours_low", "hours_likely", "hours_high", "skills", *NAMES
    ):
        fields = _operation(row) | {
            "phase_id": row.refers("phase", phases, "phases.csv"),
            "bay_kind_id": row.refers(
                "bay_kind", bays, "bay_kinds.csv", required=False
            ),
        }
        operations.append(fits(Operation, row, fields))
        crews[row.text("code")] = row.counted("skills", skills, "skills.csv")
    sheet.require_sound()
    counts = upsert(Operation, ["code"], operations)
    return counts + _load_crews(crews)


def _operation(row: Row) -> Fields:
    low, likely, high = (
        _minutes(row, f"hours_{name}") for name in ("low", "likely", "high")
    )
    if not low <= likely <= high:
        row.refuse("hours_likely", "hours between the low and the high ones")
    return (
        names(row)
        | sourced(row)
        | {
            "code": row.text("code", required=True),
            "minutes_low": low,
            "minutes_likely": likely,
            "minutes_high": high,
            "hours_basis": row.text("hours_basis"),
            "equipment": row.text("equipment"),
            "is_unbroken": row.flag("no_split"),
            "is_outside": row.flag("outside"),
            "outside_days": row.whole("outside_lead_days") or 0,
            "option": row.text("option"),
            "is_reference_only": row.flag("reference_only"),
            "is_after_hand_over": row.flag("after_handover"),
        }
    )


def _minutes(row: Row, column: str) -> int:
    """Hours of a cell in whole minutes; zero, with a note, where they are missing."""
    hours = row.decimal(column)
    if not hours:
        row.refuse(column, "hours above zero")
        return 0
    return int((hours * Decimal(60)).to_integral_value())


def _load_crews(crews: dict[str, list[tuple[int, int]]]) -> Counts:
    operations = ids(Operation)
    return upsert(
        OperationSkill,
        ["operation_id", "skill_id"],
        [
            {"operation_id": operations[code], "skill_id": skill, "people": people}
            for code, crew in crews.items()
            for skill, people in crew
        ],
        within=OperationSkill.objects.filter(operation__code__in=crews),
        shrink=True,
    )


def load_links(sheet: Sheet) -> Counts:
    operations = ids(Operation)
    waits_for: dict[int, list[int]] = defaultdict(list)
    rows = []
    for row in sheet.rows(
        "from_operation", "to_operation", "min_lag_hours", "max_lag_hours", "reason"
    ):
        low, high = row.decimal("min_lag_hours"), row.decimal("max_lag_hours")
        if high is not None and low is not None and high < low:
            row.refuse("max_lag_hours", "hours not below the least ones")
        fields = estimated(row, "reason") | {
            "before_id": row.refers("from_operation", operations, "operations.csv"),
            "after_id": row.refers("to_operation", operations, "operations.csv"),
            "min_lag_minutes": int((low or Decimal(0)) * 60),
            "max_lag_minutes": None if high is None else int(high * 60),
        }
        rows.append(fits(OperationLink, row, fields))
        waits_for[fields["after_id"]].append(fields["before_id"])
        if circle_of(waits_for):
            waits_for[fields["after_id"]].pop()
            row.refuse("to_operation", "an operation that does not lead back to itself")
    sheet.require_sound()
    return upsert(OperationLink, ["before_id", "after_id"], rows)


def load_templates(sheet: Sheet) -> Counts:
    menus = ids(EngineMenu)
    rows = []
    for row in sheet.rows("code", "description_en", "engine_menu", *NAMES):
        fields = (
            names(row)
            | estimated(row, "description_en")
            | {
                "code": row.text("code"),
                "engine_menu_id": row.refers(
                    "engine_menu", menus, "engine_menus.csv", required=False
                ),
            }
        )
        rows.append(fits(Template, row, fields))
    sheet.require_sound()
    return upsert(Template, ["code"], rows)


def load_template_operations(sheet: Sheet) -> Counts:
    templates, operations = ids(Template), ids(Operation)
    rows = []
    for row in sheet.rows("template", "operation", "offer"):
        fields = {
            "template_id": row.refers("template", templates, "templates.csv"),
            "operation_id": row.refers("operation", operations, "operations.csv"),
            "is_optional": row.choice("offer", ["BASE", "OPTION"]) == "OPTION",
        }
        rows.append(fits(TemplateOperation, row, fields))
    sheet.require_sound()
    return upsert(TemplateOperation, ["template_id", "operation_id"], rows)


def load_operation_parts(sheet: Sheet) -> Counts:
    operations, parts = ids(Operation), ids(Part)
    variants, templates = ids(Variant), ids(Template)
    rows = []
    for row in sheet.rows("operation", "part", "generation", "template", "need"):
        row.refers("template", templates, "templates.csv", required=False)
        fields = estimated(row) | {
            "operation_id": row.refers("operation", operations, "operations.csv"),
            "part_id": row.refers("part", parts, "parts.csv"),
            "generation": row.text("generation"),
            "variant_id": row.refers(
                "variant", variants, "variants.csv", required=False
            ),
            "template_code": row.text("template"),
            "quantity": quantity(row),
            "need": row.choice("need", OperationPart.Need.values),
        }
        rows.append(fits(OperationPart, row, fields))
    sheet.require_sound()
    key = ("operation_id", "part_id", "generation", "variant_id", "template_code")
    return upsert(OperationPart, key, rows)


def load_engine_menus(sheet: Sheet) -> Counts:
    rows = []
    for row in sheet.rows("code", "power_ps", "requires_en", *NAMES, *SOURCED):
        fields = (
            names(row)
            | sourced(row)
            | {
                "code": row.text("code"),
                "power": _figure(row, "power_ps", "PS", "power_rpm"),
                "torque": _figure(row, "torque_kgfm", "kgf.m", "torque_rpm"),
                "notes": "\n".join(
                    filter(None, (row.text("requires_en"), row.text("requires_ja")))
                ),
            }
        )
        rows.append(fits(EngineMenu, row, fields))
    sheet.require_sound()
    return upsert(EngineMenu, ["code"], rows)


def load_menu_contents(sheet: Sheet) -> Counts:
    """What a menu adds: operations, and parts with the operation that takes them."""
    menus, operations, parts = ids(EngineMenu), ids(Operation), ids(Part)
    rows = []
    for row in sheet.rows("menu", "operation", "part", "needed_by_operation", "basis"):
        part = row.refers("part", parts, "parts.csv", required=False)
        operation = "operation" if part is None else "needed_by_operation"
        fields = estimated(row, "basis") | {
            "menu_id": row.refers("menu", menus, "engine_menus.csv"),
            "operation_id": row.refers(operation, operations, "operations.csv"),
            "part_id": part,
            "quantity": Decimal(1) if part is None else quantity(row),
        }
        rows.append(fits(EngineMenuLine, row, fields))
    sheet.require_sound()
    return upsert(EngineMenuLine, ["menu_id", "operation_id", "part_id"], rows)


def _figure(row: Row, column: str, unit: str, speed: str) -> str:
    """A figure as it is printed, such as ``400 PS/6800 rpm``, or nothing."""
    value, rpm = row.decimal(column), row.whole(speed)
    if value is None:
        return ""
    return f"{value} {unit}" + (f"/{rpm} rpm" if rpm else "")


def load_inspection_items(sheet: Sheet) -> Counts:
    operations = ids(Operation)
    rows = []
    for row in sheet.rows("code", "area", "limits", "generation", *NAMES, *SOURCED):
        fields = (
            names(row)
            | sourced(row)
            | {
                "code": row.text("code"),
                "area": row.text("area", required=True),
                "operation_id": row.refers(
                    "operation", operations, "operations.csv", required=False
                ),
                "generation": row.text("generation"),
                "measurement": row.text("measurement"),
                "unit": row.text("unit"),
                "limits": row.text("limits"),
            }
        )
        rows.append(fits(InspectionItem, row, fields))
    sheet.require_sound()
    return upsert(InspectionItem, ["code"], rows)


def load_milestones(sheet: Sheet) -> Counts:
    operations = ids(Operation)
    rows = []
    shares = Decimal(0)
    for row in sheet.rows("code", "position", "percent", "operation", *NAMES):
        fields = (
            names(row)
            | estimated(row, "")
            | {
                "code": row.text("code"),
                "position": row.whole("position", least=1),
                "percent": quantity(row, "percent"),
                "operation_id": row.refers("operation", operations, "operations.csv"),
            }
        )
        rows.append(fits(Milestone, row, fields))
        shares += fields["percent"] or 0
        if shares > 100:
            row.refuse("percent", "shares of at most 100 % in all")
    sheet.require_sound()
    return upsert(Milestone, ["code"], rows)
