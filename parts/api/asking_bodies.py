"""What requests for quotation take and tell. Shapes only."""

from typing import Any

from rest_framework import serializers

from common.api import CommandSerializer
from parts.api.bodies import QuantityField, RowField
from parts.models import Quote, Rfq, RfqLine, RfqSupplier

LONGEST_LEAD = 32767


class RfqLineSerializer(serializers.ModelSerializer[RfqLine]):
    part_code = serializers.CharField(source="part.code", read_only=True)

    class Meta:
        model = RfqLine
        fields = ["id", "part", "part_code", "quantity"]


class RfqSupplierSerializer(serializers.ModelSerializer[RfqSupplier]):
    """Who is asked, and whether they have answered."""

    supplier_code = serializers.CharField(source="supplier.code", read_only=True)

    class Meta:
        model = RfqSupplier
        fields = ["supplier", "supplier_code", "answered_at", "has_declined"]


class RfqSerializer(serializers.ModelSerializer[Rfq]):
    """A request for quotation with its lines and whom it asks."""

    lines = RfqLineSerializer(many=True, read_only=True)
    suppliers = RfqSupplierSerializer(many=True, read_only=True)

    class Meta:
        model = Rfq
        fields = [
            "id", "number", "site", "state", "note", "answer_by", "created_at",
            "sent_at", "lines", "suppliers",
        ]  # fmt: skip


class QuoteSerializer(serializers.ModelSerializer[Quote]):
    """What a supplier answered to a line; ``order`` once it was chosen."""

    supplier = serializers.IntegerField(source="asked.supplier_id", read_only=True)

    class Meta:
        model = Quote
        fields = [
            "id", "line", "supplier", "price", "currency", "lead_days",
            "minimum_quantity", "note", "order",
        ]  # fmt: skip


class ComparedSerializer(serializers.Serializer[Any]):
    """One answer beside the others; ``amount`` is null where no rate is known."""

    quote = QuoteSerializer()
    quantity = QuantityField(help_text="What would be bought.")
    amount = serializers.DecimalField(
        max_digits=18,
        decimal_places=2,
        allow_null=True,
        help_text="Of all of it, in the site's currency.",
    )
    days = serializers.IntegerField(help_text="To count with: learnt, or his word.")
    late_by = serializers.IntegerField(help_text="Days after his word he may come.")
    is_cheapest = serializers.BooleanField()
    is_quickest = serializers.BooleanField()


class ComparedLineSerializer(serializers.Serializer[Any]):
    """One line with all its answers, the cheapest first."""

    line = RfqLineSerializer()
    answers = ComparedSerializer(many=True)


class AskedForBody(CommandSerializer):
    part = RowField()
    quantity = QuantityField()


class RfqBody(CommandSerializer):
    site = RowField()
    suppliers = serializers.ListField(
        child=RowField(), allow_empty=False, max_length=50
    )
    lines = AskedForBody(  # type: ignore[call-arg]  # the length is the list's
        many=True, allow_empty=False, max_length=200
    )
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    answer_by = serializers.DateField(required=False, allow_null=True)


class QuotedBody(CommandSerializer):
    line = RowField()
    price = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0)
    lead_days = serializers.IntegerField(min_value=0, max_value=LONGEST_LEAD)
    minimum_quantity = QuantityField(required=False)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class AnswersBody(CommandSerializer):
    """What one supplier says; lines that are left out are not answered."""

    supplier = RowField()
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    quotes = QuotedBody(  # type: ignore[call-arg]  # the length is the list's
        many=True, allow_empty=False, max_length=200
    )


class DeclineBody(CommandSerializer):
    supplier = RowField()


class ChooseBody(CommandSerializer):
    """At most one quote for each line; lines without one are not bought."""

    quotes = serializers.ListField(child=RowField(), allow_empty=False, max_length=200)
