"""Rows of lists are written by readers made once: the framework's words, quicker."""

import inspect
from typing import Any

import pytest
from django.db.models import Model
from rest_framework import serializers

from parts.api import serializers as shown
from parts.api.readers import QuickSerializer
from parts.models import PartsOrder, PartsOrderLine, PurchaseOrder, PurchaseOrderLine
from tests.parts import rows
from tests.parts.selling import quoted
from tests.parts.store import D, Store
from workshop.models import Role

pytestmark = pytest.mark.django_db
KINDS = [
    kind
    for _name, kind in inspect.getmembers(shown, inspect.isclass)
    if issubclass(kind, QuickSerializer) and hasattr(kind, "Meta")
]


def said_twice(kind: type[QuickSerializer], row: Model, role: str | None) -> list[Any]:
    """A row by the readers, and by the framework field for field."""
    serializer = kind(context={"role": role})
    return [
        serializer.to_representation(row),
        serializers.Serializer.to_representation(kind(context={"role": role}), row),
    ]


def test_every_row_is_told_as_the_framework_tells_it() -> None:
    store = Store()
    rows.fill(store, 3)
    # Without a wish there is neither a state nor a date.
    quoted(store)

    told = 0
    for kind in KINDS:
        for row in kind.Meta.model._default_manager.all():
            for role in (Role.PARTS, Role.CUSTOMER, None):
                quick, framework = said_twice(kind, row, role)
                assert quick == framework, kind.__name__
                assert list(quick) == list(framework)
                told += 1
    assert told > 100


def test_a_row_that_was_never_saved_is_told_with_its_places() -> None:
    store = Store()
    order = PurchaseOrder(number="P1", state=PurchaseOrder.State.DRAFT)
    line = PurchaseOrderLine(
        order=order,
        part=store.part,
        quantity=3,
        unit_price=D("1E+2"),
        received=D("0.5"),
    )

    quick, framework = said_twice(shown.PurchaseOrderLineSerializer, line, Role.PARTS)
    assert quick == framework
    assert quick["quantity"] == "3.000"
    assert quick["unit_price"] == "100.00"
    assert quick["received"] == "0.500"
    assert quick["due_on"] is None
    assert quick["part_code"] == store.part.code


def test_what_is_not_for_a_role_stays_with_the_desk_whoever_asked_before() -> None:
    level = Store().receive(5)

    for role, sees in ((Role.PARTS, True), (Role.CUSTOMER, False), (Role.PARTS, True)):
        told = shown.StockLevelSerializer(level, context={"role": role}).data
        assert ("unit_cost" in told) is sees


def test_a_quote_without_wishes_has_its_defaults() -> None:
    line = PartsOrderLine.objects.get(order=quoted(Store()))

    told = shown.PartsOrderLineSerializer(line).data
    assert (told["state"], told["shipped"]) == (None, "0.000")
    assert told["availability"] is None
    assert shown.PartsOrderSerializer(PartsOrder.objects.get()).data["lines"] == [told]
