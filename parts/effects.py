"""What commits of the parts house set off: mail to its customers and suppliers."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from common import formats
from common.money import display
from common.outbox_task import outbox_task
from parts import queries
from parts.models import PartsOrder, Return, Rfq, Shipment

State = PartsOrder.State


@outbox_task("parts.mail_quote")
def mail_quote(*, order_id: int, offered_at: str) -> None:
    """Tell a customer that a quote waits; one that was changed since is not sent.

    Args:
        order_id: the quote.
        offered_at: when it was sent, to know which sending this is.
    """
    order = _order(order_id)
    sent = order.offered_at
    if (
        order.state != State.QUOTE
        or sent is None
        or sent != datetime.fromisoformat(offered_at)
    ):
        return
    money = queries.order_money(order, order.lines.all())
    _mail(
        order,
        "quote",
        f"{order.pk}-{int(sent.timestamp())}",
        until=order.valid_until,
        total=money.whole.total,
        deposit=money.deposit.total,
    )


@outbox_task("parts.mail_deposit")
def mail_deposit(*, order_id: int) -> None:
    """Tell a customer that the deposit has come and the parts are held.

    Args:
        order_id: the order.
    """
    order = _order(order_id)
    invoice = order.deposit_invoice
    if invoice is not None:
        _mail(order, "deposit", str(order.pk), total=invoice.total)


@outbox_task("parts.mail_shipped")
def mail_shipped(*, shipment_id: int) -> None:
    """Tell a customer that a parcel has left.

    Args:
        shipment_id: the parcel.
    """
    parcel = Shipment.objects.get(pk=shipment_id)
    _mail(
        _order(parcel.order_id),
        "shipped",
        parcel.number,
        parcel=parcel,
        shipped_at=parcel.shipped_at,
        lines=parcel.lines.select_related("line__part").order_by("pk"),
    )


@outbox_task("parts.mail_refund")
def mail_refund(*, return_id: int) -> None:
    """Tell a customer that what came back is credited, with its sum.

    Args:
        return_id: the return.
    """
    row = Return.objects.select_related("line__part").get(pk=return_id)
    if row.state == Return.State.REFUNDED:
        _mail(
            _order(row.line.order_id),
            "refund",
            row.number,
            row=row,
            total=row.refund,
        )


@outbox_task("parts.mail_credit")
def mail_credit(*, order_id: int, total: str, what: str) -> None:
    """Tell a customer what is credited of an order that was given up, or of its rest.

    Args:
        order_id: the order.
        total: the credit, tax included, in the order's currency.
        what: which of the order's credits it is, to know the mail again.
    """
    order = _order(order_id)
    _mail(
        order,
        "credit",
        f"{order.pk}-{what}",
        total=Decimal(total),
        is_whole=order.state == State.CANCELLED,
    )


@outbox_task("parts.mail_rfq")
def mail_rfq(*, asked_id: int) -> None:
    """Ask a supplier for a quotation; a request that was given up is not sent.

    Args:
        asked_id: the row of the supplier asked.
    """
    asked, lines = queries.rfq_for_supplier(asked_id)
    to = asked.supplier.email
    if not to or asked.rfq.state != Rfq.State.SENT:
        return
    # A house in Japan is written to in Japanese.
    language = "ja" if asked.supplier.country == "JP" else "en"
    with translation.override(language):
        by = asked.rfq.answer_by
        text = render_to_string(
            "parts/mail/rfq.txt",
            {
                "rfq": asked.rfq,
                "supplier": asked.supplier,
                "lines": lines,
                "answer_by": formats.day_text(by) if by else "",
            },
        )
    _send(text, to, f"rfq-{asked.pk}")


def _order(order_id: int) -> PartsOrder:
    rows = PartsOrder.objects.select_related("customer__user", "deposit_invoice")
    return rows.get(pk=order_id)


def _mail(order: PartsOrder, name: str, mark: str, **values: Any) -> None:
    """Write to an order's customer, in their language and on their clock.

    Sent again it is the same mail with the same Message-ID. Its first line is the
    subject.
    """
    customer = order.customer
    to = customer.email or (customer.user.email if customer.user else "")
    if not to:
        return
    with (
        translation.override(customer.language),
        timezone.override(ZoneInfo(customer.time_zone)),
    ):
        words = {key: _in_words(value, order) for key, value in values.items()}
        path = reverse("portal:order", args=[order.number])
        text = render_to_string(
            f"parts/mail/{name}.txt",
            {
                **words,
                "order": order,
                "customer": customer,
                "link": settings.BASE_URL.rstrip("/") + path,
            },
        )
    _send(text, to, f"{name}-{mark}")


def _send(text: str, to: str, mark: str) -> None:
    subject, _gap, body = text.strip().partition("\n")
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    EmailMessage(
        subject.strip(),
        body.strip() + "\n",
        to=[to],
        headers={"Message-ID": f"<parts-{mark}@{domain}>"},
    ).send()


def _in_words(value: Any, order: PartsOrder) -> Any:
    """Write an instant, a day or an amount as the active language does."""
    if isinstance(value, datetime):
        return formats.instant_text(value)
    if isinstance(value, date):
        return formats.day_text(value)
    if isinstance(value, int | str | Shipment) or not hasattr(value, "quantize"):
        return value
    language = translation.get_language() or "en"
    return display(value, order.currency, language) if value else ""
