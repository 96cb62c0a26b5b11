"""Several lists in one statement are the same rows as one by one."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Sum
from django.test.utils import CaptureQueriesContext

from common.together import read_together
from parts.models import Demand, Part, StockLevel, StockMovement
from tests.parts.store import D, Store

pytestmark = pytest.mark.django_db


def asked_for() -> tuple[Any, ...]:
    """Return lists of every kind of column: numbers, instants, keys, days, sums."""
    levels = StockLevel.objects.select_related("part", "bin__site", "owner")
    moves = StockMovement.objects.select_related("level__part", "moved_by")
    return (
        levels.order_by("pk").prefetch_related("part__numbers"),
        moves.order_by("-pk").prefetch_related("level__part__numbers")[:3],
        Demand.objects.annotate(double=F("quantity") * 2).order_by("pk"),
        Part.objects.order_by("pk").prefetch_related("numbers"),
        levels.order_by("part").values("part").annotate(n=Sum("on_hand")),
        levels.order_by("pk").values_list("pk", "available"),
        Part.objects.none(),
        Part.objects.filter(code="nothing").order_by("pk"),
    )


def test_lists_read_together_are_those_read_one_by_one() -> None:
    store = Store()
    level = store.receive(D("7"), lot='A "quoted" lot, ロット')
    store.receive(2)
    store.reserve(store.want(3, needed_on=None))
    one_by_one = asked_for()
    together = asked_for()
    for rows in one_by_one:
        len(rows)

    with CaptureQueriesContext(connection) as statements:
        read_together(*together)
        for rows in together:
            len(rows)
        assert [number.as_printed for number in together[0][0].part.numbers.all()]

    # All lists, and the numbers of all their parts.
    assert len(statements) == 2
    for mine, theirs in zip(together, one_by_one, strict=True):
        assert [str(row) for row in mine] == [str(row) for row in theirs]
        for row, other in zip(mine, theirs, strict=True):
            if isinstance(row, dict | tuple):
                assert row == other
                continue
            for field in row._meta.concrete_fields:
                value = getattr(row, field.attname)
                assert value == getattr(other, field.attname), field.name
                assert type(value) is type(getattr(other, field.attname)), field.name
    assert together[0][0].bin.site.code == level.bin.site.code
    assert together[0][0].owner is None
    assert together[2][0].double == D("6")
    assert together[1][0].moved_at - one_by_one[1][0].moved_at == timedelta(0)
