"""What the papers of customers' orders say, from the same sums as the pages."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from common.errors import NotFound
from common.querysets import get_visible
from parts.models import PartsOrder, PartsOrderLine, Return
from parts.queries.catalogue import number_of
from parts.queries.order_money import (
    Sum,
    core_amount,
    line_amount,
    order_money,
)
from parts.queries.paper_layout import (
    Cells,
    Paper,
    day_of,
    is_desk,
    laid_out,
    money_of,
    pieces_of,
    sum_line,
    tax_and_total,
    terms,
)
from parts.queries.parcel_papers import parcel_paper
from workshop.models import Viewer

KINDS = ("quote", "invoice", "packing_list", "pick_list", "return_note")


def paper(user: Viewer, *, kind: str, number: str) -> Paper:
    """Return a paper by its kind and the number of its order, parcel or return.

    Raises:
        NotFound: no such kind; missing and foreign alike.
    """
    if kind == "quote":
        return quote_paper(user, number=number)
    if kind == "return_note":
        return return_paper(user, number=number)
    if kind in KINDS:
        return parcel_paper(user, kind=kind, number=number)
    raise NotFound


def quote_paper(user: Viewer, *, number: str) -> Paper:
    """Return the quote or order confirmation of an order this person may see.

    Raises:
        NotFound: missing and foreign alike; a customer, before it was sent.
    """
    rows = _orders().prefetch_related("lines__part__numbers")
    order = get_visible(rows, user, number=number)
    if not is_desk(user) and order.offered_at is None and order.accepted_at is None:
        raise NotFound
    lines = sorted(order.lines.all(), key=lambda line: line.pk)
    is_quote = order.state == PartsOrder.State.QUOTE
    money = order_money(order, lines)
    facts = [
        (_("Date"), day_of(order.offered_at or order.created_at, order.site)),
        (_("Valid until"), day_of(order.valid_until, order.site) if is_quote else ""),
        *terms(order),
    ]
    sums = _sums(order, lines, money.whole)
    if order.deposit:
        sums.append(
            sum_line(
                _("Deposit on acceptance"), money.deposit.total, order, strong=False
            )
        )
    notes = []
    if order.deposit:
        notes.append(_("The parts are held for you when the deposit has come in."))
    if is_quote:
        notes.append(_("You read and accept this quote in the portal."))
    return laid_out(
        "quote",
        order,
        title=_("Quote") if order.accepted_at is None else _("Order confirmation"),
        number=order.number,
        facts=facts,
        columns=[
            (_("Part number"), "left"),
            (_("Description"), "left"),
            (_("Quantity"), "right"),
            (_("Unit price"), "right"),
            (_("Amount"), "right"),
        ],
        rows=[_priced(line, line.owed) for line in lines if line.owed],
        sums=sums,
        notes=notes,
    )


def return_paper(user: Viewer, *, number: str) -> Paper:
    """Return the note that goes into the box with what comes back.

    Raises:
        NotFound: missing and foreign alike.
    """
    rows = Return.objects.select_related(
        "line__part", "line__order__customer", "line__order__site"
    ).prefetch_related("line__part__numbers")
    row = get_visible(rows, user, number=number)
    order = row.line.order
    facts = [
        (_("Order"), order.number),
        (_("Agreed on"), day_of(row.agreed_at, order.site)),
        (_("Kind"), row.get_kind_display()),
        (_("State"), row.get_state_display()),
        (_("Received on"), day_of(row.received_at, order.site)),
    ]
    sums = []
    if row.refund:
        sums.append(sum_line(_("Refund, tax included"), row.refund, order, strong=True))
    return laid_out(
        "return_note",
        order,
        title=_("Return note"),
        number=row.number,
        facts=facts,
        columns=[
            (_("Part number"), "left"),
            (_("Description"), "left"),
            (_("Reason"), "left"),
            (_("Quantity"), "right"),
        ],
        rows=[
            [
                number_of(row.line.part),
                row.line.part.name,
                row.reason,
                pieces_of(row.quantity, row.line.part),
            ]
        ],
        sums=sums,
        notes=[_("Please put this note into the box.")],
        signature=_("Received by, date"),
    )


def _orders() -> QuerySet[PartsOrder]:
    return PartsOrder.objects.select_related("customer", "site")


def _sums(
    order: PartsOrder, lines: Sequence[PartsOrderLine], whole: Sum
) -> list[dict[str, Any]]:
    money = order_money(order, lines)
    sums = [sum_line(_("Goods"), money.goods, order)]
    if money.cores:
        sums.append(sum_line(_("Core charges"), money.cores, order))
    if money.freight:
        sums.append(sum_line(_("Freight"), money.freight, order))
    return sums + tax_and_total(order, whole)


def _priced(line: PartsOrderLine, quantity: Decimal) -> Cells:
    order, part = line.order, line.part
    core = core_amount(line)
    text = part.name
    if core:
        text += " · " + _("core charge %(amount)s") % {"amount": money_of(core, order)}
    return [
        number_of(part),
        text,
        pieces_of(quantity, part),
        money_of(line.unit_price, order),
        money_of(line_amount(line), order),
    ]
