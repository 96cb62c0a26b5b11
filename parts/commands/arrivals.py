"""The word that all a group of wishes needs is here."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q

from common import outbox
from common.retry import retrying
from parts.models import Availability, Demand, GroupArrival

SERVED = Q(state__in=[Demand.State.RESERVED, Demand.State.FULFILLED])
ON_HAND = Q(availability__kind=Availability.Kind.ON_HAND)


@retrying
@transaction.atomic
def note_arrivals(*, group_keys: Sequence[str], at: datetime) -> list[str]:
    """Tell of those groups all of whose wishes lie here or are drawn.

    Here is what is held on a shelf, and what the newest answer finds on hand.
    Wishes that were given up do not count; a group with none left never arrives. Each
    group is told of once, by the event ``restoration.parts_arrived``, however often
    this is asked and by however many at once: its row can be written once.

    Args:
        group_keys: such as ``job-card:12``.
        at: now, aware.

    Returns:
        The groups told of by this call.

    Source: docs/domain/availability.md A13.
    """
    wanted = sorted(set(filter(None, group_keys)))
    rows = (
        Demand.objects.filter(group_key__in=wanted)
        .exclude(state=Demand.State.CANCELLED)
        .order_by()
        .values("group_key")
        .annotate(missing=Count("pk", filter=~(SERVED | ON_HAND)))
        .filter(missing=0)
    )
    whole = [row["group_key"] for row in rows]
    told = [key for key in sorted(whole) if _note(key, at)]
    if told:
        outbox.write("restoration.parts_arrived", group_keys=told)
    return told


def _note(group_key: str, at: datetime) -> bool:
    """Write the row, or find that somebody has."""
    _row, is_new = GroupArrival.objects.get_or_create(
        group_key=group_key, defaults={"arrived_at": at}
    )
    return is_new
