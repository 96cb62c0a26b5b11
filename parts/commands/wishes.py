"""Wishes changed and given up."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from common import outbox
from common.formats import plural
from common.retry import retrying
from parts.commands.demands import checked_priority, locked_demand, record_wishes
from parts.commands.holding import Holds, give_back, look_for_arrivals, settle
from parts.commands.refusals import MoreThanWanted, WrongState, exact, lawful, shown
from parts.models import Demand, PartsOrder


@retrying
@lawful()
@transaction.atomic
def change_demand(
    *,
    demand_id: int,
    at: datetime,
    quantity: Decimal | None = None,
    needed_on: date | None = None,
    priority: int | None = None,
    actor_id: int | None = None,
) -> Demand:
    """Change how much is wanted, by when, or how urgently. None leaves as it is.

    What is held beyond the new quantity is given back. Saying the same again changes
    nothing.

    Raises:
        MoreThanWanted: more has been drawn already than would be wanted.
        WrongState: the wish was given up, or its quantity is a customer's order's.
        InvalidInput: a quantity or priority out of range.
        NotFound: no such demand.
    """
    demand = locked_demand(demand_id)
    if quantity is not None:
        refuse_sold(demand)
    return change_wish(
        demand,
        at=at,
        quantity=quantity,
        needed_on=needed_on,
        priority=priority,
        actor_id=actor_id,
    )


def change_wish(
    demand: Demand,
    *,
    at: datetime,
    quantity: Decimal | None = None,
    needed_on: date | None = None,
    priority: int | None = None,
    actor_id: int | None = None,
) -> Demand:
    """Change a locked wish, of whomever it is; see `change_demand`."""
    if demand.state == Demand.State.CANCELLED:
        raise WrongState(_("This wish was given up. Raise a new one."))
    if quantity is not None:
        demand.quantity = exact(quantity)
        if demand.quantity < demand.drawn:
            raise MoreThanWanted(
                ngettext_lazy(
                    "%(drawn)s has been drawn already.",
                    "%(drawn)s have been drawn already.",
                    plural(demand.drawn),
                ),
                drawn=shown(demand.drawn),
            )
    if needed_on is not None:
        demand.needed_on = needed_on
    if priority is not None:
        demand.priority = checked_priority(priority)
    demand.save(update_fields=["quantity", "needed_on", "priority"])
    holds = Holds.of([demand], at)
    give_back(demand, holds, keep=demand.remaining)
    holds.write()
    settle([demand], holds)
    # The queue behind this wish may move with it.
    outbox.write(
        "parts.check_availability",
        subject=demand.subject_key,
        part_ids=[demand.part_id],
    )
    record_wishes("change_demand", demand.subject_key, actor_id, at, [demand])
    return demand


@retrying
@lawful()
@transaction.atomic
def cancel_demand(
    *, demand_id: int, reason: str, at: datetime, actor_id: int | None = None
) -> bool:
    """Give a wish up and release what it holds. What was drawn stays drawn.

    Returns whether this call did it: cancelling twice changes nothing.

    Raises:
        WrongState: all of it has been drawn; return the parts instead. Or it is a
            customer's order's.
        NotFound: no such demand.
    """
    demand = locked_demand(demand_id)
    if demand.state == Demand.State.CANCELLED:
        return False
    refuse_sold(demand)
    return give_up_wish(demand, reason=reason, at=at, actor_id=actor_id)


def give_up_wish(
    demand: Demand, *, reason: str, at: datetime, actor_id: int | None = None
) -> bool:
    """Give a locked wish up, of whomever it is; see `cancel_demand`."""
    if demand.state == Demand.State.CANCELLED:
        return False
    if demand.state == Demand.State.FULFILLED:
        raise WrongState(_("These parts have been drawn. Return them instead."))
    holds = Holds.of([demand], at)
    give_back(demand, holds, keep=Decimal(0))
    holds.write()
    demand.state = Demand.State.CANCELLED
    demand.save(update_fields=["state"])
    # What the rest of its group needs may be here already.
    look_for_arrivals([demand])
    outbox.write(
        "parts.check_availability",
        subject=demand.subject_key,
        part_ids=[demand.part_id],
    )
    record_wishes(
        "cancel_demand", demand.subject_key, actor_id, at, [demand], reason=reason
    )
    return True


def refuse_sold(demand: Demand) -> None:
    """Refuse what would change a customer's order behind its back.

    Raises:
        WrongState: the wish is a line of an order: it is shipped and billed there.
    """
    order = PartsOrder.objects.filter(lines__demand=demand).first()
    if order is not None:
        raise WrongState(
            _("This is sold with order %(number)s: ship it or change it there."),
            number=order.number,
        )
