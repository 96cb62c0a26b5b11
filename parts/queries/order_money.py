"""What a customer's order comes to. Pages and papers read the same numbers here."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from common.money import quantise
from parts.models import PartsOrder, PartsOrderLine

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Sum:
    """Net, tax and both together, in one currency's smallest units."""

    net: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        return self.net + self.tax

    def without(self, other: "Sum") -> "Sum":
        return Sum(self.net - other.net, self.tax - other.tax)


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """What an order comes to, in its own currency.

    Attributes:
        goods: the lines' amounts.
        cores: charged for old pieces, and refunded when they come.
        freight: as quoted.
        whole: all of it and its tax.
        deposit: what is asked for before anything is held.
    """

    goods: Decimal
    cores: Decimal
    freight: Decimal
    whole: Sum
    deposit: Sum

    @property
    def balance(self) -> Sum:
        """What is left when the deposit has been paid; it takes the rounding."""
        return self.whole.without(self.deposit)


def order_money(order: PartsOrder, lines: Iterable[PartsOrderLine]) -> OrderMoney:
    """Return what an order comes to: each line rounded once, tax on their sum.

    Args:
        order: carries currency, freight, tax rate and deposit.
        lines: all of its lines; what was given up is not counted.

    Source: docs/domain/money.md M1, docs/domain/orders.md Q3.
    """
    rows = list(lines)
    goods = sum((line_amount(line) for line in rows), ZERO)
    cores = sum((core_amount(line) for line in rows), ZERO)
    return OrderMoney(
        goods=goods,
        cores=cores,
        freight=order.freight,
        whole=taxed(order, goods + cores + order.freight),
        deposit=taxed(order, order.deposit),
    )


def quote_digest(order: PartsOrder, lines: Iterable[PartsOrderLine]) -> str:
    """Return what stands for a quote as somebody has read it.

    Args:
        order: the quote.
        lines: all of its lines.
    """
    rows = sorted(lines, key=lambda line: line.pk)
    money = order_money(order, rows)
    said = [
        order.number,
        order.currency,
        order.valid_until,
        order.ship_to,
        order.destination,
        order.incoterm,
        quantise(Decimal(order.freight), order.currency),
        money.whole.total,
        money.deposit.total,
        *((row.part_id, row.quantity, row.unit_price, row.core_charge) for row in rows),
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def taxed(order: PartsOrder, net: Decimal) -> Sum:
    """Return an amount of an order with the order's own tax on it."""
    return Sum(net, quantise(net * order.tax_rate, order.currency))


def line_amount(line: PartsOrderLine) -> Decimal:
    return quantise(line.owed * line.unit_price, line.currency)


def core_amount(line: PartsOrderLine) -> Decimal:
    return quantise(line.owed * line.core_charge, line.currency)
