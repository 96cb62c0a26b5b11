"""Lists that orders, stocktakes and files fill: their length costs no statements."""

from decimal import Decimal as D

import pytest

from common.models import Attachment
from parts.models import (
    Count,
    Import,
    LandedCost,
    LeadTime,
    PartsOrder,
    PartsOrderLine,
    ReorderRule,
    Return,
    Rfq,
    Shipment,
    Unit,
)
from tests import build
from tests.parts.store import NOW, Store
from tests.parts.test_admin import desk, statements

pytestmark = pytest.mark.django_db

LISTS = (
    "count", "import", "landedcost", "leadtime", "partsorder", "reorderrule", "return",
    "rfq", "shipment", "unit",
)  # fmt: skip


def fill(store: Store, count: int) -> None:
    """Add ``count`` rows to every list, each with people and parts of its own."""
    first = Rfq.objects.count()
    for n in range(first, first + count):
        part, actor = build.part(f"LIST-{n:05d}"), build.user("PARTS")
        here = {"site": store.site}
        made = {"created_at": NOW}
        order = PartsOrder.objects.create(
            number=f"SO-L{n}", customer=build.customer(), currency="JPY", **here, **made
        )
        line = PartsOrderLine.objects.create(
            order=order, part=part, quantity=1, unit_price=9, currency="JPY"
        )
        Shipment.objects.create(number=f"SH-L{n}", order=order, **made)
        Return.objects.create(
            number=f"RT-L{n}",
            line=line,
            quantity=1,
            reason="Too many",
            currency="JPY",
            agreed_at=NOW,
        )
        Rfq.objects.create(number=f"RQ-L{n}", created_by=actor, **here, **made)
        ReorderRule.objects.create(part=part, minimum=1, maximum=2, **here)
        LeadTime.objects.create(
            supplier=build.supplier(),
            part=part,
            samples=3,
            median_days=9,
            late_days=12,
            learned_at=NOW,
        )
        Unit.objects.create(part=part, serial=f"L{n}")
        Count.objects.create(
            number=f"CT-L{n}",
            kind="CYCLE",
            reason="Due",
            approval_limit=D(0),
            opened_by=actor,
            opened_at=NOW,
            **here,
        )
        LandedCost.objects.create(
            kind="FREIGHT",
            spread_by="VALUE",
            amount=9,
            currency="JPY",
            reason="Air",
            command_id=f"0190a0a0-0000-7000-8000-{n:012d}",
            added_by=actor,
            added_at=NOW,
        )
        paper = Attachment.objects.create(
            file=f"list-{n}.csv", sha256=f"{n:064x}", media_type="text/csv", byte_size=1
        )
        Import.objects.create(
            kind="CATALOGUE", file=paper, file_name=f"{n}.csv", created_by=actor, **made
        )


def test_they_ask_the_database_as_often_for_200_rows_as_for_10() -> None:
    store, client = Store(), desk()
    paths = [f"/admin/parts/{name}/" for name in LISTS]
    fill(store, 10)
    for path in paths:
        client.get(path)
    for_few = {path: statements(client, path) for path in paths}
    fill(store, 190)

    assert {path: statements(client, path) for path in paths} == for_few
    assert max(for_few.values()) <= 12
