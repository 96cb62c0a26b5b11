"""Requests for quotation: written, sent to several suppliers, answered, decided."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.errors import InvalidInput
from common.retry import retrying
from parts.commands.purchasing import (
    Ordered,
    create_purchase_order,
    next_number,
)
from parts.commands.refusals import WrongState, exact, missing, needed_reason
from parts.commands.running import once
from parts.models import (
    Part,
    PurchaseOrder,
    Quote,
    Rfq,
    RfqLine,
    RfqSupplier,
    Supplier,
)
from workshop.models import Site

State = Rfq.State


@dataclass(frozen=True, kw_only=True)
class AskedFor:
    """One line of a request: what is asked for, and how many."""

    part_id: int
    quantity: Decimal


def create_rfq(
    *,
    site_id: int,
    lines: Sequence[AskedFor],
    supplier_ids: Sequence[int],
    key: str,
    at: datetime,
    actor_id: int | None = None,
    note: str = "",
    answer_by: date | None = None,
) -> Rfq:
    """Write a request for quotation as a draft; nobody is asked before it is sent.

    Lines of one part are added up. Idempotent by ``key``.

    Args:
        site_id: where the parts are needed.
        lines: at least one.
        supplier_ids: who will be asked; at least one.
        key: the caller's key.
        at: when, aware.
        actor_id: who writes it.
        note: for the suppliers; may be empty.
        answer_by: the day by which an answer is asked for.

    Raises:
        InvalidInput: no lines, no suppliers, a quantity out of range, or a long note.
        KeyReused: the key was used with another body.
        NotFound: no such site, part or supplier.

    Source: docs/domain/purchasing.md B8.
    """
    wanted = _added_up(lines)
    suppliers = sorted(set(supplier_ids))
    _refuse(wanted, suppliers, site_id, note)

    def work(_command_id: UUID) -> dict[str, int]:
        rfq = Rfq.objects.create(
            number=next_number("RQ", "parts_rfq_number"),
            site_id=site_id,
            note=note,
            answer_by=answer_by,
            created_by_id=actor_id,
            created_at=at,
        )
        RfqLine.objects.bulk_create(
            [
                RfqLine(rfq=rfq, part_id=part_id, quantity=quantity)
                for part_id, quantity in wanted.items()
            ]
        )
        RfqSupplier.objects.bulk_create(
            [RfqSupplier(rfq=rfq, supplier_id=pk) for pk in suppliers]
        )
        record_rfq("create_rfq", rfq, actor_id, at, lines=len(wanted))
        return {"rfq": rfq.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="create_rfq",
        body={
            "site": site_id,
            "lines": {str(part_id): str(n) for part_id, n in wanted.items()},
            "suppliers": suppliers,
            "note": note,
            "answer_by": answer_by,
        },
        work=work,
    )
    return Rfq.objects.get(pk=answer["rfq"])


def _added_up(lines: Sequence[AskedFor]) -> dict[int, Decimal]:
    wanted: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        wanted[line.part_id] += exact(line.quantity)
    return dict(wanted)


def _refuse(
    wanted: dict[int, Decimal], supplier_ids: Sequence[int], site_id: int, note: str
) -> None:
    if not wanted:
        raise InvalidInput(_("A request has at least one line."), field="lines")
    if not supplier_ids:
        raise InvalidInput(_("Choose at least one supplier."), field="suppliers")
    if len(note) > 300:
        raise InvalidInput(_("Give at most 300 characters."), field="note")
    if Part.objects.filter(pk__in=wanted).count() != len(wanted):
        raise missing("part")
    if Supplier.objects.filter(pk__in=supplier_ids).count() != len(supplier_ids):
        raise missing("supplier")
    if not Site.objects.filter(pk=site_id).exists():
        raise missing("site")


@retrying
@transaction.atomic
def send_rfq(*, rfq_id: int, at: datetime, actor_id: int | None = None) -> Rfq:
    """Ask the suppliers of a draft, each by mail in their own language.

    A supplier without an address is asked by hand. Sending again changes nothing.

    Args:
        rfq_id: a draft.
        at: when, aware.
        actor_id: who sends it.

    Raises:
        WrongState: the request was cancelled.
        NotFound: no such request.
    """
    rfq = locked_rfq(rfq_id)
    if rfq.state in (State.SENT, State.CLOSED):
        return rfq
    if rfq.state != State.DRAFT:
        raise WrongState(_("Request %(number)s was cancelled."), number=rfq.number)
    rfq.state, rfq.sent_at = State.SENT, at
    rfq.save(update_fields=["state", "sent_at"])
    asked = rfq.suppliers.exclude(supplier__email="").order_by("pk")
    for pk in asked.values_list("pk", flat=True):
        outbox.write("parts.mail_rfq", subject=f"rfq:{rfq.pk}", asked_id=pk)
    record_rfq("send_rfq", rfq, actor_id, at)
    return rfq


@retrying
@transaction.atomic
def cancel_rfq(
    *, rfq_id: int, reason: str, at: datetime, actor_id: int | None = None
) -> bool:
    """Give a request up. Returns whether this call did it.

    Raises:
        WrongState: it was decided already.
        InvalidInput: no reason.
        NotFound: no such request.
    """
    why = needed_reason(reason)
    rfq = locked_rfq(rfq_id)
    if rfq.state == State.CANCELLED:
        return False
    if rfq.state == State.CLOSED:
        raise WrongState(_("Request %(number)s was decided."), number=rfq.number)
    rfq.state = State.CANCELLED
    rfq.save(update_fields=["state"])
    record_rfq("cancel_rfq", rfq, actor_id, at, reason=why)
    return True


def choose_quotes(
    *,
    rfq_id: int,
    quote_ids: Sequence[int],
    key: str,
    at: datetime,
    actor_id: int | None = None,
) -> list[PurchaseOrder]:
    """Decide a request: each chosen quote becomes a line of a draft to its supplier.

    Bought is what was asked for, or the supplier's minimum if that is more. Lines
    without a chosen quote are not bought. Idempotent by ``key``.

    Args:
        rfq_id: a sent request.
        quote_ids: at most one for each line, at least one in all.
        key: the caller's key.
        at: when, aware.
        actor_id: who decides.

    Returns:
        One draft for each supplier and currency.

    Raises:
        InvalidInput: no quote, two for one line, or one of another request.
        WrongState: the request is not out, or was decided already.
        KeyReused: the key was used with another body.
        NotFound: no such request.

    Source: docs/domain/purchasing.md B11.
    """
    chosen = sorted(set(quote_ids))

    def work(_command_id: UUID) -> dict[str, int]:
        rfq = locked_rfq(rfq_id)
        if rfq.state != State.SENT:
            raise WrongState(
                _("Request %(number)s is not waiting for a decision."),
                number=rfq.number,
            )
        orders = _drafts(rfq, _quotes(rfq, chosen), key, at, actor_id)
        rfq.state = State.CLOSED
        rfq.save(update_fields=["state"])
        record_rfq("choose_quotes", rfq, actor_id, at, orders=len(orders))
        return {"rfq": rfq.pk}

    once(
        key=key,
        actor_id=actor_id,
        command="choose_quotes",
        body={"rfq": rfq_id, "quotes": chosen},
        work=work,
    )
    bought = PurchaseOrder.objects.filter(quotes__in=chosen)
    return list(bought.distinct().order_by("pk"))


def _quotes(rfq: Rfq, chosen: Sequence[int]) -> list[Quote]:
    rows = Quote.objects.filter(pk__in=chosen, line__rfq=rfq)
    quotes = list(rows.select_related("line", "asked").order_by("pk"))
    if not quotes or len(quotes) != len(chosen):
        raise InvalidInput(
            _("Choose quotes of this request, at least one."), field="quotes"
        )
    if len({quote.line_id for quote in quotes}) != len(quotes):
        raise InvalidInput(_("Choose one quote for each line."), field="quotes")
    return quotes


def _drafts(
    rfq: Rfq,
    quotes: Sequence[Quote],
    key: str,
    at: datetime,
    actor_id: int | None,
) -> list[PurchaseOrder]:
    by_supplier: dict[tuple[int, str], list[Quote]] = defaultdict(list)
    for quote in quotes:
        by_supplier[quote.asked.supplier_id, quote.currency].append(quote)
    today = at.astimezone(ZoneInfo(rfq.site.time_zone)).date()
    orders = []
    for (supplier_id, currency), rows in sorted(by_supplier.items()):
        order = create_purchase_order(
            supplier_id=supplier_id,
            site_id=rfq.site_id,
            currency=currency,
            lines=[_bought(quote, today) for quote in rows],
            key=f"{key}:{supplier_id}:{currency}",
            at=at,
            actor_id=actor_id,
        )
        Quote.objects.filter(pk__in=[quote.pk for quote in rows]).update(order=order)
        orders.append(order)
    return orders


def _bought(quote: Quote, today: date) -> Ordered:
    return Ordered(
        part_id=quote.line.part_id,
        quantity=max(quote.line.quantity, quote.minimum_quantity),
        unit_price=quote.price,
        due_on=today + timedelta(days=quote.lead_days),
    )


def locked_rfq(rfq_id: int) -> Rfq:
    """Return one request, locked.

    Raises:
        NotFound: no such request.
    """
    rows = Rfq.objects.filter(pk=rfq_id).select_related("site")
    rfq = rows.select_for_update(of=("self",), no_key=True).first()
    if rfq is None:
        raise missing("rfq")
    return rfq


def record_rfq(
    command: str,
    rfq: Rfq,
    actor_id: int | None,
    at: datetime,
    **detail: str | int,
) -> None:
    """Write down who did what to a request; call it last."""
    audit.record(
        subject=f"rfq:{rfq.pk}",
        command=command,
        actor_id=actor_id,
        at=at,
        detail={"rfq": rfq.number, "state": str(rfq.state), **detail},
    )
