"""Words with suppliers about what is late."""

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput
from parts.commands.purchasing import change_due_date, record_order
from parts.commands.refusals import WrongState, missing
from parts.commands.running import once
from parts.models import Chase, PurchaseOrder, PurchaseOrderLine

LONGEST_REASON = 200


def chase_order_line(
    *,
    line_id: int,
    said: str,
    key: str,
    at: datetime,
    due_on: date | None = None,
    actor_id: int | None = None,
) -> Chase:
    """Note what a supplier said of a line; with a new date, move the line there.

    Whoever waits for the line is then answered again. Idempotent by ``key``.

    Args:
        line_id: a line under way.
        said: 1 to 300 characters.
        key: the caller's key.
        at: when, aware.
        due_on: the day that was said; None leaves the line's.
        actor_id: who asked.

    Raises:
        InvalidInput: nothing was said, or too much.
        WrongState: the line is not on its way.
        KeyReused: the key was used with another body.
        NotFound: no such line.

    Source: docs/domain/purchasing.md B7.
    """
    words = said.strip()
    if not words or len(words) > 300:
        raise InvalidInput(_("Give 1 to 300 characters."), field="said")

    def work(_command_id: UUID) -> dict[str, int]:
        rows = PurchaseOrderLine.objects.filter(pk=line_id).select_related("order")
        line = rows.locked().first()
        if line is None:
            raise missing("line")
        order = line.order
        if order.state != PurchaseOrder.State.SENT or line.closed_at is not None:
            raise WrongState(_("This line is not on its way any more."))
        if due_on is not None:
            change_due_date(
                line_id=line.pk,
                due_on=due_on,
                reason=words[:LONGEST_REASON],
                at=at,
                actor_id=actor_id,
            )
        row = Chase.objects.create(
            line=line, said=words, chased_by_id=actor_id, chased_at=at
        )
        record_order("chase_order_line", order, actor_id, at, line=line.pk, said=words)
        return {"chase": row.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="chase_order_line",
        body={"line": line_id, "said": words, "due_on": due_on},
        work=work,
    )
    return Chase.objects.get(pk=answer["chase"])
