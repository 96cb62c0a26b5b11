"""Real files pass through: the house's own seeds, as other people would send them."""

import csv
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house

from common.invariants import violations
from config.seeding.sheet import Sheet
from parts.models import (
    Bin,
    CountLine,
    Import,
    Part,
    PurchaseOrderLine,
    Supplier,
    SupplierOffer,
)
from tests import build
from tests.parts.files import as_csv, as_xlsx, check, read_in, reasons, verdicts, write

pytestmark = pytest.mark.django_db
SEEDS = Path(house.BASE_DIR) / "seeds"
KIND = Import.Kind


@dataclass(frozen=True)
class Seed:
    """One file of ours, how others head its columns, and what breaks a row of it."""

    kind: str
    file: str
    renamed: dict[str, str]
    broken: tuple[str, str]
    model: Any


SEED_FILES = [
    Seed(
        KIND.CATALOGUE,
        "parts.csv",
        {
            "code": "社内コード", "number": "部品番号", "name_en": "Description",
            "name_ja": "部品名称", "generations": "適合型式", "category": "分類",
            "grade": "グレード", "life_state": "供給状況", "status_text": "供給備考",
            "notes": "備考", "source": "出典", "confidence": "確度",
        },
        ("life_state", "こわれた"),
        Part,
    ),
    Seed(
        KIND.OFFERS,
        "demo_offers.csv",
        {
            "supplier": "仕入先コード", "part": "品番", "price": "仕入単価(税抜)",
            "currency": "通貨", "lead_days": "納期（日）", "minimum_quantity": "ＭＯＱ",
        },
        ("price", "時価"),
        SupplierOffer,
    ),
    Seed(
        KIND.COUNTS,
        "demo_stock.csv",
        {"site": "倉庫", "part": "部品番号", "bin": "棚番", "quantity": "棚卸数量"},
        ("quantity", "多数"),
        CountLine,
    ),
    Seed(
        KIND.ORDERS,
        "demo_purchase_orders.csv",
        {
            "number": "発注番号", "site": "事業所", "supplier": "発注先",
            "part": "品番",
            "quantity": "発注数量", "unit_price": "単価", "due_in_days": "納期日数",
        },
        ("quantity", "0"),
        PurchaseOrderLine,
    ),
]  # fmt: skip
ids = [seed.file for seed in SEED_FILES]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def rows_of(file: str) -> list[list[str]]:
    with (SEEDS / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


@pytest.fixture
def house_of_seeds() -> None:
    """The suppliers, the site and the bins that the files speak of."""
    for row in Sheet(SEEDS / "demo_suppliers.csv").rows("code", "name_en", "name_ja"):
        build.supplier(
            code=row.text("code"),
            name_en=row.text("name_en"),
            name_ja=row.text("name_ja"),
        )
    place = build.site(code="yokohama")
    for row in Sheet(SEEDS / "demo_bins.csv").rows("code", "kind"):
        Bin.objects.create(site=place, code=row.text("code"), kind=row.text("kind"))
    assert Supplier.objects.count() == 6


def ready(seed: Seed) -> int:
    """Read in the parts the file needs and say how many rows of it there are."""
    if seed.kind != KIND.CATALOGUE:
        read_in(KIND.CATALOGUE, (SEEDS / "parts.csv").read_bytes())
    return len(rows_of(seed.file)) - 1


@pytest.mark.usefixtures("house_of_seeds")
@pytest.mark.parametrize("seed", SEED_FILES, ids=ids)
def test_a_seed_passes_as_cp932_as_xlsx_and_with_renamed_columns(seed: Seed) -> None:
    count = ready(seed)
    rows = rows_of(seed.file)

    run = read_in(seed.kind, as_csv(rows, "cp932"))

    assert (run.encoding in ("cp932", "utf-8"), reasons(run)) == (True, [])
    assert verdicts(run) == (count, 0, 0, 0)
    assert seed.model.objects.count() == count
    before = list(seed.model.objects.order_by("pk").values())
    for data in (
        as_xlsx(typed(rows)),
        shuffled(seed, rows),
        (SEEDS / seed.file).read_bytes(),
    ):
        again = read_in(seed.kind, data)
        assert verdicts(again) == (0, 0, count, 0), reasons(again)
    assert list(seed.model.objects.order_by("pk").values()) == before
    assert violations() == []


def typed(rows: list[list[str]]) -> list[list[Any]]:
    """Numbers as a spreadsheet keeps them."""
    return [[float(cell) if cell.isdecimal() else cell for cell in row] for row in rows]


def shuffled(seed: Seed, rows: list[list[str]]) -> bytes:
    """The columns in another order under other names, with lines of a title above."""
    order = list(range(len(rows[0])))
    random.Random(34).shuffle(order)
    named = [[seed.renamed.get(cell, cell) for cell in rows[0]], *rows[1:]]
    table = [[row[place] for place in order] for row in named]
    return as_csv([["部品一覧", "2026年4月1日"], [], *table], "utf-16", "\t")


@pytest.mark.usefixtures("house_of_seeds")
@pytest.mark.parametrize("seed", SEED_FILES, ids=ids)
def test_of_a_seed_with_a_twentieth_broken_the_rest_is_read(seed: Seed) -> None:
    count = ready(seed)
    rows = rows_of(seed.file)
    column, cell = seed.broken
    places = random.Random(34).sample(range(1, count + 1), max(1, count // 20))
    for place in places:
        rows[place][rows[0].index(column)] = cell

    run = check(seed.kind, as_csv(rows, "cp932"))

    assert verdicts(run) == (count - len(places), 0, 0, len(places))
    assert [line for line, _column, _code in reasons(run)] == sorted(
        place + 1 for place in places
    )
    assert verdicts(write(run, Import.Mode.VALID_ONLY))[0] == count - len(places)
    assert seed.model.objects.count() == count - len(places)
    mended = read_in(seed.kind, (SEEDS / seed.file).read_bytes())
    assert verdicts(mended) == (len(places), 0, count - len(places), 0)
    assert violations() == []
