"""``manage.py seed``: loads once, changes nothing twice, names each bad cell."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config.seeding.run import SEEDS, load_files
from parts.models import Alternate, Part, PartNumber, Supersession
from restoration.models import (
    EngineMenu,
    EngineMenuLine,
    InspectionItem,
    Milestone,
    Operation,
    OperationLink,
    OperationPart,
    OperationSkill,
    Template,
    TemplateOperation,
)
from workshop.models import (
    Colour,
    FrameRange,
    Holiday,
    Provenance,
    Variant,
    VariantColour,
)


def seed(folder: Path = SEEDS, **options: bool) -> str:
    out = StringIO()
    call_command("seed", folder=folder, stdout=out, **options)
    return out.getvalue()


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_every_row_of_every_file_arrives(seeded: None) -> None:
    assert Variant.objects.count() == 32
    assert FrameRange.objects.count() == 39
    assert Colour.objects.count() == 38
    assert VariantColour.objects.count() == 124
    assert Part.objects.count() == 108
    assert PartNumber.objects.count() == 66
    assert Operation.objects.count() == 102
    assert OperationLink.objects.count() == 156
    assert TemplateOperation.objects.count() == 200
    assert EngineMenu.objects.count() == 6
    assert InspectionItem.objects.count() == 105
    assert Holiday.objects.count() == 89


def test_second_run_changes_nothing(seeded: None) -> None:
    outcomes = load_files()

    assert [o.file for o in outcomes if o.counts.changed or o.refused] == []


def test_a_changed_cell_updates_one_row(seeded: None, folder: Path) -> None:
    replace(folder / "skills.csv", "Painter", "Paint shop")

    outcomes = {outcome.file: outcome.counts for outcome in load_files(folder=folder)}

    assert outcomes["skills.csv"].updated == 1
    assert sum(counts.changed for counts in outcomes.values()) == 1


def test_a_crew_that_shrinks_loses_its_old_skill(seeded: None, folder: Path) -> None:
    replace(folder / "operations.csv", "general:3", "body:3")

    load_files(folder=folder)

    crew = OperationSkill.objects.filter(operation__code="OP0170")
    assert list(crew.values_list("skill__code", "people")) == [("body", 3)]


def test_what_the_house_has_entered_stays(seeded: None) -> None:
    part = Part.objects.get(code="13028-20P25")
    part.basis = Provenance.Basis.HOUSE
    part.notes = "Measured on the bench"
    part.save()

    seed()

    part.refresh_from_db()
    assert part.notes == "Measured on the bench"


def test_sources_and_estimates_stay_apart(seeded: None) -> None:
    block = Part.objects.get(code="A1000-24U00")
    link = OperationPart.objects.filter(part__code="13028-20P25").first()

    assert (block.basis, block.confidence) == ("SOURCE", "verified in a source")
    assert "ofblog.nismo.co.jp" in block.source
    assert link is not None
    assert link.basis == "ESTIMATE"


def test_only_what_a_source_calls_a_replacement_supersedes(seeded: None) -> None:
    assert [
        (row.old.code, row.new.code)
        for row in Supersession.objects.select_related("old", "new")
    ] == [("13028-20P25", "13028-RSR45")]
    related = Alternate.objects.filter(part__code="40206-05U02")
    assert not related.exists()


def test_a_part_without_a_number_has_none(seeded: None) -> None:
    assert Part.objects.filter(numbers__isnull=True).count() == 42


def test_what_is_wanted_only_for_a_refused_piece_says_so(seeded: None) -> None:
    wants = OperationPart.objects.filter(part__code="11000-05U00")
    assert set(wants.values_list("need", flat=True)) == {"IF_REJECTED"}


def test_brake_rotors_are_linked_to_the_grades_with_16_inch_wheels(
    seeded: None,
) -> None:
    rotors = OperationPart.objects.filter(part__code="40206-05U02")
    assert sorted(rotors.values_list("variant__code", flat=True)) == [
        "BNR32-AUSTRALIA",
        "BNR32-N1",
        "BNR32-NISMO",
        "BNR32-POLICE",
        "BNR32-STANDARD",
    ]


def test_the_restomod_has_its_menu_and_the_menu_its_parts(seeded: None) -> None:
    menu = Template.objects.select_related("engine_menu").get(code="RESTOMOD")
    lines = EngineMenuLine.objects.filter(menu=menu.engine_menu_id)
    assert menu.engine_menu is not None
    assert menu.engine_menu.code == "S2"
    assert {
        (line.operation.code, line.part.code if line.part else "", int(line.quantity))
        for line in lines.select_related("operation", "part")
    } == {
        ("OP0520", "", 1),
        ("OP0550", "A1000-24U00", 1),
        ("OP0560", "unnumbered-0095", 6),
        ("OP0570", "unnumbered-0068", 2),
    }


def test_milestones_are_shares_of_the_whole(seeded: None) -> None:
    shares = Milestone.objects.order_by("position").values_list("percent", flat=True)
    assert list(shares) == [30, 20, 20, 20, 10]


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (
            "holidays_jp.csv",
            "2026-02-11",
            "2026-02-31",
            "column date: '2026-02-31' found, a day such as 2026-11-23 expected",
        ),
        (
            "frame_ranges.csv",
            "000078",
            "78",
            "row 2, column first: '78' found, 6 digits expected",
        ),
        (
            "operations.csv",
            "OP0020,INTAKE",
            "OP0020,LOBBY",
            "row 3, column phase: 'LOBBY' found, a code of phases.csv expected",
        ),
        (
            "operations.csv",
            "engine:1",
            "engine:none",
            "column skills: 'engine:none' found, pairs code:count with codes of"
            " skills.csv expected",
        ),
        (
            "parts.csv",
            "GENUINE_NEW",
            "SHINY",
            "row 2, column grade: 'SHINY' found, one of GENUINE_NEW, HERITAGE,",
        ),
        (
            "parts.csv",
            "170000",
            "much",
            "row 2, column price_jpy: 'much' found, a number of at least 0 expected",
        ),
        (
            "variants.csv",
            "1989-05",
            "May 1989",
            "row 2, column build_from: 'May 1989' found, a month such as 1999-02",
        ),
        (
            "skills.csv",
            "inspection,",
            "adviser,",
            "row 3, column code: 'adviser' found, another key than that of row 2",
        ),
        (
            "operation_predecessors.csv",
            "min_lag_hours",
            "lag",
            "row 1, column min_lag_hours: '' found, this column expected",
        ),
    ],
)
def test_a_bad_cell_is_named(
    seeded: None, folder: Path, file: str, old: str, new: str, problem: str
) -> None:
    replace(folder / file, old, new)

    with pytest.raises(CommandError) as refusal:
        seed(folder)

    assert f"{file}, row " in str(refusal.value)
    assert problem in str(refusal.value)


def test_all_problems_of_a_file_are_told_at_once(seeded: None, folder: Path) -> None:
    replace(folder / "parts.csv", "GENUINE_NEW", "SHINY")
    replace(folder / "parts.csv", "425000", "-1")

    outcomes = {outcome.file: outcome for outcome in load_files(folder=folder)}

    assert [(p.row, p.column) for p in outcomes["parts.csv"].problems] == [
        (2, "grade"),
        (3, "price_jpy"),
    ]


def test_a_missing_file_and_wrong_bytes_are_said(seeded: None, folder: Path) -> None:
    (folder / "skills.csv").unlink()
    (folder / "colours.csv").write_bytes("code\nガ".encode("cp932"))

    outcomes = {outcome.file: outcome for outcome in load_files(folder=folder)}

    assert outcomes["skills.csv"].problems[0].expected == "a file"
    assert outcomes["colours.csv"].problems[0].expected == "text in UTF-8"


def test_a_byte_order_mark_does_no_harm(seeded: None, folder: Path) -> None:
    file = folder / "skills.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())

    outcomes = {outcome.file: outcome for outcome in load_files(folder=folder)}

    assert outcomes["skills.csv"].counts.unchanged == 22
