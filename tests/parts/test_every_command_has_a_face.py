"""What people may have done, the desk does and a machine does, or it is said why."""

import ast
from pathlib import Path

from parts import commands
from parts.commands import importing

HERE = Path(commands.__file__).parents[2]
HOUSE = "The house's own: another command, a worker or the clock calls it."
CAR = "A wish is a job's or an order's: it follows the card, at the floor or the desk."
READS = "It reads; it changes nothing."

WITHOUT_DESK = {
    "accept_quote": "The customer accepts, in the portal; the desk confirms.",
    "return_parts": "At the floor, where the card is.",
    **dict.fromkeys(["change_demand", "raise_demand", "raise_demands"], CAR),
    **dict.fromkeys(["reserve_for_demands", "note_observations"], HOUSE),
    **dict.fromkeys(["check_availability", "check_all_availability"], HOUSE),
    **dict.fromkeys(["learn_lead_times", "note_arrivals"], HOUSE),
    **dict.fromkeys(["release_lapsed_holds", "serve_back_orders"], HOUSE),
    **dict.fromkeys(["settle_paid_deposit", "check_import", "write_import"], HOUSE),
    **dict.fromkeys(["kind_of", "progress_key", "spread", "subject_of"], READS),
    **dict.fromkeys(["unusable", "steps_of"], READS),
}
PAPER = "A document is kept by a person who has looked at it; the desk shows it first."
EDIT = "The catalogue is edited on the desk; a machine brings a file."
WITHOUT_API = {
    **{name: why for name, why in WITHOUT_DESK.items() if why in (HOUSE, CAR, READS)},
    **dict.fromkeys(["attach_part_file", "remove_part_file"], PAPER),
    **dict.fromkeys(["note_part_edited", "note_provenance"], EDIT),
}


def public() -> set[str]:
    return {
        name
        for module in (commands, importing)
        for name in module.__all__
        if name[0].islower()
    }


def used_in(face: str) -> set[str]:
    """Return every name that the modules of a face read."""
    found = set()
    for module in (HERE / "parts" / face).rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.Name):
                found.add(node.id)
    return found


def faceless(face: str, reasons: dict[str, str], names: set[str]) -> list[str]:
    return sorted(names - used_in(face) - reasons.keys())


def test_every_command_is_done_at_the_desk_or_it_is_said_why_not() -> None:
    assert faceless("admin", WITHOUT_DESK, public()) == []


def test_every_command_is_done_by_a_machine_or_it_is_said_why_not() -> None:
    assert faceless("api", WITHOUT_API, public()) == []


def test_a_reason_is_for_a_command_that_there_is() -> None:
    assert sorted((WITHOUT_DESK.keys() | WITHOUT_API.keys()) - public()) == []


def test_the_law_sees_a_command_without_a_face() -> None:
    named = public() | {"melt_stock"}

    assert faceless("admin", WITHOUT_DESK, named) == ["melt_stock"]
    assert faceless("api", WITHOUT_API, named) == ["melt_stock"]
