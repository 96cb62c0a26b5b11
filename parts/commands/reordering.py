"""Proposals to reorder become drafts."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import InvalidInput
from parts import queries
from parts.commands.purchasing import Ordered, create_purchase_order
from parts.commands.refusals import missing
from parts.commands.running import once
from parts.models import PurchaseOrder
from parts.queries import Proposal
from workshop.models import Site


def order_proposals(
    *,
    site_id: int,
    part_ids: Sequence[int],
    key: str,
    at: datetime,
    actor_id: int | None = None,
) -> list[PurchaseOrder]:
    """Put proposed parts on drafts, one for each best supplier and currency.

    What is proposed is looked up again here: what has been ordered or put on a draft
    meanwhile, by whomever, is not ordered twice. Idempotent by ``key``.

    Args:
        site_id: whose proposals.
        part_ids: those to follow; parts that need nothing, or have no supplier whose
            price can be compared, are passed over.
        key: the caller's key.
        at: when, aware.
        actor_id: who orders.

    Returns:
        The drafts written by the call of this key; none if nothing was left to order.

    Raises:
        InvalidInput: no parts.
        KeyReused: the key was used with another body.
        NotFound: no such site.

    Source: docs/domain/purchasing.md B12 to B14.
    """
    wanted = sorted(set(part_ids))
    if not wanted:
        raise InvalidInput(_("Choose at least one part."), field="parts")
    site = Site.objects.filter(pk=site_id).first()
    if site is None:
        raise missing("site")
    today = at.astimezone(ZoneInfo(site.time_zone)).date()

    def work(_command_id: UUID) -> dict[str, int]:
        # Two who follow the proposals of a site at once wait for each other.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock('parts_reorderrule'::regclass::oid::int,"
                " %s)",
                [site.pk],
            )
        found = queries.proposals(site.pk, day=today, part_ids=wanted)
        orders = _drafts(site, found, today, key, at, actor_id)
        if orders:
            audit.record(
                subject=f"site:{site.pk}",
                command="order_proposals",
                actor_id=actor_id,
                at=at,
                detail={"orders": [order.number for order in orders]},
            )
        return {f"order_{order.pk}": order.pk for order in orders}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="order_proposals",
        body={"site": site_id, "parts": wanted},
        work=work,
    )
    return list(PurchaseOrder.objects.filter(pk__in=answer.values()).order_by("pk"))


def _drafts(
    site: Site,
    found: Sequence[Proposal],
    today: date,
    key: str,
    at: datetime,
    actor_id: int | None,
) -> list[PurchaseOrder]:
    lines: dict[tuple[int, str], list[Ordered]] = defaultdict(list)
    for proposal in found:
        best = proposal.best
        if best is None or best.amount is None:
            continue
        lines[best.offer.supplier_id, best.offer.currency].append(
            Ordered(
                part_id=proposal.part.pk,
                quantity=best.quantity,
                unit_price=best.price,
                due_on=today + timedelta(days=best.offer.days),
            )
        )
    return [
        create_purchase_order(
            supplier_id=supplier_id,
            site_id=site.pk,
            currency=currency,
            lines=rows,
            key=f"{key}:{supplier_id}:{currency}",
            at=at,
            actor_id=actor_id,
        )
        for (supplier_id, currency), rows in sorted(lines.items())
    ]
