"""Files on their way in: checked, written, the same again, refused row by row."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from common.errors import InvalidInput, NotFound
from common.invariants import violations
from common.models import Attachment, AuditEntry, OutboxEvent
from parts import commands
from parts.commands import importing
from parts.commands.importing import checking, orders
from parts.models import (
    Count,
    CountLine,
    DueDateChange,
    Import,
    LifeChange,
    Observation,
    Part,
    PartNumber,
    PurchaseOrder,
    PurchaseOrderLine,
    StockLevel,
    StockMovement,
    SupplierOffer,
    Watch,
)
from tests import build
from tests.parts.files import (
    as_csv,
    as_xlsx,
    check,
    hand_in,
    read_in,
    reasons,
    verdicts,
    write,
)
from tests.parts.store import NOW, D, Store, key, refused

pytestmark = pytest.mark.django_db
KIND = Import.Kind
HEADER = ["品番", "品名", "状態", "単位", "重量(g)"]
ROWS = [
    ["13020-05U00", "カムシャフト", "現行", "個", "1,200"],
    ["11044-05U00", "ヘッドガスケット", "製廃", "枚", "350"],
]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def catalogue() -> Any:
    return list(Part.objects.order_by("code").values())


# --- The catalogue ---
def test_a_catalogue_is_written_and_a_second_reading_changes_nothing() -> None:
    data = as_csv([HEADER, *ROWS], "cp932")

    run = read_in(KIND.CATALOGUE, data)

    assert (run.state, run.encoding, verdicts(run)) == ("DONE", "cp932", (2, 0, 0, 0))
    part = Part.objects.get(numbers__normalised="1104405U00")
    assert (part.code, part.name_ja, part.life, part.unit, part.weight_grams) == (
        "11044-05U00", "ヘッドガスケット", "DISCONTINUED", "EACH", 350,
    )  # fmt: skip
    assert "1104405u00" in part.search_text
    before = catalogue(), LifeChange.objects.count(), PartNumber.objects.count()
    again = read_in(KIND.CATALOGUE, data)
    assert verdicts(again) == (0, 0, 2, 0)
    assert (
        catalogue(),
        LifeChange.objects.count(),
        PartNumber.objects.count(),
    ) == before


def test_a_change_says_what_it_replaces_and_a_life_is_dated_with_its_source() -> None:
    part = build.part("13020-05U00", name_ja="カム", life="CURRENT")
    part.refresh_from_db()

    run = check(KIND.CATALOGUE, as_csv([HEADER[:3], ["1302005u00", "カム", "製廃"]]))

    row = run.rows.get()
    assert (row.verdict, row.values["_was"]) == ("CHANGED", {"life": "CURRENT"})
    assert Part.objects.get().life == "CURRENT"
    write(run)
    step = LifeChange.objects.get()
    assert (step.was, step.became, step.source) == (
        "CURRENT", "DISCONTINUED", "file.csv, 2",
    )  # fmt: skip
    assert Part.objects.get().life == "DISCONTINUED"


def test_empty_cells_leave_what_there_is() -> None:
    part = build.part("13020-05U00", name_ja="カム", notes="keep")

    run = read_in(
        KIND.CATALOGUE, as_csv([["品番", "品名", "備考"], ["13020-05U00", "", ""]])
    )

    part.refresh_from_db()
    assert (verdicts(run), part.notes, part.name_ja) == ((0, 0, 1, 0), "keep", "カム")


def test_one_audit_entry_for_a_file_and_events_for_what_it_touched() -> None:
    run = read_in(KIND.CATALOGUE, as_csv([HEADER, *ROWS]))

    entry = AuditEntry.objects.get(command="write_import")
    assert entry.detail["wrote"] == {"parts_new": 2, "life_changes": 2}
    event = OutboxEvent.objects.get(task="parts.check_availability")
    ids = sorted(Part.objects.values_list("pk", flat=True))
    assert (event.payload["part_ids"], event.subject) == (ids, f"import:{run.pk}")


def test_rows_that_are_refused_say_column_and_reason() -> None:
    known = build.part("13020-05U00")
    build.part("99999-00000", code="taken")
    Store(part=known).receive(1)
    rows = [
        ["品番", "コード", "品名", "状態", "単位", "国連番号"],
        ["13020-05U00", "", "", "", "m", ""],
        ["1.302E+09", "", "x", "", "", ""],
        ["11111-11111", "taken", "x", "", "", ""],
        ["22222-22222", "", "", "", "", ""],
        ["33333-33333", "", "x", "broken", "", ""],
        ["44444-44444", "", "x", "", "", "1263"],
        ["", "", "x", "", "", ""],
        ["55555-55555", "", "x", "", "", ""],
        ["5555555555", "", "y", "", "", ""],
        ["55555-55555", "", "y", "", "", ""],
        ["66666-66666", "77777-77777", "y", "", "", ""],
        ["77777-77777", "", "y", "", "", ""],
    ]

    run = check(KIND.CATALOGUE, as_csv(rows))

    assert reasons(run) == [
        (2, "unit", "unit_in_use"),
        (3, "number", "number_spoilt"),
        (4, "number", "other_number"),
        (5, "name_ja", "name_needed"),
        (6, "life", "not_one_of"),
        (7, "un_number", "hazard_whole"),
        (8, "number", "number_or_code"),
        (10, "number", "twice_in_file"),
        (11, "number", "twice_in_file"),
        (13, "number", "twice_in_file"),
    ]


def test_one_refused_row_keeps_a_whole_file_out_but_not_its_valid_rows() -> None:
    run = check(KIND.CATALOGUE, as_csv([HEADER, *ROWS, ["##", "x", "", "", ""]]))

    refused(
        commands.WrongState,
        importing.approve_import,
        import_id=run.pk,
        mode="ALL_OR_NOTHING",
        at=NOW,
    )
    run = write(run, "VALID_ONLY")
    assert (run.state, verdicts(run), Part.objects.count()) == ("DONE", (2, 0, 0, 1), 2)


def test_a_row_that_has_changed_since_the_check_stops_the_whole_file() -> None:
    rows = [["品番", "単位"], ["13020-05U00", "m"], ["11044-05U00", "m"]]
    first, second = build.part("13020-05U00"), build.part("11044-05U00")
    run = check(KIND.CATALOGUE, as_csv(rows))
    Store(part=second).receive(1)

    run = write(run)

    first.refresh_from_db()
    assert (run.state, run.failure) == ("FAILED", "moved_since:rows=1")
    assert first.unit == "EACH"
    importing.ask_check(import_id=run.pk, at=NOW)
    importing.check_import(import_id=run.pk, at=NOW)
    run.refresh_from_db()
    assert verdicts(run) == (0, 1, 0, 1)
    run = write(run, "VALID_ONLY")
    first.refresh_from_db()
    assert (run.state, first.unit) == ("DONE", "METRE")


# --- Prices and offers ---
def test_prices_move_and_are_seen_to_move() -> None:
    part = build.part("13020-05U00", list_price=900)
    Watch.objects.create(part=part, watched_at=NOW, seen_at=NOW)
    data = as_csv([["Part No.", "List Price"], ["13020-05U00", "¥1,200"]])

    run = read_in(KIND.PRICES, data)

    part.refresh_from_db()
    assert (verdicts(run), part.list_price) == ((0, 1, 0, 0), D(1200))
    seen = Observation.objects.get()
    assert (seen.kind, seen.was_price, seen.price) == ("PRICE_MOVED", D(900), D(1200))
    watch = Watch.objects.get()
    assert (watch.last_seen, watch.seen_at) == ("PRICE_MOVED", None)
    assert verdicts(read_in(KIND.PRICES, data)) == (0, 0, 1, 0)
    assert Observation.objects.count() == 1


def test_yen_have_no_fraction_and_a_price_needs_a_known_part() -> None:
    build.part("13020-05U00")
    rows = [
        ["品番", "定価"],
        ["13020-05U00", "1.5"],
        ["00000-00000", "1"],
        ["13020-05U00", ""],
    ]

    assert reasons(check(KIND.PRICES, as_csv(rows))) == [
        (2, "list_price", "not_minor_units"),
        (3, "part", "unknown_part"),
        (4, "list_price", "needed"),
    ]


def test_offers_with_breaks_are_read_and_read_again() -> None:
    supplier = build.supplier(name_ja="関東部品")
    build.part("13020-05U00")
    rows = [
        ["仕入先", "品番", "単価", "納期（日）", "MOQ", "数量別価格", "見積日"],
        [
            "関東部品",
            "13020-05U00",
            "1,000",
            "14",
            "2",
            "10=900;50=850",
            "令和8年4月1日",
        ],
    ]

    run = read_in(KIND.OFFERS, as_csv(rows, "cp932"))

    offer = SupplierOffer.objects.get(supplier=supplier)
    assert (offer.price, offer.lead_days, offer.minimum_quantity) == (D(1000), 14, D(2))
    assert offer.seen_on == date(2026, 4, 1)
    assert list(offer.breaks.order_by("pk").values_list("from_quantity", "price")) == [
        (D(10), D(900)), (D(50), D(850)),
    ]  # fmt: skip
    assert Observation.objects.get().kind == "FIRST_SEEN"
    assert verdicts(run) == (1, 0, 0, 0)
    assert verdicts(read_in(KIND.OFFERS, as_csv(rows, "utf-16"))) == (0, 0, 1, 0)
    rows[1][2], rows[1][5] = "1100", "10=950"
    assert verdicts(read_in(KIND.OFFERS, as_csv(rows))) == (0, 1, 0, 0)
    assert list(offer.breaks.values_list("from_quantity", "price")) == [(D(10), D(950))]
    assert Observation.objects.get(kind="PRICE_MOVED").was_price == 1000


def test_an_offer_that_is_withdrawn_is_seen_to_go() -> None:
    supplier = build.supplier()
    build.part("13020-05U00")
    rows = [["Part", "Price", "Lead days"], ["13020-05U00", "10", "5"]]
    read_in(KIND.OFFERS, as_csv(rows), supplier_id=supplier.pk)

    gone = [["Part", "Withdrawn"], ["13020-05U00", "yes"]]
    run = read_in(KIND.OFFERS, as_csv(gone), supplier_id=supplier.pk)

    assert verdicts(run) == (0, 1, 0, 0)
    assert SupplierOffer.objects.get().is_withdrawn
    assert Observation.objects.filter(kind="GONE").count() == 1


def test_offers_say_whose_they_are() -> None:
    build.part("13020-05U00")
    rows = [
        ["Supplier", "Part", "Price", "Lead days"],
        ["nobody", "13020-05U00", "1", "1"],
        ["", "13020-05U00", "1", "1"],
    ]

    assert reasons(check(KIND.OFFERS, as_csv(rows))) == [
        (2, "supplier", "unknown_supplier"),
        (3, "supplier", "needed"),
    ]


# --- Counts ---
def test_a_count_is_opened_with_its_finds_and_moves_no_stock() -> None:
    store = Store()
    level = store.receive(5)
    other = build.part("11044-05U00")
    rows = [
        ["棚番", "品番", "実在庫"],
        [store.shelf.code, "13020-05U00", "４"],
        [store.shelf.code, "11044-05U00", "2"],
    ]
    data = as_csv(rows, "cp932")

    run = read_in(KIND.COUNTS, data, site_id=store.site.pk)

    assert verdicts(run) == (1, 1, 0, 0)
    count = Count.objects.get()
    assert (count.state, count.lines.count()) == ("OPEN", 2)
    line = CountLine.objects.get(level=level)
    assert (line.counted, line.expected, line.counted_sequence) == (D(4), D(5), 1)
    level.refresh_from_db()
    assert (level.on_hand, StockMovement.objects.count()) == (D(5), 1)
    assert StockLevel.objects.get(part=other).on_hand == 0
    again = read_in(KIND.COUNTS, data, site_id=store.site.pk)
    assert (verdicts(again), Count.objects.count()) == ((0, 0, 2, 0), 1)
    assert violations() == []


def test_counts_refuse_fractions_unknown_bins_and_what_is_being_counted() -> None:
    store = Store()
    store.receive(5)
    shelf = store.shelf.code
    header = ["Bin", "Part", "Qty"]
    first = as_csv([header, [shelf, "13020-05U00", "4"]])
    read_in(KIND.COUNTS, first, site_id=store.site.pk)
    rows = [header, [shelf, "13020-05U00", "3"], ["nowhere", "13020-05U00", "1"]]
    half = [header, [shelf, "13020-05U00", "0.5"]]

    run = check(KIND.COUNTS, as_csv(rows), site_id=store.site.pk)

    assert reasons(run) == [(2, "part", "count_elsewhere"), (3, "bin", "unknown_bin")]
    run = check(KIND.COUNTS, as_csv(half), site_id=store.site.pk)
    assert reasons(run) == [(2, "counted", "not_whole_pieces")]


# --- Orders ---
def order_rows(due: date) -> list[list[str]]:
    return [
        ["発注番号", "仕入先", "品番", "数量", "単価", "納期"],
        ["PO-A", "maker", "13020-05U00", "2", "¥1,000", due.isoformat()],
        ["PO-A", "maker", "11044-05U00", "1", "500", due.isoformat()],
        ["", "maker", "13020-05U00", "3", "1000", due.isoformat()],
    ]


def test_orders_become_drafts_and_a_confirmed_date_moves_with_its_cause() -> None:
    supplier = build.supplier(code="maker")
    site = build.site()
    build.part("13020-05U00")
    build.part("11044-05U00")
    due = timezone.localdate(NOW) + timedelta(days=30)

    run = read_in(KIND.ORDERS, as_csv(order_rows(due)), site_id=site.pk)

    assert verdicts(run) == (3, 0, 0, 0)
    order = PurchaseOrder.objects.get(number="PO-A")
    assert (order.state, order.supplier, order.lines.count()) == ("DRAFT", supplier, 2)
    assert PurchaseOrder.objects.filter(number=f"F-{run.pk}-2").exists()
    same = read_in(KIND.ORDERS, as_csv(order_rows(due)), site_id=site.pk)
    assert (verdicts(same), PurchaseOrder.objects.count()) == ((0, 0, 3, 0), 2)
    commands.send_purchase_order(order_id=order.pk, at=NOW)
    later = order_rows(due + timedelta(days=9))[:3]
    moved = read_in(KIND.ORDERS, as_csv(later), site_id=site.pk)
    assert verdicts(moved) == (0, 2, 0, 0)
    assert {change.reason for change in DueDateChange.objects.all()} == {
        "file.csv, 2", "file.csv, 3",
    }  # fmt: skip
    assert PurchaseOrderLine.objects.filter(due_on=due + timedelta(days=9)).count() == 2


def test_orders_that_are_under_way_take_no_more_lines() -> None:
    store = Store()
    supplier = build.supplier(code="maker")
    line = store.order(2, supplier_id=supplier.pk, number="PO-A", price=1000)
    build.part("11044-05U00")
    rows = order_rows(line.due_on)[:3]
    rows[1][3] = "9"

    run = check(KIND.ORDERS, as_csv(rows), site_id=store.site.pk)

    assert reasons(run) == [
        (2, "order", "order_line_differs"), (3, "order", "order_closed"),
    ]  # fmt: skip
    past = order_rows(date(2020, 1, 1))
    past[3][1] = "maker"
    run = check(KIND.ORDERS, as_csv([past[0], past[3]]), site_id=store.site.pk)
    assert reasons(run) == [(2, "due_on", "due_past")]


# --- The way of a file ---
def test_columns_are_remembered_by_kind_and_header() -> None:
    data = as_csv([["A", "B"], ["13020-05U00", "カム"]])
    run = hand_in(KIND.CATALOGUE, data)
    assert run.mapping == {"A": "", "B": ""}
    mapping = {"A": "number", "B": "name_ja"}
    importing.match_columns(import_id=run.pk, mapping=mapping, at=NOW)

    assert hand_in(KIND.CATALOGUE, data).mapping == mapping
    assert hand_in(KIND.PRICES, data).mapping == {"A": "", "B": ""}


@pytest.mark.parametrize(
    "mapping",
    [
        {"品番": "number", "品名": "number"},
        {"品番": "", "品名": "name_ja"},
        {"品番": "number", "品名": "nonsense"},
        {"品番": "number"},
    ],
)
def test_columns_that_make_no_sense_are_refused(mapping: dict[str, str]) -> None:
    run = hand_in(KIND.CATALOGUE, as_csv([["品番", "品名"], ["1", "x"]]))

    refused(
        InvalidInput,
        importing.match_columns,
        import_id=run.pk,
        mapping=mapping,
        at=NOW,
    )
    run.refresh_from_db()
    assert run.state == "UPLOADED"


def test_an_encoding_can_be_corrected() -> None:
    run = hand_in(KIND.CATALOGUE, as_csv([["品番", "品名"], ["1-1", "ｶﾑ"]], "cp932"))

    run = importing.read_again(import_id=run.pk, encoding="cp1252", sheet="", at=NOW)
    assert "品番" not in run.mapping
    run = importing.read_again(import_id=run.pk, encoding="cp932", sheet="", at=NOW)
    assert run.mapping == {"品番": "number", "品名": "name_ja"}


def test_the_same_upload_with_the_same_key_is_one_file() -> None:
    data = as_csv([HEADER, *ROWS])
    once: dict[str, Any] = {
        "kind": KIND.CATALOGUE,
        "data": data,
        "name": "a.csv",
        "key": key(),
        "at": NOW,
    }

    assert importing.start_import(**once) == importing.start_import(**once)
    assert Import.objects.count() == 1


def test_a_check_goes_on_where_a_killed_worker_stopped(monkeypatch: Any) -> None:
    monkeypatch.setattr(checking, "CHUNK", 2)
    numbers = [[f"10000-0000{n}", f"部品 {n}"] for n in range(7)]
    run = hand_in(KIND.CATALOGUE, as_csv([["品番", "品名"], *numbers, numbers[0]]))
    importing.match_columns(import_id=run.pk, mapping=run.mapping, at=NOW)
    keep = checking._keep
    chunks: list[Any] = []

    def dying(*given: Any) -> bool:
        if len(chunks) == 2:
            raise SystemExit
        chunks.append(given)
        return keep(*given)

    monkeypatch.setattr(checking, "_keep", dying)
    with pytest.raises(SystemExit):
        importing.check_import(import_id=run.pk, at=NOW)
    run.refresh_from_db()
    assert (run.state, run.rows_done) == ("CHECKING", 4)

    monkeypatch.setattr(checking, "_keep", keep)
    importing.check_import(import_id=run.pk, at=NOW)

    run.refresh_from_db()
    assert (run.state, run.rows_done, verdicts(run)) == ("CHECKED", 8, (7, 0, 0, 1))
    assert reasons(run) == [(9, "number", "twice_in_file")]


def test_a_file_that_was_given_up_is_not_written() -> None:
    run = check(KIND.CATALOGUE, as_csv([HEADER, *ROWS]))
    importing.approve_import(import_id=run.pk, mode="ALL_OR_NOTHING", at=NOW)

    assert importing.cancel_import(import_id=run.pk, at=NOW)
    assert not importing.cancel_import(import_id=run.pk, at=NOW)

    importing.write_import(import_id=run.pk, at=NOW)
    run.refresh_from_db()
    assert (run.state, Part.objects.count()) == ("CANCELLED", 0)


def test_a_file_given_up_in_the_middle_of_writing_leaves_nothing(
    monkeypatch: Any,
) -> None:
    run = check(KIND.CATALOGUE, as_csv([HEADER, *ROWS]))
    importing.approve_import(import_id=run.pk, mode="ALL_OR_NOTHING", at=NOW)
    kind = importing.KINDS[KIND.CATALOGUE]
    finish = kind.finish

    def giving_up(self: Any, writing: Any) -> None:
        finish(self, writing)
        importing.cancel_import(import_id=run.pk, at=NOW)

    monkeypatch.setattr(kind, "finish", giving_up)
    importing.write_import(import_id=run.pk, at=NOW)

    assert Part.objects.count() == 0


def test_a_written_file_is_not_written_twice_nor_given_up() -> None:
    run = read_in(KIND.CATALOGUE, as_csv([HEADER, *ROWS]))
    before = catalogue()

    importing.write_import(import_id=run.pk, at=NOW)
    importing.approve_import(import_id=run.pk, mode="VALID_ONLY", at=NOW)

    assert catalogue() == before
    refused(commands.WrongState, importing.cancel_import, import_id=run.pk, at=NOW)
    refused(NotFound, importing.cancel_import, import_id=0, at=NOW)
    assert AuditEntry.objects.filter(command="write_import").count() == 1


def test_files_lie_under_names_of_ours() -> None:
    run = hand_in(
        KIND.CATALOGUE, as_csv([HEADER, *ROWS]), name="../../etc/passwd\n.csv"
    )

    stored = Attachment.objects.get()
    assert run.file_name == "passwd.csv"
    assert str(stored.file.name).startswith("attachments/")
    assert (stored.owner_key, stored.byte_size) == (
        f"import:{run.pk}",
        stored.file.size,
    )


def test_columns_may_stand_in_any_order_between_titles_and_notes() -> None:
    rows = [
        ["部品一覧表", "", ""],
        ["", "", ""],
        ["重量(kg)", "部品名", "Ｐａｒｔ　Ｎｏ．"],
        ["1.2", "カム", "１３０２０－０５Ｕ００"],
        ["", "", ""],
        ["0.35kg", "ガスケット", "11044-05U00"],
    ]
    for data in (as_csv(rows, "utf-8-sig", "\t"), as_xlsx(rows)):
        Part.objects.all().delete()
        run = read_in(KIND.CATALOGUE, data)
        assert verdicts(run) == (2, 0, 0, 0)
        weights = Part.objects.order_by("code").values_list("code", "weight_grams")
        assert list(weights) == [("11044-05U00", 350), ("13020-05U00", 1200)]


def test_a_spoilt_twentieth_is_refused_and_the_rest_is_read() -> None:
    dice = random.Random(34)
    rows: list[list[Any]] = [
        [f"{n:05d}-05U00", f"部品 {n}", str(n)] for n in range(200)
    ]
    spoilt = sorted(dice.sample(range(200), 10))
    for place in spoilt:
        rows[place][dice.choice([0, 2])] = "？？"

    run = check(KIND.CATALOGUE, as_csv([["品番", "品名", "重量"], *rows], "cp932"))

    assert verdicts(run) == (190, 0, 0, 10)
    assert [line for line, _column, _code in reasons(run)] == [n + 2 for n in spoilt]
    assert verdicts(write(run, "VALID_ONLY")) == (190, 0, 0, 10)
    assert Part.objects.count() == 190


def test_decimals_are_compared_by_value() -> None:
    build.part("13020-05U00", core_charge=Decimal("1000.00"))

    run = check(
        KIND.CATALOGUE, as_csv([["品番", "コア代"], ["13020-05U00", "1,000円"]])
    )

    assert verdicts(run) == (0, 0, 1, 0)
    assert D(1000) == Part.objects.get().core_charge


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        ("UPDATE parts_import SET rows_same = rows_same + 1", "files_are_counted"),
        (
            "UPDATE parts_importrow SET verdict = 'REFUSED', problems = '[{}]'"
            " WHERE line = 2",
            "files_are_whole",
        ),
    ],
)
def test_the_laws_of_files_find_planted_corruption(statement: str, law: str) -> None:
    read_in(KIND.CATALOGUE, as_csv([HEADER, *ROWS]))
    assert violations() == []

    with connection.cursor() as cursor:
        cursor.execute(statement)

    assert f"parts.{law}" in {broken.name for broken in violations()}


def named_order(*suppliers: str) -> bytes:
    head = ["発注番号", "仕入先", "品番", "数量", "単価", "納期"]
    due = (timezone.localdate() + timedelta(days=9)).isoformat()
    rows = [
        ["X-1", supplier, f"1302{place}-05U00", "1", "100", due]
        for place, supplier in enumerate(suppliers)
    ]
    for row in rows:
        build.part(row[2])
    return as_csv([head, *rows])


def test_one_order_number_is_not_two_orders() -> None:
    one, other = build.supplier(), build.supplier()
    data = named_order(one.code, other.code)

    run = check("ORDERS", data, site_id=build.site().pk)

    assert [code for _line, _column, code in reasons(run)] == ["order_in_two"]
    write(run, Import.Mode.VALID_ONLY)
    assert PurchaseOrder.objects.get().number == "X-1"


def test_lines_do_not_go_to_an_order_of_another_site() -> None:
    supplier = build.supplier()
    commands.create_purchase_order(
        supplier_id=supplier.pk,
        site_id=build.site().pk,
        lines=[
            commands.Ordered(
                part_id=build.part().pk,
                quantity=Decimal(1),
                unit_price=Decimal(1),
                due_on=timezone.localdate(),
            )
        ],
        number="X-1",
        key="k",
        at=timezone.now(),
    )

    run = check("ORDERS", named_order(supplier.code), site_id=build.site().pk)

    assert [code for _line, _column, code in reasons(run)] == ["order_other_site"]


def test_an_order_that_is_sent_while_its_file_is_written_takes_no_line(
    monkeypatch: Any,
) -> None:
    site, supplier = build.site(), build.supplier()
    order = commands.create_purchase_order(
        supplier_id=supplier.pk,
        site_id=site.pk,
        lines=[
            commands.Ordered(
                part_id=build.part().pk,
                quantity=Decimal(1),
                unit_price=Decimal(1),
                due_on=timezone.localdate(),
            )
        ],
        number="X-1",
        key="k",
        at=timezone.now(),
    )
    run = check("ORDERS", named_order(supplier.code), site_id=site.pk)
    plain = orders.Orders.write

    def sent_meanwhile(self: Any, rows: Any, writing: Any) -> None:
        commands.send_purchase_order(order_id=order.pk, at=timezone.now())
        plain(self, rows, writing)

    monkeypatch.setattr(orders.Orders, "write", sent_meanwhile)
    write(run)

    run.refresh_from_db()
    assert (run.state, run.failure) == ("FAILED", "moved_since:rows=1")
    assert order.lines.count() == 1


def test_a_command_that_refuses_while_a_file_is_written_fails_the_file(
    monkeypatch: Any,
) -> None:
    run = check("ORDERS", named_order(build.supplier().code), site_id=build.site().pk)

    def refuse(*_given: Any) -> None:
        raise commands.WrongState

    monkeypatch.setattr(orders.Orders, "write", refuse)
    write(run)

    run.refresh_from_db()
    assert run.state == "FAILED"
    assert not PurchaseOrder.objects.exists()


def test_price_breaks_of_another_currency_do_not_go_on() -> None:
    part, supplier = build.part("13020-05U00"), build.supplier()
    offer = SupplierOffer.objects.create(
        supplier=supplier, part=part, price=900, currency="JPY", lead_days=3,
        seen_on=timezone.localdate(),
    )  # fmt: skip
    offer.breaks.create(from_quantity=10, price=850)
    data = as_csv([["品番", "価格", "通貨"], ["13020-05U00", "6.50", "EUR"]])

    run = read_in("OFFERS", data, supplier_id=supplier.pk)

    assert verdicts(run) == (0, 1, 0, 0)
    assert not offer.breaks.exists()
    assert verdicts(check("OFFERS", data, supplier_id=supplier.pk)) == (0, 0, 1, 0)


def test_a_core_charge_has_the_coins_of_its_currency() -> None:
    data = as_csv([["品番", "品名", "コア代"], ["13020-05U00", "カム", "10.5"]])

    run = check("CATALOGUE", data)

    assert [code for _line, _column, code in reasons(run)] == ["not_minor_units"]
