"""Freight, duty and the like: spread over what came, borne by what still lies there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import InvalidInput
from common.money import minor_units, quantise
from parts.commands.ledger import COST_STEP
from parts.commands.refusals import OwnedStock, WrongState, missing, needed_reason
from parts.commands.running import once
from parts.models import LandedCost, LandedShare, StockLevel, StockMovement
from parts.queries import Lying, Trail

Kind = StockMovement.Kind
SpreadBy = LandedCost.SpreadBy
MOST_RECEIPTS = 200
DEAREST = Decimal("99999999999")


def add_landed_cost(
    *,
    movement_ids: Sequence[int],
    kind: str,
    spread_by: str,
    amount: Decimal,
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
) -> LandedCost:
    """Spread a cost over receipts and raise the average of what still lies there.

    Shares are whole smallest units of the currency and add up to the amount; the last
    ones go to the largest remainders. Pieces that were put away since are followed to
    where they lie; the share of those that have left is kept apart. Idempotent by
    ``key``.

    Args:
        movement_ids: lines of the ledger by which the pieces came.
        kind: ``FREIGHT``, ``DUTY``, ``INSURANCE`` or ``OTHER``.
        spread_by: ``VALUE``, ``WEIGHT`` or ``QUANTITY``.
        amount: in the currency of the receipts' site, above zero.
        reason: whose bill, which number.
        key: the caller's key.
        at: when, aware.
        actor_id: who adds it.

    Raises:
        InvalidInput: an amount, kind or number of receipts out of range; a part has no
            weight; the pieces have no value to go by.
        OwnedStock: a receipt is of a customer's pieces.
        WrongState: a line is no receipt, was undone, or the sites' currencies differ.
        KeyReused: the key was used with another body.
        NotFound: no such line.

    Source: docs/domain/stock.md R17.
    """
    ids, why = sorted(set(movement_ids)), needed_reason(reason)
    _refuse_shape(ids, kind, spread_by, amount)

    def work(command_id: UUID) -> dict[str, int]:
        receipts, currency = _receipts(ids)
        money = _whole(amount, currency)
        weights = [_weight(row, spread_by) for row in receipts]
        shares = spread(money, weights, currency)
        cost = LandedCost.objects.create(
            kind=kind,
            spread_by=spread_by,
            amount=money,
            currency=currency,
            reason=why,
            command_id=command_id,
            added_by_id=actor_id,
            added_at=at,
            newest_line=_newest_line(receipts),
        )
        _bear(cost, receipts, shares)
        audit.record(
            subject=f"landed-cost:{cost.pk}",
            command="add_landed_cost",
            actor_id=actor_id,
            at=at,
            detail={
                "amount": str(money),
                "currency": currency,
                "receipts": ids,
                "reason": why,
            },
        )
        return {"cost": cost.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="add_landed_cost",
        body={
            "receipts": ids,
            "kind": kind,
            "by": spread_by,
            "amount": amount,
            "reason": why,
        },
        work=work,
    )
    return LandedCost.objects.get(pk=answer["cost"])


def spread(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Return whole shares of an amount in proportion to weights; they add up to it.

    Args:
        amount: in whole smallest units of the currency.
        weights: none below zero, not all zero.
        currency: ISO 4217.
    """
    step = Decimal(1).scaleb(-minor_units(currency))
    pieces, whole = int(amount / step), sum(weights)
    exact = [weight * pieces / whole for weight in weights]
    shares = [int(each) for each in exact]
    by_rest = sorted(range(len(exact)), key=lambda n: (shares[n] - exact[n], n))
    for index in by_rest[: pieces - sum(shares)]:
        shares[index] += 1
    return [share * step for share in shares]


def _refuse_shape(
    ids: Sequence[int], kind: str, spread_by: str, amount: Decimal
) -> None:
    if not 0 < len(ids) <= MOST_RECEIPTS:
        raise InvalidInput(_("Choose 1 to 200 receipts."), field="receipts")
    if kind not in LandedCost.Kind.values:
        raise InvalidInput(_("Say what the cost is for."), field="kind")
    if spread_by not in SpreadBy.values:
        raise InvalidInput(_("Say how the cost is spread."), field="spread_by")
    if not amount.is_finite() or not 0 < amount <= DEAREST:
        raise InvalidInput(_("An amount above zero was expected."), field="amount")


def _receipts(ids: Sequence[int]) -> tuple[list[StockMovement], str]:
    """Return the receipts, all positions of their parts locked, and their currency."""
    rows = list(
        StockMovement.objects.filter(pk__in=ids)
        .select_related("level__part", "level__bin__site")
        .order_by("pk")
    )
    if len(rows) != len(ids):
        raise missing("receipts")
    parts = {row.level.part_id for row in rows}
    list(StockLevel.objects.filter(part__in=parts).locked())
    undone = StockMovement.objects.filter(reverses__in=ids).exists()
    if undone or any(row.kind != Kind.RECEIPT for row in rows):
        raise WrongState(_("A cost is spread over receipts that still stand."))
    if any(row.level.owner_id is not None for row in rows):
        raise OwnedStock(_("What belongs to a customer bears no cost of the house."))
    currencies = {row.level.bin.site.currency for row in rows}
    if len(currencies) > 1:
        raise WrongState(_("These receipts are of sites with different currencies."))
    return rows, currencies.pop()


def _newest_line(receipts: Sequence[StockMovement]) -> int:
    """Return the ledger's last line for the receipts' parts, under their locks."""
    parts = {row.level.part_id for row in receipts}
    lines = StockMovement.objects.filter(level__part__in=parts)
    newest: int = lines.order_by("-pk").values_list("pk", flat=True)[:1].get()
    return newest


def _whole(amount: Decimal, currency: str) -> Decimal:
    money = quantise(amount, currency)
    if money != amount:
        raise InvalidInput(
            _("%(amount)s is finer than the smallest unit of %(currency)s."),
            field="amount",
            amount=amount,
            currency=currency,
        )
    return money


def _weight(row: StockMovement, spread_by: str) -> Decimal:
    if spread_by == SpreadBy.QUANTITY:
        return row.quantity
    if spread_by == SpreadBy.WEIGHT:
        grams = row.level.part.weight_grams
        if not grams:
            raise InvalidInput(
                _("%(part)s has no weight: enter it, or spread by another measure."),
                field="spread_by",
                part=row.level.part.name,
            )
        return row.quantity * grams
    value = row.quantity * row.unit_cost
    if value <= 0:
        raise InvalidInput(
            _("%(part)s came without a value: spread by another measure."),
            field="spread_by",
            part=row.level.part.name,
        )
    return value


@dataclass
class _Borne:
    """What one line's pieces bear, and what of it those that lie there bear."""

    movement_id: int
    amount: Decimal
    into_stock: Decimal


def _bear(
    cost: LandedCost, receipts: Sequence[StockMovement], shares: Sequence[Decimal]
) -> None:
    trail = Trail.of(receipts)
    by_line: dict[int, list[_Borne]] = defaultdict(list)
    # The newest first: what lies there is what came last.
    for row, share in sorted(
        zip(receipts, shares, strict=True), key=lambda pair: -pair[0].pk
    ):
        lots = trail.follow(row)
        parts = spread(share, [lot.pieces for lot in lots], cost.currency)
        for lot, part in zip(lots, parts, strict=True):
            by_line[lot.movement_id].append(_borne(lot, part, cost.currency))
    levels = {row.pk: row for row in trail.levels.values()}
    written = []
    for movement_id, borne in sorted(by_line.items()):
        level = levels[trail.level_of[movement_id]]
        into = sum((each.into_stock for each in borne), Decimal(0))
        before = level.unit_cost
        if into > 0:
            raised = before + into / level.on_hand
            level.unit_cost = raised.quantize(COST_STEP, rounding=ROUND_HALF_UP)
        written.append(
            LandedShare(
                cost=cost,
                movement_id=movement_id,
                amount=sum((each.amount for each in borne), Decimal(0)),
                into_stock=into,
                unit_cost_before=before,
                unit_cost_after=level.unit_cost,
            )
        )
    LandedShare.objects.bulk_create(written)
    StockLevel.objects.bulk_update(levels.values(), ["unit_cost"])


def _borne(lot: Lying, amount: Decimal, currency: str) -> _Borne:
    into = quantise(amount * lot.here / lot.pieces, currency)
    return _Borne(lot.movement_id, amount, into)
