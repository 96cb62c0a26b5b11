"""The data files agree with each other, and with what was found in sources."""

import csv
import hashlib
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
# The 66 part numbers that were found in sources, sorted, one per line.
NUMBERS_FOUND = "4d13b3bd0c72863c"
ESTIMATED = ["operations.csv", "operation_parts.csv", "milestones.csv", "templates.csv"]
SOURCED = [
    "variants.csv",
    "frame_ranges.csv",
    "colours.csv",
    "variant_colours.csv",
    "parts.csv",
    "supersessions.csv",
    "alternates.csv",
    "operations.csv",
    "inspection_items.csv",
    "engine_menus.csv",
]
# file, column, file it points at, column there
REFERENCES = [
    ("frame_ranges.csv", "variant", "variants.csv", "code"),
    ("variant_colours.csv", "variant", "variants.csv", "code"),
    ("variant_colours.csv", "colour", "colours.csv", "code"),
    ("supersessions.csv", "from_part", "parts.csv", "code"),
    ("supersessions.csv", "to_part", "parts.csv", "code"),
    ("alternates.csv", "from_part", "parts.csv", "code"),
    ("alternates.csv", "to_part", "parts.csv", "code"),
    ("fitments.csv", "part", "parts.csv", "code"),
    ("fitments.csv", "variant", "variants.csv", "code"),
    ("operations.csv", "phase", "phases.csv", "code"),
    ("operations.csv", "bay_kind", "bay_kinds.csv", "code"),
    ("operation_predecessors.csv", "from_operation", "operations.csv", "code"),
    ("operation_predecessors.csv", "to_operation", "operations.csv", "code"),
    ("operation_parts.csv", "operation", "operations.csv", "code"),
    ("operation_parts.csv", "part", "parts.csv", "code"),
    ("operation_parts.csv", "variant", "variants.csv", "code"),
    ("operation_parts.csv", "template", "templates.csv", "code"),
    ("templates.csv", "engine_menu", "engine_menus.csv", "code"),
    ("template_operations.csv", "template", "templates.csv", "code"),
    ("template_operations.csv", "operation", "operations.csv", "code"),
    ("engine_menu_contents.csv", "menu", "engine_menus.csv", "code"),
    ("engine_menu_contents.csv", "operation", "operations.csv", "code"),
    ("engine_menu_contents.csv", "part", "parts.csv", "code"),
    ("engine_menu_contents.csv", "needed_by_operation", "operations.csv", "code"),
    ("inspection_items.csv", "operation", "operations.csv", "code"),
    ("milestones.csv", "operation", "operations.csv", "code"),
    ("demo_hours.csv", "site", "demo_sites.csv", "code"),
    ("demo_bays.csv", "site", "demo_sites.csv", "code"),
    ("demo_bays.csv", "kind", "bay_kinds.csv", "code"),
    ("demo_people.csv", "site", "demo_sites.csv", "code"),
    ("demo_offers.csv", "supplier", "demo_suppliers.csv", "code"),
    ("demo_offers.csv", "part", "parts.csv", "code"),
    ("demo_bins.csv", "site", "demo_sites.csv", "code"),
    ("demo_bins.csv", "parent", "demo_bins.csv", "code"),
    ("demo_stock.csv", "part", "parts.csv", "code"),
    ("demo_stock.csv", "bin", "demo_bins.csv", "code"),
    ("demo_purchase_orders.csv", "part", "parts.csv", "code"),
    ("demo_purchase_orders.csv", "supplier", "demo_suppliers.csv", "code"),
    ("demo_parts_orders.csv", "part", "parts.csv", "code"),
    ("demo_parts_orders.csv", "customer_email", "demo_people.csv", "email"),
    ("demo_cars.csv", "variant", "variants.csv", "code"),
    ("demo_cars.csv", "colour", "colours.csv", "code"),
    ("demo_cars.csv", "customer_email", "demo_people.csv", "email"),
    ("demo_cars.csv", "template", "templates.csv", "code"),
    ("demo_cars.csv", "engine_menu", "engine_menus.csv", "code"),
]
KEYS = {
    "variants.csv": ("code",),
    "frame_ranges.csv": ("variant", "prefix", "first"),
    "colours.csv": ("chassis_code", "code"),
    "variant_colours.csv": ("variant", "colour"),
    "parts.csv": ("code",),
    "supersessions.csv": ("from_part", "to_part"),
    "alternates.csv": ("from_part", "to_part"),
    "fitments.csv": ("part", "generation", "variant"),
    "operations.csv": ("code",),
    "operation_predecessors.csv": ("from_operation", "to_operation"),
    "operation_parts.csv": ("operation", "part", "generation", "variant", "template"),
    "template_operations.csv": ("template", "operation"),
    "skills.csv": ("code",),
    "bay_kinds.csv": ("code",),
    "phases.csv": ("code",),
    "engine_menus.csv": ("code",),
    "inspection_items.csv": ("code",),
    "milestones.csv": ("code",),
    "holidays_jp.csv": ("date",),
    "demo_people.csv": ("email",),
    "demo_bays.csv": ("code",),
    "demo_offers.csv": ("supplier", "part"),
    "demo_stock.csv": ("part", "bin"),
    "demo_cars.csv": ("frame_number",),
}


def rows(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def crew(text: str) -> dict[str, int]:
    pairs = (item.split(":") for item in text.split(";") if item)
    return {skill: int(count) for skill, count in pairs}


@pytest.mark.parametrize("name", sorted(path.name for path in SEEDS.glob("*.csv")))
def test_every_row_has_every_column(name: str) -> None:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))

    assert {len(line) for line in lines} == {len(lines[0])}
    assert len(lines) > 1


@pytest.mark.parametrize(("name", "column", "target", "key"), REFERENCES)
def test_every_reference_resolves(
    name: str, column: str, target: str, key: str
) -> None:
    known = {row[key] for row in rows(target)}

    assert {row[column] for row in rows(name)} - {""} <= known


@pytest.mark.parametrize(("name", "columns"), KEYS.items())
def test_keys_are_unique(name: str, columns: tuple[str, ...]) -> None:
    counted = Counter(tuple(row[column] for column in columns) for row in rows(name))

    assert [key for key, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("name", SOURCED)
def test_what_came_from_a_source_says_which_and_how_sure(name: str) -> None:
    assert all(row["source"] and row["confidence"] for row in rows(name))


def test_what_is_ours_is_marked_an_estimate() -> None:
    for row in rows("operations.csv"):
        assert row["range_basis"] == row["skills_basis"] == "estimate"
        assert row["bay_basis"] == "estimate"
    for name in ("operation_parts.csv", "template_operations.csv", "milestones.csv"):
        assert {row["basis"] for row in rows(name)} == {"estimate"}
    lags = {row["lag_basis"] for row in rows("operation_predecessors.csv")}
    assert lags == {"estimate"}


def test_every_demo_row_is_marked_and_mails_nobody() -> None:
    for path in SEEDS.glob("demo_*.csv"):
        assert {row["demo"] for row in rows(path.name)} == {"yes"}
    mails = [
        row["email"] for row in rows("demo_people.csv") + rows("demo_suppliers.csv")
    ]
    assert all(mail.endswith("@example.com") for mail in mails)


def test_no_part_number_was_invented() -> None:
    numbers = sorted(row["number"] for row in rows("parts.csv") if row["number"])

    digest = hashlib.sha256("\n".join(numbers).encode()).hexdigest()

    assert len(numbers) == 66
    assert digest.startswith(NUMBERS_FOUND)


def test_unnumbered_parts_keep_a_code_of_their_own() -> None:
    for row in rows("parts.csv"):
        expected = row["number"] or row["code"]
        assert row["code"] == expected
        assert bool(row["number"]) != row["code"].startswith("unnumbered-")


def test_frame_numbers_have_six_digits_and_count_what_was_built() -> None:
    built: Counter[str] = Counter()
    for row in rows("frame_ranges.csv"):
        assert re.fullmatch(r"\d{6}", row["first"])
        assert re.fullmatch(r"\d{6}", row["last"])
        assert row["first"] <= row["last"]
        assert int(row["count"]) <= int(row["last"]) - int(row["first"]) + 1
        built[row["variant"]] += int(row["count"])

    units = {row["code"]: row["units"] for row in rows("variants.csv")}
    assert {code: str(count) for code, count in built.items()} == {
        code: units[code] for code in built
    }


def test_colour_counts_add_up_to_the_cars_of_each_grade() -> None:
    painted: Counter[str] = Counter()
    for row in rows("variant_colours.csv"):
        painted[row["variant"]] += int(row["units"])
    grades = [row for row in rows("variants.csv") if row["kind"] == "GRADE"]

    differing = {
        row["code"]: int(row["units"]) - painted[row["code"]]
        for row in grades
        if int(row["units"]) != painted[row["code"]]
    }

    assert differing == {}


def test_operations_depend_on_each_other_without_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for row in rows("operation_predecessors.csv"):
        graph.setdefault(row["to_operation"], set()).add(row["from_operation"])

    assert len(list(TopologicalSorter(graph).static_order())) <= 102


def test_lags_leave_a_window() -> None:
    for row in rows("operation_predecessors.csv"):
        low, high = Decimal(row["min_lag_hours"]), row["max_lag_hours"]
        assert low >= 0
        assert not high or low < Decimal(high)


def test_every_operation_says_hours_crew_and_place() -> None:
    skills = {row["code"] for row in rows("skills.csv")}
    for row in rows("operations.csv"):
        hours = [Decimal(row[f"hours_{k}"]) for k in ("low", "likely", "high")]
        assert hours == sorted(hours)
        assert hours[0] > 0
        assert set(crew(row["skills"])) <= skills
        outside = row["outside"] == "yes"
        assert outside == bool(row["outside_lead_days"]) == (not row["skills"])


def test_the_full_template_holds_every_operation_no_option_asks_for() -> None:
    base = {
        row["operation"]
        for row in rows("template_operations.csv")
        if (row["template"], row["offer"]) == ("FULL", "BASE")
    }

    assert base == {
        row["code"]
        for row in rows("operations.csv")
        if not row["option"] and row["reference_only"] == "no"
    }


def test_no_template_holds_a_figure_kept_for_scale() -> None:
    kept = {r["code"] for r in rows("operations.csv") if r["reference_only"] == "yes"}

    assert kept == {"OP0310", "OP0420"}
    assert not kept & {row["operation"] for row in rows("template_operations.csv")}


def test_everything_done_before_hand_over_leads_to_it() -> None:
    after: dict[str, set[str]] = {}
    for row in rows("operation_predecessors.csv"):
        after.setdefault(row["from_operation"], set()).add(row["to_operation"])
    done_later = {
        row["code"] for row in rows("operations.csv") if row["after_handover"] == "yes"
    }
    for template in ("FULL", "RESTOMOD", "SERVICE"):
        members = {
            row["operation"]
            for row in rows("template_operations.csv")
            if row["template"] == template
        }
        ends = {code for code in members if not after.get(code, set()) & members}
        assert ends - done_later - {"OP1000"} == set(), template


def test_parts_are_linked_only_where_they_are_said_to_fit() -> None:
    fits = {(row["part"], row["generation"]) for row in rows("fitments.csv")}
    for row in rows("operation_parts.csv"):
        assert (row["part"], row["generation"]) in fits
        assert int(row["quantity"]) >= 1


def test_milestones_make_a_hundred_percent() -> None:
    assert sum(int(row["percent"]) for row in rows("milestones.csv")) == 100


def test_holidays_cover_the_years_that_are_planned() -> None:
    days = [date.fromisoformat(row["date"]) for row in rows("holidays_jp.csv")]

    assert {day.year for day in days} == {2025, 2026, 2027, 2028, 2029}


def test_demo_people_can_do_every_operation() -> None:
    people = [set(row["skills"].split(";")) for row in rows("demo_people.csv")]
    for row in rows("operations.csv"):
        for skill, count in crew(row["skills"]).items():
            assert sum(skill in person for person in people) >= count, row["code"]


def test_demo_bays_hold_every_operation() -> None:
    kinds = {row["kind"] for row in rows("demo_bays.csv")}

    assert {row["bay_kind"] for row in rows("operations.csv")} - {""} <= kinds


def test_demo_cars_could_have_been_built() -> None:
    ranges = rows("frame_ranges.csv")
    painted = {(row["variant"], row["colour"]) for row in rows("variant_colours.csv")}
    codes = {row["code"]: row["model_code"] for row in rows("variants.csv")}
    for car in rows("demo_cars.csv"):
        prefix, number = car["frame_number"].split("-")
        assert any(
            row["variant"] == car["variant"]
            and row["prefix"] == prefix
            and row["first"] <= number <= row["last"]
            for row in ranges
        ), car["frame_number"]
        assert (car["variant"], car["colour"]) in painted
        assert codes[car["variant"]] == car["model_code"]


def test_the_glossary_page_is_the_glossary_file() -> None:
    page = (SEEDS.parent / "docs" / "domain" / "glossary.md").read_text("utf-8")

    missing = [
        row["en"] for row in rows("glossary.csv") if f"| {row['en']} | " not in page
    ]

    assert missing == []
    assert page.count("\n| ") == len(rows("glossary.csv")) + 2


def test_the_page_of_data_files_counts_their_rows() -> None:
    page = (SEEDS.parent / "docs" / "domain" / "seeds.md").read_text("utf-8")

    for path in SEEDS.glob("*.csv"):
        assert f"| `{path.name}` | {len(rows(path.name))} |" in page


def test_an_inspection_item_is_for_a_generation_where_its_name_says_so() -> None:
    for row in rows("inspection_items.csv"):
        named = re.findall(r"\bR3[234]\b", row["name_en"])

        assert row["generation"] == "".join(named), row["code"]
