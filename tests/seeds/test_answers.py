"""Every kind of answer to "are my parts here?" can be seen in the demo."""

from decimal import Decimal

import pytest
from django.utils import timezone

from parts import commands
from parts.models import Availability, Part
from workshop.models import Site


@pytest.mark.parametrize(
    ("part", "kind", "confidence"),
    [
        ("22401-58S16", "ON_HAND", "FIRM"),
        ("unnumbered-0068", "INCOMING", "LIKELY"),
        ("12310-RSR21", "SUPPLIER", "ROUGH"),
        ("13028-20P25", "SUPERSEDED", "ROUGH"),
        ("unnumbered-0086", "NO_LONGER_MADE", "NONE"),
        ("unnumbered-0090", "NUMBER_UNKNOWN", "NONE"),
        ("14411-06U00", "NO_SOURCE", "NONE"),
    ],
)
def test_a_wish_gets_this_answer(
    demo: None, part: str, kind: str, confidence: str
) -> None:
    wish = commands.raise_demand(
        demand_key=f"test:{part}",
        subject_key="test:1",
        part_id=Part.objects.get(code=part).pk,
        site_id=Site.objects.get(code="yokohama").pk,
        quantity=Decimal(1),
        at=timezone.now(),
    )

    commands.check_availability(demand_ids=[wish.pk], at=timezone.now())

    answer = Availability.objects.get(demand=wish)
    assert (answer.kind, answer.confidence) == (kind, confidence)
