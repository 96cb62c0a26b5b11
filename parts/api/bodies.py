"""What the API's commands take. Shapes only: what may be done is the command's call."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from common.api import CommandSerializer
from parts.models import Count, PartsOrder, Return

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


class SerialsBody(serializers.Serializer[Any]):
    """Which units go with the line, for parts kept by serial number."""

    serials = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=1000
    )


class ReasonBody(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200)


class ReserveBody(serializers.Serializer[Any]):
    quantity = QuantityField()
    demand_key = serializers.CharField(max_length=60)
    held_until = serializers.DateTimeField(required=False, allow_null=True)


class ReceiveStockBody(SerialsBody, ReasonBody):
    part = RowField()
    bin = RowField()
    quantity = QuantityField()
    unit_cost = serializers.DecimalField(max_digits=13, decimal_places=4, min_value=0)
    lot = serializers.CharField(max_length=40, required=False, allow_blank=True)


class MoveBody(SerialsBody, ReasonBody):
    bin = RowField()
    quantity = QuantityField()


class AdjustBody(SerialsBody, ReasonBody):
    counted = QuantityField(min_value=0)


class QuantityReasonBody(SerialsBody, ReasonBody):
    quantity = QuantityField()


class IssueBody(SerialsBody):
    quantity = QuantityField()
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ReturnBody(SerialsBody, ReasonBody):
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


class ChangeLineBody(CommandSerializer):
    """What becomes of a draft's line; what is left out stays as it is."""

    quantity = QuantityField(required=False)
    unit_price = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, required=False
    )
    due_on = serializers.DateField(required=False)
    reason = serializers.CharField(max_length=200)


class WhyBody(CommandSerializer):
    """Why it is done."""

    reason = serializers.CharField(max_length=200)


class ProposalsBody(CommandSerializer):
    """Which of a site's proposals are ordered."""

    site = RowField()
    parts = serializers.ListField(child=RowField(), allow_empty=False, max_length=200)


class ReceiveLineBody(SerialsBody):
    quantity = QuantityField()
    bin = RowField()
    unit_cost = serializers.DecimalField(
        max_digits=13, decimal_places=4, min_value=0, required=False, allow_null=True
    )
    accept_surplus = serializers.BooleanField(required=False, default=False)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class DueDateBody(ReasonBody):
    due_on = serializers.DateField()


class ChaseBody(serializers.Serializer[Any]):
    said = serializers.CharField(max_length=300)
    due_on = serializers.DateField(required=False, allow_null=True)


class AmountField(serializers.DecimalField):
    """An amount of money, zero or more; its fineness is the command's call."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=14, decimal_places=3, min_value=0, **kwargs)


class SoldBody(serializers.Serializer[Any]):
    part = RowField()
    quantity = QuantityField()
    unit_price = AmountField()
    core_charge = AmountField(required=False)


TERMS = (
    "destination",
    "ship_to",
    "incoterm",
    "freight",
    "deposit",
    "deposit_percent",
)


class TermsBody(serializers.Serializer[Any]):
    """What is agreed besides the lines."""

    destination = serializers.RegexField(r"^[A-Z]{2}$", required=False)
    ship_to = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    incoterm = serializers.ChoiceField(
        PartsOrder.Incoterm.choices, required=False, allow_blank=True
    )
    freight = AmountField(required=False)
    deposit = AmountField(required=False)
    deposit_percent = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False
    )


class PartsOrderBody(TermsBody):
    customer = RowField()
    site = RowField()
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)
    lines = SoldBody(  # type: ignore[call-arg]  # the length is the list's
        many=True, allow_empty=False, max_length=200
    )


class ChangeQuoteBody(TermsBody):
    lines = SoldBody(  # type: ignore[call-arg]  # the length is the list's
        many=True, allow_empty=False, max_length=200, required=False
    )


class OfferBody(serializers.Serializer[Any]):
    valid_until = serializers.DateField()


class AcceptBody(serializers.Serializer[Any]):
    digest = serializers.CharField(max_length=64)


class DueBody(serializers.Serializer[Any]):
    due_on = serializers.DateField()


class SomeLinesBody(serializers.Serializer[Any]):
    lines = serializers.ListField(
        child=RowField(), required=False, allow_empty=False, max_length=200
    )


class PickBody(SomeLinesBody):
    """Which lines; none: everything that lies ready."""


class GiveUpRestBody(SomeLinesBody, ReasonBody):
    """Which lines, and why; none: the rest of all lines."""


class ShipBody(SerialsBody):
    carrier = serializers.CharField(max_length=60)
    tracking_number = serializers.CharField(
        max_length=60, required=False, allow_blank=True
    )


class TickBody(SerialsBody):
    line = RowField(required=False)
    is_picked = serializers.BooleanField(default=True)
    code = serializers.CharField(max_length=200, required=False)


class PackBody(serializers.Serializer[Any]):
    boxes = serializers.IntegerField(min_value=1, max_value=999)
    weight_grams = serializers.IntegerField(min_value=1, max_value=30_000_000)


class AgreeBody(ReasonBody):
    line = RowField()
    kind = serializers.ChoiceField(Return.Kind.choices)
    quantity = QuantityField()


class ReceiveReturnBody(SerialsBody):
    bin = RowField()
    part = RowField(required=False)
    answer = serializers.CharField(max_length=200, required=False, allow_blank=True)


class RefundBody(serializers.Serializer[Any]):
    net = AmountField(required=False)


class ReceiveOwnedBody(SerialsBody, ReasonBody):
    owner = RowField()
    part = RowField()
    bin = RowField()
    quantity = QuantityField()
    lot = serializers.CharField(max_length=40, required=False, allow_blank=True)


class PutAwayMoveBody(SerialsBody):
    level = RowField()
    bin = RowField()
    quantity = QuantityField()


class PutAwayBody(ReasonBody):
    moves = PutAwayMoveBody(  # type: ignore[call-arg]  # the length is the list's
        many=True, allow_empty=False, max_length=200
    )


class OpenCountBody(ReasonBody):
    site = RowField()
    kind = serializers.ChoiceField(Count.Kind.choices)
    bin = RowField(required=False, allow_null=True)
    value_from = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    not_since = serializers.DateTimeField(required=False, allow_null=True)
    due_on = serializers.DateField(required=False, allow_null=True)
    approval_limit = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    is_blind = serializers.BooleanField(required=False, default=True)


class FindBody(SerialsBody):
    """What lies in one place: a position, or a part in a bin."""

    level = RowField(required=False, allow_null=True)
    part = RowField(required=False, allow_null=True)
    bin = RowField(required=False, allow_null=True)
    lot = serializers.CharField(max_length=40, required=False, allow_blank=True)
    counted = QuantityField(min_value=0)


class SubmitCountBody(serializers.Serializer[Any]):
    leave_out = serializers.BooleanField(required=False, default=False)


class NothingBody(serializers.Serializer[Any]):
    """No body is needed."""
