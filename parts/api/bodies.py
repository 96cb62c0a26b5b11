"""What the API's commands take. Shapes only: what may be done is the command's call."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from parts.api.serializers import PartBriefSerializer

LARGEST_KEY = 2**63 - 1


class RowField(serializers.IntegerField):
    """The key of a row; a missing one is the command's refusal."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_KEY, **kwargs)


class QuantityField(serializers.DecimalField):
    """A quantity in the part's unit, above zero unless said otherwise."""

    def __init__(self, **kwargs: Any) -> None:
        limits = {"min_value": Decimal("0.001")} | kwargs
        super().__init__(max_digits=12, decimal_places=3, **limits)


class ReasonBody(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200)


class ReserveBody(serializers.Serializer[Any]):
    quantity = QuantityField()
    demand_key = serializers.CharField(max_length=60)
    held_until = serializers.DateTimeField(required=False, allow_null=True)


class ReceiveStockBody(ReasonBody):
    part = RowField()
    bin = RowField()
    quantity = QuantityField()
    unit_cost = serializers.DecimalField(max_digits=13, decimal_places=4, min_value=0)
    lot = serializers.CharField(max_length=40, required=False, allow_blank=True)


class MoveBody(ReasonBody):
    bin = RowField()
    quantity = QuantityField()


class AdjustBody(ReasonBody):
    counted = QuantityField(min_value=0)


class QuantityReasonBody(ReasonBody):
    quantity = QuantityField()


class IssueBody(serializers.Serializer[Any]):
    quantity = QuantityField()
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ReturnBody(ReasonBody):
    quantity = QuantityField()
    bin = RowField()
    still_wanted = serializers.BooleanField(required=False, default=False)


class OrderedBody(serializers.Serializer[Any]):
    part = RowField()
    quantity = QuantityField()
    unit_price = serializers.DecimalField(max_digits=14, decimal_places=3, min_value=0)
    due_on = serializers.DateField()


class PurchaseOrderBody(serializers.Serializer[Any]):
    supplier = RowField()
    site = RowField()
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)
    lines = OrderedBody(  # type: ignore[call-arg]  # the length is the list's
        many=True, allow_empty=False, max_length=200
    )


class ReceiveLineBody(serializers.Serializer[Any]):
    quantity = QuantityField()
    bin = RowField()
    unit_cost = serializers.DecimalField(
        max_digits=13, decimal_places=4, min_value=0, required=False, allow_null=True
    )
    accept_surplus = serializers.BooleanField(required=False, default=False)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class DueDateBody(ReasonBody):
    due_on = serializers.DateField()


class SoldBody(serializers.Serializer[Any]):
    part = RowField()
    quantity = QuantityField()
    unit_price = serializers.DecimalField(max_digits=14, decimal_places=3, min_value=0)


class PartsOrderBody(serializers.Serializer[Any]):
    customer = RowField()
    site = RowField()
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)
    lines = SoldBody(  # type: ignore[call-arg]  # the length is the list's
        many=True, allow_empty=False, max_length=200
    )


class ShipBody(serializers.Serializer[Any]):
    carrier = serializers.CharField(max_length=60)
    tracking_number = serializers.CharField(
        max_length=60, required=False, allow_blank=True
    )


class NothingBody(serializers.Serializer[Any]):
    """No body is needed."""


class LookUpSerializer(serializers.Serializer[Any]):
    """A number looked up: its part and what replaced it, nearest first."""

    part = PartBriefSerializer()
    successors = PartBriefSerializer(many=True, source="chain")
    is_circle = serializers.BooleanField()
