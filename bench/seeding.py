"""A full house by INSERT … SELECT: quick, and lawful to the last line.

Columns that are not named here take the model's own default, so that a new column
needs no change.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection, models
from django.utils import timezone

from parts.models import (
    Bin,
    Demand,
    Part,
    PartNumber,
    PurchaseOrder,
    PurchaseOrderLine,
    StockLevel,
    StockMovement,
    Supersession,
    Supplier,
    SupplierOffer,
)
from workshop.models import Site

PREFIX = "BENCH-"
LINES_PER_LEVEL = 10
BINS = 997
LINES_PER_ORDER = 4


def sql(statement: str, params: Any = ()) -> list[Any]:
    """Run one statement; return its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)
        return cursor.fetchall() if cursor.description else []


def insert(model: type[models.Model], source: str, **columns: str) -> None:
    """Insert one row for each row of a FROM clause.

    Args:
        model: what is made.
        source: what follows FROM.
        columns: SQL for the columns that do not take their default.
    """
    meta = model._meta
    given: dict[str, str] = {}
    params: list[Any] = []
    for field in meta.concrete_fields:
        if (field.primary_key and field.column not in columns) or field.generated:
            continue
        given[str(field.column)] = columns.get(str(field.column), "%s")
        if field.column not in columns:
            default = field.get_default()
            params.append(field.get_db_prep_save(default, connection))
    names = ", ".join(f'"{name}"' for name in given)
    values = ", ".join(given.values())
    sql(f"INSERT INTO {meta.db_table} ({names}) SELECT {values} FROM {source}", params)


def fill(parts: int, demands: int) -> Mapping[str, int]:
    """Fill the store; return how much of everything there is.

    Args:
        parts: in the catalogue; twice as many positions, ten ledger lines each.
        demands: open wishes.
    """
    site = site_of_bench()
    # Triggers see to rows as people make them; here they are right from the start.
    sql("SET session_replication_role = replica")
    _catalogue(parts)
    _stock(parts, site)
    _suppliers(parts, site)
    more_demands(parts, demands, site)
    sql("SET session_replication_role = DEFAULT")
    # Once for each part instead of once for each name and number.
    sql("UPDATE parts_part SET code = code WHERE code LIKE 'bench-%%'", [])
    sql("ANALYZE")
    kept = (Part, PartNumber, StockLevel, StockMovement, Demand, PurchaseOrderLine)
    return {row._meta.model_name or "": row._default_manager.count() for row in kept}


def site_of_bench() -> Site:
    """Return the one site of the bench, with a bin for what is timed by hand."""
    site, _new = Site.objects.get_or_create(
        code="bench", defaults={"name_en": "Bench", "name_ja": "計測"}
    )
    for code in ("BENCH-A", "BENCH-B"):
        Bin.objects.get_or_create(site=site, code=code)
    return site


def _catalogue(parts: int) -> None:
    insert(
        Part,
        f"generate_series(1, {parts}) n",
        code="'bench-' || lpad(n::text, 6, '0')",
        name_en="(ARRAY['Bracket','Gasket','Seal','Hose','Bolt','Clip','Lamp'])"
        "[1 + n %% 7] || ' ' || n",
        name_ja="(ARRAY['ブラケット','ガスケット','シール','ホース','ボルト'])"
        "[1 + n %% 5] || ' ' || n",
        category="'group-' || n %% 40",
        life="CASE n %% 10 WHEN 9 THEN 'DISCONTINUED' ELSE 'CURRENT' END",
        search_text="''",
    )
    insert(
        PartNumber,
        "parts_part WHERE code LIKE 'bench-%%'",
        part_id="id",
        as_printed="upper(code)",
        normalised="upper(replace(code, '-', ''))",
        is_primary="true",
    )
    # Every fiftieth number has a successor.
    insert(
        Supersession,
        "parts_part o JOIN parts_part n"
        " ON n.code = 'bench-' || lpad((right(o.code, 6)::int + 1)::text, 6, '0')"
        " WHERE o.code LIKE 'bench-%%' AND right(o.code, 6)::int %% 50 = 7",
        old_id="o.id",
        new_id="n.id",
    )


def _stock(parts: int, site: Site) -> None:
    """Positions for the first 70 of 100 parts; the others are on order or to be had."""
    insert(
        Bin,
        f"generate_series(1, {BINS}) n",
        site_id=str(site.pk),
        code="'BENCH-' || lpad(n::text, 4, '0')",
    )
    stocked = parts * 7 // 10
    insert(
        StockLevel,
        f"generate_series(0, {2 * parts - 1}) n"
        f" JOIN parts_part p ON p.code = 'bench-' || lpad((1 + n %% {stocked})::text,"
        f" 6, '0') JOIN parts_bin b ON b.site_id = {site.pk} AND"
        f" b.code = 'BENCH-' || lpad((1 + (n + n / {stocked}) %% {BINS})::text,"
        " 4, '0')",
        part_id="p.id",
        bin_id="b.id",
        on_hand="9 + n %% 10",
        last_sequence=str(LINES_PER_LEVEL),
        unit_cost="100",
    )
    # Ten pieces or more come; then one is thrown away and one is found, in turn.
    insert(
        StockMovement,
        f"parts_stocklevel l CROSS JOIN generate_series(1, {LINES_PER_LEVEL}) s"
        f" WHERE l.last_sequence = {LINES_PER_LEVEL}",
        level_id="l.id",
        kind="CASE WHEN s = 1 THEN 'RECEIPT' WHEN s %% 2 = 0 THEN 'SCRAP'"
        " ELSE 'COUNT' END",
        quantity="CASE WHEN s = 1 THEN l.on_hand + 1 WHEN s %% 2 = 0 THEN -1"
        " ELSE 1 END",
        sequence="s",
        balance="l.on_hand + s %% 2",
        unit_cost="100",
        reason="'BENCH-line'",
        command_id="gen_random_uuid()",
        moved_at="now() - make_interval(mins => (l.id * 13 + 1000 - s)::int %% 500000)",
    )


def _suppliers(parts: int, site: Site) -> None:
    now = timezone.now()
    supplier, _new = Supplier.objects.get_or_create(
        code="bench", defaults={"name_en": "Bench supplier", "name_ja": "計測商会"}
    )
    on_order = (
        f"right(code, 6)::int BETWEEN {parts * 7 // 10 + 1} AND {parts * 8 // 10}"
    )
    orders = max(1, parts // 10 // LINES_PER_ORDER)
    insert(
        PurchaseOrder,
        f"generate_series(1, {orders}) n",
        number="'BENCH-' || lpad(n::text, 5, '0')",
        supplier_id=str(supplier.pk),
        site_id=str(site.pk),
        currency="'JPY'",
        state="'SENT'",
        ordered_at=f"'{now.isoformat()}'",
        created_at=f"'{now.isoformat()}'",
    )
    insert(
        PurchaseOrderLine,
        "(SELECT id, row_number() OVER (ORDER BY id) AS n FROM parts_part"
        f" WHERE code LIKE 'bench-%%' AND {on_order}) p JOIN parts_purchaseorder o"
        f" ON o.number = 'BENCH-' || lpad((1 + p.n %% {orders})::text, 5, '0')",
        order_id="o.id",
        part_id="p.id",
        quantity="6",
        unit_price="100",
        currency="'JPY'",
        due_on="current_date + 10 + (p.n %% 60)::int",
    )
    insert(
        SupplierOffer,
        f"parts_part WHERE code LIKE 'bench-%%' AND right(code, 6)::int >"
        f" {parts * 8 // 10}",
        part_id="id",
        supplier_id=str(supplier.pk),
        price="100",
        currency="'JPY'",
        lead_days="10 + id %% 30",
        seen_on="current_date",
    )


def more_demands(parts: int, demands: int, site: Site, first: int = 0) -> None:
    """Raise open wishes, each for one of the bench's parts in turn.

    Args:
        parts: in the bench's catalogue.
        demands: how many.
        site: where.
        first: how many there are already.
    """
    insert(
        Demand,
        f"generate_series({first}, {first + demands - 1}) n JOIN parts_part p"
        f" ON p.code = 'bench-' || lpad((1 + n %% {parts})::text, 6, '0')",
        demand_key="'BENCH-wish:' || n",
        subject_key="'BENCH-subject:' || n %% 200",
        part_id="p.id",
        site_id=str(site.pk),
        quantity="2",
        needed_on="current_date + 30 + (n %% 90)::int",
        created_at="now()",
    )
