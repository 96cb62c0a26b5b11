"""Files of orders to suppliers: drafts, and due dates that suppliers have confirmed."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parts.commands.due_days import is_too_far
from parts.commands.importing import words
from parts.commands.importing.base import (
    Kind,
    Writing,
    find_parts,
    named,
    refuse_fractions,
    refuse_odd_money,
    sites_called,
    sound,
    suppliers_called,
    units_of,
)
from parts.commands.purchasing import change_due_date
from parts.importing import days, values
from parts.importing.fields import Field, Fields, Line, Verdict
from parts.importing.problems import FileRefused
from parts.models import Import, PurchaseOrder, PurchaseOrderLine, Supplier
from workshop.models import Site

State = PurchaseOrder.State
# Orders whose rows carry no number are called after the file: F-12-1.
NAMELESS = "F-"


class Orders(Kind):
    """Purchase orders, row by row. They stay drafts until somebody sends them."""

    wants = ("supplier", "site")
    needs_one_of = (("part",), ("quantity",), ("unit_price",), ("due_on", "due_days"))
    fields = Fields(
        [
            Field(name="order", label=_("Order number"), read=values.text_of(20),
                  words=words.ORDER),
            Field(name="supplier", label=_("Supplier"), read=values.text_of(200),
                  words=words.SUPPLIER),
            Field(name="part", label=_("Part"), read=values.text_of(60),
                  words=words.PART, is_needed=True),
            Field(name="quantity", label=_("Quantity"), read=values.quantity,
                  words=words.QUANTITY, is_needed=True),
            Field(name="unit_price", label=_("Unit price"), read=values.money,
                  words=words.PRICE, is_needed=True),
            Field(name="currency", label=_("Currency"), read=values.currency,
                  words=words.CURRENCY),
            Field(name="due_on", label=_("Due on"), read=days.day,
                  words=words.DUE),
            Field(name="due_days", label=_("Due in days"),
                  read=values.whole(0, 1800), words=words.DUE_DAYS),
            Field(name="site", label=_("Site"), read=values.text_of(200),
                  words=words.SITE),
        ]
    )  # fmt: skip

    def __init__(self) -> None:
        self.suppliers: dict[str, Supplier] = {}
        self.sites: dict[str, Site] = {}
        self.new: list[Line] = []
        # What the file's first row of each order says of its house and money.
        self.named: dict[str, tuple[int, int, str]] = {}

    def prepare(self, run: Import) -> None:
        self.suppliers, self.sites = suppliers_called(), sites_called()

    def keys(self, row: Line) -> Iterable[tuple[str, Hashable]]:
        order = row.values.get("order") or row.found["supplier"].pk
        yield "part", (order, row.found["part"], row.found["due_on"])

    def judge(self, rows: Sequence[Line], run: Import, *, lock: bool, on: date) -> None:
        find_parts(rows)
        for row in sound(rows):
            self._find(row, run, on)
        found = sound(rows)
        refuse_fractions(found, units_of(found), "quantity")
        orders, lines = _present(sound(found))
        for row in sound(found):
            _judge_one(row, orders, lines, on)

    def _find(self, row: Line, run: Import, on: date) -> None:
        supplier = named(
            row, "supplier", self.suppliers, run.supplier, "unknown_supplier"
        )
        site = named(row, "site", self.sites, run.site, "unknown_site")
        due_on = row.values.get("due_on")
        if due_on is None and "due_days" in row.values:
            due_on = first_day(run, on) + timedelta(days=row.values["due_days"])
        if due_on is None:
            row.refuse("due_on", "due_needed")
        elif is_too_far(due_on, on):
            row.refuse("due_on", "due_far")
        if not row.is_sound:
            return
        currency = row.values.get("currency") or supplier.currency
        refuse_odd_money(row, row.values["unit_price"], currency, "unit_price")
        row.found |= {
            "supplier": supplier, "site": site, "due_on": due_on, "currency": currency,
        }  # fmt: skip
        number = row.values.get("order")
        said = (supplier.pk, site.pk, currency)
        if number and row.is_sound and self.named.setdefault(number, said) != said:
            row.refuse("order", "order_in_two", order=number)

    def write(self, rows: Sequence[Line], writing: Writing) -> None:
        self.new += [row for row in rows if row.verdict == Verdict.NEW]
        for row in rows:
            if row.verdict != Verdict.CHANGED:
                continue
            change_due_date(
                line_id=row.found["line"]["pk"],
                due_on=row.found["due_on"],
                reason=f"{writing.source}, {row.line}"[:200],
                at=writing.at,
                actor_id=writing.actor_id,
            )
            writing.counts["due_dates_moved"] += 1

    def finish(self, writing: Writing) -> None:
        """Write the drafts: rows of one order may stand anywhere in the file."""
        groups: dict[tuple[Any, ...], list[Line]] = defaultdict(list)
        for row in self.new:
            key = (
                row.values.get("order", ""), row.found["supplier"].pk,
                row.found["site"].pk, row.found["currency"],
            )  # fmt: skip
            groups[key].append(row)
        known = _locked_drafts({number for number, *_rest in groups if number})
        orders = {
            key: known.get(key[0]) or _draft(key, place, writing)
            for place, key in enumerate(groups, start=1)
        }
        fresh = [order for order in orders.values() if order.pk is None]
        PurchaseOrder.objects.bulk_create(fresh)
        PurchaseOrderLine.objects.bulk_create(
            [
                PurchaseOrderLine(
                    order=orders[key],
                    part_id=row.found["part"],
                    quantity=row.values["quantity"],
                    unit_price=row.values["unit_price"],
                    currency=row.found["currency"],
                    due_on=row.found["due_on"],
                )
                for key, rows in groups.items()
                for row in rows
            ]
        )
        writing.counts["orders_new"] += len(fresh)
        writing.counts["order_lines_new"] += len(self.new)


def _locked_drafts(numbers: Collection[str]) -> dict[str, PurchaseOrder]:
    """Return the orders that get more lines; one may have been sent since the check."""
    rows = PurchaseOrder.objects.filter(number__in=numbers).order_by("pk")
    orders = list(rows.select_for_update(no_key=True))
    gone = [order for order in orders if order.state != State.DRAFT]
    if gone:
        raise FileRefused("moved_since", rows=str(len(gone)))
    return {order.number: order for order in orders}


def first_day(run: Import, on: date) -> date:
    """Return the day from which days are counted: the upload's, at every check."""
    return timezone.localdate(run.created_at) if run.created_at else on


def _draft(key: tuple[Any, ...], place: int, writing: Writing) -> PurchaseOrder:
    number, supplier_id, site_id, currency = key
    return PurchaseOrder(
        number=number or f"{NAMELESS}{writing.run.pk}-{place}",
        supplier_id=supplier_id,
        site_id=site_id,
        currency=currency,
        created_by_id=writing.actor_id,
        created_at=writing.at,
    )


Lines = dict[tuple[Any, int], list[dict[str, Any]]]


def _present(rows: Sequence[Line]) -> tuple[dict[str, dict[str, Any]], Lines]:
    """Return the orders that rows name, and lines by order or supplier, and part."""
    numbers = {row.values["order"] for row in rows if "order" in row.values}
    orders = {
        row["number"]: dict(row)
        for row in PurchaseOrder.objects.filter(number__in=numbers).values(
            "number", "supplier_id", "site_id", "state", "currency"
        )
    }
    nameless = {row.found["supplier"].pk for row in rows if "order" not in row.values}
    lines: Lines = defaultdict(list)
    for line in (
        PurchaseOrderLine.objects.filter(
            Q(order__number__in=numbers)
            | Q(order__number__startswith=NAMELESS, order__supplier__in=nameless),
            part__in={row.found["part"] for row in rows},
        )
        .exclude(order__state=State.CANCELLED)
        .order_by("pk")
        .values(
            "pk", "part_id", "quantity", "received", "unit_price", "due_on",
            "order__number", "order__supplier_id", "order__state",
        )
    ):  # fmt: skip
        lines[line["order__number"], line["part_id"]].append(dict(line))
        if line["order__number"].startswith(NAMELESS):
            lines[line["order__supplier_id"], line["part_id"]].append(dict(line))
    return orders, lines


def _judge_one(
    row: Line, orders: dict[str, dict[str, Any]], lines: Lines, on: date
) -> None:
    number = row.values.get("order", "")
    order = orders.get(number)
    if order is not None and order["supplier_id"] != row.found["supplier"].pk:
        row.refuse("order", "order_other_supplier", order=number)
        return
    if order is not None and order["site_id"] != row.found["site"].pk:
        row.refuse("order", "order_other_site", order=number)
        return
    there = lines.get((number or row.found["supplier"].pk, row.found["part"]), [])
    alike = [line for line in there if _alike(line, row)]
    if any(line["due_on"] == row.found["due_on"] for line in alike):
        row.verdict = Verdict.SAME
    elif number and there:
        _judge_moved(row, number, alike)
    elif order is not None and order["state"] != State.DRAFT:
        row.refuse("order", "order_closed", order=number)
    elif order is not None and order["currency"] != row.found["currency"]:
        row.refuse("currency", "order_line_differs", order=number)
    elif row.found["due_on"] < on:
        row.refuse("due_on", "due_past")
    else:
        row.verdict = Verdict.NEW


def _judge_moved(row: Line, number: str, alike: Sequence[dict[str, Any]]) -> None:
    """Judge a row whose part is on its order already, with another due date."""
    moving = [
        line
        for line in alike
        if line["received"] < line["quantity"]
        and line["order__state"] in (State.DRAFT, State.SENT)
    ]
    if len(moving) != 1:
        row.refuse("order", "order_line_differs", order=number)
        return
    row.found["line"] = moving[0]
    row.was["due_on"] = moving[0]["due_on"]
    row.verdict = Verdict.CHANGED


def _alike(line: dict[str, Any], row: Line) -> bool:
    same_price: bool = line["unit_price"] == row.values["unit_price"]
    return same_price and Decimal(line["quantity"]) == row.values["quantity"]
