"""The parts that a scenario could bring sooner."""

from django.db.models import F, QuerySet

from parts.models import Availability, Demand
from restoration.models import JobCard, JobCardPart

# A list that one still looks through.
MOST = 300


def awaited_parts(site_id: int) -> QuerySet[JobCardPart]:
    """Return what cars of a site wait for: without a date first, then the latest.

    Args:
        site_id: the workshop.
    """
    waiting = (
        JobCardPart.objects.filter(
            card__project__site=site_id,
            demand__state__in=[Demand.State.OPEN, Demand.State.RESERVED],
        )
        .exclude(card__state__in=[JobCard.State.DONE, JobCard.State.CANCELLED])
        .exclude(demand__availability__kind=Availability.Kind.ON_HAND)
        .order_by(F("demand__availability__available_on").desc(nulls_first=True), "pk")
    )
    keys = list(waiting.values_list("pk", flat=True)[:MOST])
    return (
        JobCardPart.objects.filter(pk__in=keys)
        .select_related("part", "card__project", "demand__availability")
        .order_by(F("demand__availability__available_on").desc(nulls_first=True), "pk")
    )
