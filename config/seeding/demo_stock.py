"""The demo's stock and orders. They come by commands, as everything that moves does."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from config.seeding.catalogue import quantity
from config.seeding.demo import days_ahead
from config.seeding.sheet import Row, Sheet
from config.seeding.upsert import Counts, ids
from parts import commands
from parts.models import Bin, Part, PartsOrder, PurchaseOrder, StockMovement, Supplier
from workshop.commands import enter_rate
from workshop.models import Customer, Site

OPENING_STOCK = "Demo opening stock"
# Before the first of the demo's cars came.
OPENED = timedelta(days=400)
# Invented, as all prices of the demo.
RATES = {"EUR": Decimal(165), "GBP": Decimal(195), "USD": Decimal(152)}
RATED_ON = date(2026, 1, 5)
RATE_SOURCE = "Demo"
VALIDITY = timedelta(days=30)


def load_stock(sheet: Sheet) -> Counts:
    """Receive each part into its bin, once."""
    parts, bins = ids(Part), ids(Bin.objects.filter(site__is_demo=True))
    rows = []
    for row in sheet.rows("site", "part", "bin", "quantity", "unit_cost"):
        part = row.refers("part", parts, "parts.csv")
        place = row.refers("bin", bins, "demo_bins.csv")
        rows.append((part, place, quantity(row), quantity(row, "unit_cost")))
    sheet.require_sound()
    received = set(
        StockMovement.objects.filter(reason=OPENING_STOCK).values_list(
            "level__part", "level__bin"
        )
    )
    missing = [row for row in rows if row[:2] not in received]
    for part, place, count, cost in missing:
        if part is None or place is None or count is None or cost is None:
            continue  # refused above
        commands.receive_stock(
            part_id=part,
            bin_id=place,
            quantity=count,
            unit_cost=cost,
            reason=OPENING_STOCK,
            key=f"demo-stock:{part}:{place}",
            at=timezone.now() - OPENED,
        )
    return Counts(created=len(missing), unchanged=len(rows) - len(missing))


def load_purchase_orders(sheet: Sheet) -> Counts:
    """Send each order with its lines, once. Its dates count from today."""
    parts, suppliers, sites = ids(Part), ids(Supplier), ids(Site)
    orders: dict[str, list[Row]] = defaultdict(list)
    for row in sheet.rows("number", "supplier", "site", "part", "quantity"):
        row.refers("part", parts, "parts.csv")
        row.refers("supplier", suppliers, "demo_suppliers.csv")
        row.refers("site", sites, "demo_sites.csv")
        quantity(row)
        quantity(row, "unit_price")
        row.whole("ordered_days_ago")
        row.whole("due_in_days")
        orders[row.text("number", required=True)].append(row)
    sheet.require_sound()
    standing = set(PurchaseOrder.objects.values_list("number", flat=True))
    for number, rows in orders.items():
        if number not in standing:
            head = rows[0]
            _send(
                number,
                rows,
                parts,
                supplier=suppliers[head.text("supplier")],
                site=sites[head.text("site")],
            )
    same = len(standing & set(orders))
    return Counts(created=len(orders) - same, unchanged=same)


def _send(
    number: str, rows: list[Row], parts: dict[str, int], *, supplier: int, site: int
) -> None:
    ordered_at = timezone.now() - timedelta(days=rows[0].whole("ordered_days_ago") or 0)
    order = commands.create_purchase_order(
        supplier_id=supplier,
        site_id=site,
        lines=[_line(row, parts) for row in rows],
        key=f"demo-order:{number}",
        at=ordered_at,
        currency=rows[0].text("currency"),
        number=number,
    )
    commands.send_purchase_order(order_id=order.pk, at=ordered_at)


def _line(row: Row, parts: dict[str, int]) -> commands.Ordered:
    count, price = row.decimal("quantity"), row.decimal("unit_price")
    if count is None or price is None:
        raise ValueError(f"{row.file}, row {row.number} was not checked")
    return commands.Ordered(
        part_id=parts[row.text("part")],
        quantity=count,
        unit_price=price,
        due_on=days_ahead(row, "due_in_days"),
    )


def load_parts_orders(sheet: Sheet) -> Counts:
    """Orders of customers at different stages: quoted, confirmed, shipped."""
    parts, sites = ids(Part), ids(Site)
    customers = ids(Customer.objects.filter(is_demo=True), "email")
    orders: dict[str, list[Row]] = defaultdict(list)
    for row in sheet.rows("order", "customer_email", "site", "part", "stage"):
        row.refers("part", parts, "parts.csv")
        row.refers("site", sites, "demo_sites.csv")
        row.refers("customer_email", customers, "demo_people.csv")
        row.choice("stage", ["QUOTE", "CONFIRMED", "SHIPPED"])
        quantity(row)
        quantity(row, "unit_price")
        orders[row.text("order", required=True)].append(row)
    sheet.require_sound()
    _enter_rates()
    before = PartsOrder.objects.count()
    for name, rows in orders.items():
        head = rows[0]
        _sell(
            name,
            rows,
            parts,
            customer=customers[head.text("customer_email")],
            site=sites[head.text("site")],
        )
    created = PartsOrder.objects.count() - before
    return Counts(created=created, unchanged=len(orders) - created)


def _enter_rates() -> None:
    """What foreign money is worth in the demo; entered again it is the same."""
    for currency, worth in RATES.items():
        enter_rate(
            currency=currency,
            base="JPY",
            per_unit=worth,
            valid_on=RATED_ON,
            source=RATE_SOURCE,
            at=timezone.now(),
            actor_id=None,
        )


def _sell(
    name: str, rows: list[Row], parts: dict[str, int], *, customer: int, site: int
) -> None:
    """The same key gives the same order, so a second run stops at its state."""
    now = timezone.now()
    order = commands.place_parts_order(
        customer_id=customer,
        site_id=site,
        lines=[_sold(row, parts) for row in rows],
        key=f"demo-sale:{name}",
        at=now,
        currency=rows[0].text("currency"),
    )
    stage = rows[0].text("stage")
    if stage == "QUOTE" and order.offered_at is None:
        commands.offer_quote(
            order_id=order.pk, valid_until=timezone.localdate() + VALIDITY, at=now
        )
    if order.state == PartsOrder.State.QUOTE and stage != "QUOTE":
        order = commands.confirm_parts_order(order_id=order.pk, at=now)
    if order.state == PartsOrder.State.CONFIRMED and stage == "SHIPPED":
        commands.ship_parts_order(
            order_id=order.pk,
            carrier=rows[0].text("carrier"),
            tracking_number=rows[0].text("tracking_number"),
            key=f"demo-parcel:{name}",
            at=now,
        )


def _sold(row: Row, parts: dict[str, int]) -> commands.Sold:
    count, price = row.decimal("quantity"), row.decimal("unit_price")
    if count is None or price is None:
        raise ValueError(f"{row.file}, row {row.number} was not checked")
    return commands.Sold(
        part_id=parts[row.text("part")], quantity=count, unit_price=price
    )
