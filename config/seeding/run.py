"""Loads files in their order, each in one transaction of its own."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from config.seeding import catalogue, craft, demo, demo_cars, demo_stock, families
from config.seeding.sheet import Problem, Sheet, SheetRefused
from config.seeding.upsert import Counts

SEEDS: Path = settings.BASE_DIR / "seeds"
# Two loads at once would both create what is missing.
_ONE_LOAD_AT_A_TIME = 760_132_034


@dataclass(frozen=True)
class File:
    """One data file, what loads it, and the files it points at."""

    name: str
    load: Callable[[Sheet], Counts]
    key: tuple[str, ...] = ("code",)
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    file: str
    counts: Counts
    problems: Sequence[Problem] = ()
    skipped_for: str = ""

    @property
    def refused(self) -> bool:
        return bool(self.problems or self.skipped_for)


FILES = (
    File("skills.csv", families.load_skills),
    File("bay_kinds.csv", families.load_bay_kinds),
    File("holidays_jp.csv", families.load_holidays, key=("date",)),
    File("variants.csv", families.load_variants),
    File(
        "frame_ranges.csv",
        families.load_frame_ranges,
        key=("variant", "prefix", "first"),
        needs=("variants.csv",),
    ),
    File("colours.csv", families.load_colours, key=("chassis_code", "code")),
    File(
        "variant_colours.csv",
        families.load_variant_colours,
        key=("variant", "colour"),
        needs=("variants.csv", "colours.csv"),
    ),
    File("parts.csv", catalogue.load_parts),
    File(
        "supersessions.csv",
        catalogue.load_supersessions,
        key=("from_part", "to_part"),
        needs=("parts.csv",),
    ),
    File(
        "alternates.csv",
        catalogue.load_alternates,
        key=("from_part", "to_part"),
        needs=("parts.csv",),
    ),
    File(
        "fitments.csv",
        catalogue.load_fitments,
        key=("part", "generation", "variant"),
        needs=("parts.csv", "variants.csv"),
    ),
    File("phases.csv", craft.load_phases),
    File(
        "operations.csv",
        craft.load_operations,
        needs=("phases.csv", "skills.csv", "bay_kinds.csv"),
    ),
    File(
        "operation_predecessors.csv",
        craft.load_links,
        key=("from_operation", "to_operation"),
        needs=("operations.csv",),
    ),
    File("engine_menus.csv", craft.load_engine_menus),
    File(
        "engine_menu_contents.csv",
        craft.load_menu_contents,
        key=("menu", "operation", "part", "needed_by_operation"),
        needs=("engine_menus.csv", "operations.csv", "parts.csv"),
    ),
    File("templates.csv", craft.load_templates, needs=("engine_menus.csv",)),
    File(
        "template_operations.csv",
        craft.load_template_operations,
        key=("template", "operation"),
        needs=("templates.csv", "operations.csv"),
    ),
    File(
        "operation_parts.csv",
        craft.load_operation_parts,
        key=("operation", "part", "generation", "variant", "template"),
        needs=("templates.csv", "operations.csv", "parts.csv", "variants.csv"),
    ),
    File(
        "inspection_items.csv",
        craft.load_inspection_items,
        needs=("operations.csv",),
    ),
    File("milestones.csv", craft.load_milestones, needs=("operations.csv",)),
)


DEMO_FILES = (
    File("demo_sites.csv", demo.load_sites),
    File(
        "demo_hours.csv",
        demo.load_hours,
        key=("site", "weekday", "opens"),
        needs=("demo_sites.csv",),
    ),
    File(
        "demo_bays.csv",
        demo.load_bays,
        key=("site", "code"),
        needs=("demo_sites.csv",),
    ),
    File(
        "demo_people.csv", demo.load_people, key=("email",), needs=("demo_sites.csv",)
    ),
    File("demo_suppliers.csv", demo.load_suppliers),
    File(
        "demo_offers.csv",
        demo.load_offers,
        key=("supplier", "part"),
        needs=("demo_suppliers.csv",),
    ),
    File(
        "demo_bins.csv",
        demo.load_bins,
        key=("site", "code"),
        needs=("demo_sites.csv",),
    ),
    File(
        "demo_stock.csv",
        demo_stock.load_stock,
        key=("site", "part", "bin"),
        needs=("demo_bins.csv",),
    ),
    File(
        "demo_purchase_orders.csv",
        demo_stock.load_purchase_orders,
        key=("number", "part"),
        needs=("demo_suppliers.csv", "demo_sites.csv"),
    ),
    File(
        "demo_parts_orders.csv",
        demo_stock.load_parts_orders,
        key=("order", "part"),
        needs=("demo_people.csv", "demo_stock.csv", "demo_purchase_orders.csv"),
    ),
)
DEMO_CARS = File(
    "demo_cars.csv",
    demo_cars.load_cars,
    key=("frame_number",),
    needs=tuple(file.name for file in DEMO_FILES),
)


def load_files(
    files: Sequence[File] = FILES, *, folder: Path = SEEDS, check: bool = False
) -> list[Outcome]:
    """Load the files in order and tell what became of each.

    A file with problems is left out whole, and so is what points at it; the others
    are still loaded. A second run changes nothing.

    Args:
        files: what to load, in an order in which references resolve.
        folder: where the files lie.
        check: whether to undo everything at the end.
    """
    refused: set[str] = set()
    outcomes: list[Outcome] = []
    with transaction.atomic() if check else nullcontext():
        for file in files:
            outcome = _load(file, folder, refused)
            if outcome.refused:
                refused.add(file.name)
            outcomes.append(outcome)
        if check:
            transaction.set_rollback(True)
    return outcomes


def _load(file: File, folder: Path, refused: set[str]) -> Outcome:
    missing = ", ".join(name for name in file.needs if name in refused)
    if missing:
        return Outcome(file.name, Counts(), skipped_for=missing)
    try:
        with transaction.atomic():
            _wait_for_other_loads()
            return Outcome(file.name, file.load(Sheet(folder / file.name, file.key)))
    except SheetRefused as refusal:
        return Outcome(file.name, Counts(), problems=refusal.problems)


def _wait_for_other_loads() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_LOAD_AT_A_TIME])
