"""What suppliers answer to a request: kept as quotes, offers and observations."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import outbox
from common.errors import InvalidInput
from common.retry import retrying
from parts.commands.asking import State, locked_rfq, record_rfq
from parts.commands.importing.base import Writing
from parts.commands.importing.observing import Sight, observe
from parts.commands.purchasing import checked_price
from parts.commands.refusals import WrongState, exact, missing
from parts.commands.withdrawing import withdraw_offers
from parts.models import (
    Import,
    OfferBreak,
    Quote,
    Rfq,
    RfqLine,
    RfqSupplier,
    SupplierOffer,
)

LONGEST_LEAD = 32767


@dataclass(frozen=True, kw_only=True)
class Quoted:
    """One supplier's answer to one line.

    Attributes:
        line_id: of the request.
        price: of one, zero or more.
        lead_days: from an order until it is here.
        minimum_quantity: the fewest that are sold.
        note: in their words; may be empty.
    """

    line_id: int
    price: Decimal
    lead_days: int
    minimum_quantity: Decimal = Decimal(1)
    note: str = ""


@retrying
@transaction.atomic
def record_quotes(
    *,
    rfq_id: int,
    supplier_id: int,
    quotes: Sequence[Quoted],
    currency: str,
    at: datetime,
    actor_id: int | None = None,
    gone_line_ids: Collection[int] = (),
) -> list[Quote]:
    """Write a supplier's answers down, in place of earlier ones to the same lines.

    They are what he says of these parts from now on: his offers follow, what is new is
    observed, and the wishes for the parts are answered again. Of what he says is no
    more to be had, his offer is withdrawn. Saying the same again changes nothing.

    Args:
        rfq_id: a request that is out.
        supplier_id: one that was asked.
        quotes: of the lines that he can bring.
        currency: of all prices.
        at: when, aware.
        actor_id: who writes them down.
        gone_line_ids: lines whose part he says is no more to be had.

    Returns:
        The quotes in the order given.

    Raises:
        InvalidInput: no answer at all, two to one line, a line of another request, or a
            price, day or quantity out of range.
        WrongState: the request is not out.
        NotFound: no such request, or that supplier was not asked.

    Source: docs/domain/purchasing.md B9.
    """
    rfq = locked_rfq(rfq_id)
    if rfq.state != State.SENT:
        raise WrongState(
            _("Request %(number)s is not out: answers are not taken."),
            number=rfq.number,
        )
    asked = RfqSupplier.objects.filter(rfq=rfq, supplier=supplier_id).first()
    if asked is None:
        raise missing("supplier")
    lines = {line.pk: line for line in rfq.lines.all()}
    checked = [_checked(each, currency, lines) for each in quotes]
    gone = set(gone_line_ids)
    answered = [*(each.line_id for each in checked), *gone]
    if not answered or len(set(answered)) != len(answered):
        raise InvalidInput(_("Give one answer for each line."), field="quotes")
    if not gone <= lines.keys():
        raise InvalidInput(_("This line is not of this request."), field="line")
    rows = _written(asked, checked, currency)
    asked.quotes.filter(line__in=gone).delete()
    asked.answered_at, asked.has_declined = at, False
    asked.save(update_fields=["answered_at", "has_declined"])
    parts = {lines[pk].part_id for pk in gone}
    touched = {
        *_offer(rfq, asked, rows, lines, at, actor_id),
        *withdraw_offers(rfq, asked, parts, at, actor_id),
    }
    if touched:
        outbox.write(
            "parts.check_availability",
            subject=f"rfq:{rfq.pk}",
            part_ids=sorted(touched),
        )
    record_rfq(
        "record_quotes",
        rfq,
        actor_id,
        at,
        supplier=supplier_id,
        quotes=len(rows),
        gone=len(gone),
    )
    return rows


@retrying
@transaction.atomic
def decline_rfq(
    *, rfq_id: int, supplier_id: int, at: datetime, actor_id: int | None = None
) -> bool:
    """Note that a supplier has nothing to offer. Returns whether that is news.

    What he used to offer of it is withdrawn and seen as gone, so that watches wake and
    the wishes for it are answered again.

    Raises:
        WrongState: the request is not out, or he has quoted.
        NotFound: no such request, or that supplier was not asked.
    """
    rfq = locked_rfq(rfq_id)
    asked = RfqSupplier.objects.filter(rfq=rfq, supplier=supplier_id).first()
    if asked is None:
        raise missing("supplier")
    if rfq.state != State.SENT or asked.quotes.exists():
        raise WrongState(_("This supplier has answered, or was not asked yet."))
    if asked.has_declined:
        return False
    asked.has_declined, asked.answered_at = True, at
    asked.save(update_fields=["has_declined", "answered_at"])
    offered = SupplierOffer.objects.filter(
        supplier=supplier_id, part__rfq_lines__rfq=rfq, is_withdrawn=False
    )
    parts = set(offered.values_list("part", flat=True))
    touched = withdraw_offers(rfq, asked, parts, at, actor_id)
    if touched:
        outbox.write(
            "parts.check_availability", subject=f"rfq:{rfq.pk}", part_ids=touched
        )
    record_rfq("decline_rfq", rfq, actor_id, at, supplier=supplier_id)
    return True


def _checked(quote: Quoted, currency: str, lines: dict[int, RfqLine]) -> Quoted:
    if quote.line_id not in lines:
        raise InvalidInput(_("This line is not of this request."), field="line")
    if not 0 <= quote.lead_days <= LONGEST_LEAD:
        raise InvalidInput(
            _("%(days)s was given; days from 0 to 32767 were expected."),
            field="lead_days",
            days=quote.lead_days,
        )
    return Quoted(
        line_id=quote.line_id,
        price=checked_price(quote.price, currency),
        lead_days=quote.lead_days,
        minimum_quantity=exact(quote.minimum_quantity, "minimum_quantity"),
        note=quote.note.strip()[:300],
    )


def _written(
    asked: RfqSupplier, quotes: Sequence[Quoted], currency: str
) -> list[Quote]:
    rows = [
        Quote(
            asked=asked,
            line_id=each.line_id,
            price=each.price,
            currency=currency,
            lead_days=each.lead_days,
            minimum_quantity=each.minimum_quantity,
            note=each.note,
        )
        for each in quotes
    ]
    return Quote.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["line", "asked"],
        update_fields=["price", "currency", "lead_days", "minimum_quantity", "note"],
    )


def _offer(
    rfq: Rfq,
    asked: RfqSupplier,
    quotes: Sequence[Quote],
    lines: dict[int, RfqLine],
    at: datetime,
    actor_id: int | None,
) -> list[int]:
    """Bring the supplier's offers up to his word; return the parts where it is news."""
    today = at.astimezone(ZoneInfo(rfq.site.time_zone)).date()
    part_ids = [lines[quote.line_id].part_id for quote in quotes]
    rows = SupplierOffer.objects.filter(supplier=asked.supplier_id, part__in=part_ids)
    before = {row.part_id: row for row in rows.order_by("pk")}
    offers = [
        SupplierOffer(
            supplier_id=asked.supplier_id,
            part_id=lines[quote.line_id].part_id,
            price=quote.price,
            currency=quote.currency,
            lead_days=quote.lead_days,
            minimum_quantity=quote.minimum_quantity,
            seen_on=today,
        )
        for quote in quotes
    ]
    SupplierOffer.objects.bulk_create(
        sorted(offers, key=lambda offer: offer.part_id),
        update_conflicts=True,
        unique_fields=["supplier", "part"],
        update_fields=[
            "price", "currency", "lead_days", "minimum_quantity", "seen_on",
            "is_withdrawn",
        ],
    )  # fmt: skip
    # Price breaks of an earlier word say nothing of this one.
    OfferBreak.objects.filter(
        offer__in=[
            before[offer.part_id].pk
            for offer in offers
            if offer.part_id in before
            and (offer.price, offer.currency)
            != (before[offer.part_id].price, before[offer.part_id].currency)
        ]
    ).delete()
    # The request stands where a file would: the source of what is seen.
    source = Import(file_name=rfq.number, created_by_id=actor_id)
    seen = [_sight(offer, before.get(offer.part_id), today) for offer in offers]
    observe(seen, Writing(run=source, at=at))
    return sorted(
        offer.part_id
        for offer in offers
        if _is_news(offer, before.get(offer.part_id), today)
    )


def _sight(offer: SupplierOffer, before: SupplierOffer | None, on: date) -> Sight:
    # What had gone and is offered again is seen anew, whatever it costs.
    stood = before is not None and not before.is_withdrawn
    return Sight(
        part_id=offer.part_id,
        supplier_id=offer.supplier_id,
        price=offer.price,
        currency=offer.currency,
        was_price=before.price if before and stood else None,
        was_currency=before.currency if before and stood else "",
        on=on,
    )


def _is_news(offer: SupplierOffer, before: SupplierOffer | None, on: date) -> bool:
    if before is None:
        return True
    return (offer.lead_days, offer.minimum_quantity, False, on) != (
        before.lead_days,
        before.minimum_quantity,
        before.is_withdrawn,
        before.seen_on,
    )
