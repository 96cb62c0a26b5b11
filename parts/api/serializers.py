"""What the API shows of parts: fields by name, prices to the desk only."""

from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from parts import queries
from parts.api.readers import QuickSerializer, hanging
from parts.models import (
    Availability,
    Demand,
    Part,
    PartNumber,
    PartsOrder,
    PartsOrderLine,
    PurchaseOrder,
    PurchaseOrderLine,
    Reservation,
    Return,
    Shipment,
    ShipmentLine,
    StockLevel,
    StockMovement,
)
from workshop.models import DESK_ROLES, HOUSE_ROLES


class ByRole(QuickSerializer):
    """Leaves out fields that are not for the caller's role."""

    desk_only: ClassVar[tuple[str, ...]] = ()
    house_only: ClassVar[tuple[str, ...]] = ()

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        hidden: list[str] = []
        if self.role not in DESK_ROLES:
            hidden += self.desk_only
        if self.role not in HOUSE_ROLES:
            hidden += self.house_only
        if getattr(self.context.get("view"), "swagger_fake_view", False):
            # The document is drawn without a caller and names every field.
            hidden = []
        return {name: field for name, field in fields.items() if name not in hidden}


class PartNumberSerializer(QuickSerializer, serializers.ModelSerializer[PartNumber]):
    class Meta:
        model = PartNumber
        fields = ["as_printed", "normalised", "is_primary"]


class PartSerializer(ByRole, serializers.ModelSerializer[Part]):
    """A part as lists show it."""

    desk_only = ("sample_price", "sample_price_currency")
    numbers = PartNumberSerializer(many=True, read_only=True)

    class Meta:
        model = Part
        fields = [
            "id", "code", "name_en", "name_ja", "numbers", "unit", "category",
            "generations", "grade", "life", "status_text", "sample_price",
            "sample_price_currency", "basis", "confidence",
        ]  # fmt: skip


class PositionSerializer(serializers.Serializer[queries.Position]):
    """One part's stock over all bins that may be promised."""

    on_hand = serializers.DecimalField(max_digits=15, decimal_places=3)
    reserved = serializers.DecimalField(max_digits=15, decimal_places=3)
    available = serializers.DecimalField(max_digits=15, decimal_places=3)
    incoming = serializers.DecimalField(max_digits=15, decimal_places=3)
    wanted = serializers.DecimalField(max_digits=15, decimal_places=3)


class PartBriefSerializer(QuickSerializer, serializers.ModelSerializer[Part]):
    class Meta:
        model = Part
        fields = ["id", "code", "name_en", "name_ja", "life"]


class PartDetailSerializer(PartSerializer):
    """A part on its own: its position and what replaced it."""

    house_only = ("position",)
    position = serializers.SerializerMethodField()
    successors = serializers.SerializerMethodField()

    class Meta(PartSerializer.Meta):
        fields = [*PartSerializer.Meta.fields, "position", "successors"]

    @extend_schema_field(PositionSerializer)
    def get_position(self, part: Part) -> dict[str, Any]:
        return PositionSerializer(queries.stock_position(part.pk)).data

    @extend_schema_field(PartBriefSerializer(many=True))
    def get_successors(self, part: Part) -> list[dict[str, Any]]:
        chain = queries.successors_of(part).chain
        return [PartBriefSerializer(row).data for row in chain]


class StockLevelSerializer(ByRole, serializers.ModelSerializer[StockLevel]):
    """One part in one bin."""

    desk_only = ("unit_cost",)
    part_code = serializers.CharField(source="part.code", read_only=True)
    bin_code = serializers.CharField(source="bin.code", read_only=True)
    bin_kind = serializers.CharField(source="bin.kind", read_only=True)
    site = serializers.IntegerField(source="bin.site_id", read_only=True)
    available = serializers.DecimalField(
        max_digits=12, decimal_places=3, read_only=True
    )

    class Meta:
        model = StockLevel
        fields = [
            "id", "part", "part_code", "site", "bin", "bin_code", "bin_kind", "lot",
            "on_hand", "reserved", "available", "unit_cost",
        ]  # fmt: skip


class StockMovementSerializer(ByRole, serializers.ModelSerializer[StockMovement]):
    """One line of the ledger."""

    desk_only = ("unit_cost",)
    part = serializers.IntegerField(source="level.part_id", read_only=True)
    bin_code = serializers.CharField(source="level.bin.code", read_only=True)

    class Meta:
        model = StockMovement
        fields = [
            "id", "level", "part", "bin_code", "kind", "quantity", "sequence",
            "balance", "unit_cost", "reason", "subject_key", "reverses", "moved_by",
            "moved_at",
        ]  # fmt: skip


class AvailabilitySerializer(
    QuickSerializer, serializers.ModelSerializer[Availability]
):
    """The newest answer to a demand, and its reason in the reader's language."""

    sentence = serializers.SerializerMethodField()
    hint = serializers.SerializerMethodField()

    class Meta:
        model = Availability
        fields = [
            "kind", "quantity", "available_on", "confidence", "sentence", "hint",
            "detail", "answered_at",
        ]  # fmt: skip

    def get_sentence(self, answer: Availability) -> str:
        return queries.availability_sentence(answer)

    def get_hint(self, answer: Availability) -> str:
        return queries.availability_hint(answer)


class DemandSerializer(QuickSerializer, serializers.ModelSerializer[Demand]):
    """One wish and its answer; ``availability`` is null until it is answered."""

    part_code = serializers.CharField(source="part.code", read_only=True)
    availability = serializers.SerializerMethodField()

    class Meta:
        model = Demand
        fields = [
            "id", "demand_key", "subject_key", "part", "part_code", "site", "quantity",
            "drawn", "needed_on", "priority", "state", "created_at", "availability",
        ]  # fmt: skip

    @extend_schema_field(AvailabilitySerializer(allow_null=True))
    def get_availability(self, demand: Demand) -> dict[str, Any] | None:
        answer = getattr(demand, "availability", None)
        return self._answer.to_representation(answer) if answer else None

    @cached_property
    def _answer(self) -> AvailabilitySerializer:
        """One for all rows: making a serializer costs more than using it."""
        return AvailabilitySerializer(context=self.context)


class ReservationSerializer(QuickSerializer, serializers.ModelSerializer[Reservation]):
    """A quantity held, of a position or of an order line."""

    class Meta:
        model = Reservation
        fields = [
            "id", "demand", "demand_key", "level", "order_line", "quantity", "state",
            "held_until", "created_at",
        ]  # fmt: skip


class PurchaseOrderLineSerializer(
    QuickSerializer, serializers.ModelSerializer[PurchaseOrderLine]
):
    """A line of an order; ``version`` stands for what was read when it is changed."""

    part_code = serializers.CharField(source="part.code", read_only=True)
    version = serializers.SerializerMethodField()

    class Meta:
        model = PurchaseOrderLine
        fields = [
            "id", "order", "part", "part_code", "quantity", "received", "reserved",
            "unit_price", "currency", "due_on", "closed_at", "closed_reason",
            "version",
        ]  # fmt: skip

    def get_version(self, line: PurchaseOrderLine) -> int:
        return queries.line_version(line)


class PurchaseOrderSerializer(
    QuickSerializer, serializers.ModelSerializer[PurchaseOrder]
):
    lines = PurchaseOrderLineSerializer(many=True, read_only=True)

    class Meta:
        model = PurchaseOrder
        fields = [
            "id", "number", "supplier", "site", "currency", "state", "ordered_at",
            "created_at", "lines",
        ]  # fmt: skip


class DateSerializer(QuickSerializer, serializers.ModelSerializer[Availability]):
    """A date without what stands behind it: shelves and suppliers are the house's."""

    class Meta:
        model = Availability
        fields = ["kind", "available_on", "confidence"]


class PartsOrderLineSerializer(
    QuickSerializer, serializers.ModelSerializer[PartsOrderLine]
):
    """A line of a customer's order and where it is."""

    part_code = serializers.CharField(source="part.code", read_only=True)
    part_name_en = serializers.CharField(source="part.name_en", read_only=True)
    part_name_ja = serializers.CharField(source="part.name_ja", read_only=True)
    state = serializers.CharField(
        source="demand.state", read_only=True, default=None, allow_null=True
    )
    shipped = serializers.DecimalField(
        source="demand.drawn",
        max_digits=12,
        decimal_places=3,
        read_only=True,
        default=Decimal("0.000"),
    )
    availability = serializers.SerializerMethodField()

    class Meta:
        model = PartsOrderLine
        fields = [
            "id", "part", "part_code", "part_name_en", "part_name_ja", "quantity",
            "cancelled", "unit_price", "core_charge", "currency", "state", "shipped",
            "availability",
        ]  # fmt: skip

    @extend_schema_field(DateSerializer(allow_null=True))
    def get_availability(self, line: PartsOrderLine) -> dict[str, Any] | None:
        answer = getattr(line.demand, "availability", None) if line.demand else None
        return self._date.to_representation(answer) if answer else None

    @cached_property
    def _date(self) -> DateSerializer:
        return DateSerializer(context=self.context)


class ShipmentSerializer(QuickSerializer, serializers.ModelSerializer[Shipment]):
    class Meta:
        model = Shipment
        fields = [
            "id", "number", "state", "carrier", "tracking_number", "shipped_at",
            "delivered_at",
        ]  # fmt: skip


class ParcelLineSerializer(QuickSerializer, serializers.ModelSerializer[ShipmentLine]):
    """Pieces of one order line in a parcel."""

    part = serializers.IntegerField(source="line.part_id", read_only=True)

    class Meta:
        model = ShipmentLine
        fields = ["id", "line", "part", "quantity", "is_picked"]


class ParcelSerializer(QuickSerializer, serializers.ModelSerializer[Shipment]):
    """One parcel with what lies in it."""

    lines = ParcelLineSerializer(many=True, read_only=True)

    class Meta:
        model = Shipment
        fields = [
            "id", "number", "order", "state", "carrier", "tracking_number", "boxes",
            "weight_grams", "created_at", "packed_at", "shipped_at", "delivered_at",
            "lines",
        ]  # fmt: skip


class ReturnSerializer(QuickSerializer, serializers.ModelSerializer[Return]):
    """Pieces that come back, and how far that is."""

    order = serializers.IntegerField(source="line.order_id", read_only=True)

    class Meta:
        model = Return
        fields = [
            "id", "number", "order", "line", "kind", "state", "quantity", "reason",
            "answer", "refund", "currency", "agreed_at", "received_at", "settled_at",
        ]  # fmt: skip


class SumSerializer(QuickSerializer):
    """What an order comes to, in its currency."""

    net = serializers.DecimalField(14, 2, source="whole.net")
    tax = serializers.DecimalField(14, 2, source="whole.tax")
    total = serializers.DecimalField(14, 2, source="whole.total")
    deposit = serializers.DecimalField(14, 2, source="deposit.total")


class PartsOrderSerializer(QuickSerializer, serializers.ModelSerializer[PartsOrder]):
    """An order; ``digest`` stands for what was read when a quote is accepted."""

    lines = PartsOrderLineSerializer(many=True, read_only=True)
    shipments = ShipmentSerializer(many=True, read_only=True)
    sum = serializers.SerializerMethodField()
    digest = serializers.SerializerMethodField()

    class Meta:
        model = PartsOrder
        fields = [
            "id", "number", "customer", "site", "currency", "state", "created_at",
            "valid_until", "offered_at", "accepted_at", "rate", "rate_on",
            "destination", "incoterm", "tax_rate", "freight", "sum", "digest", "lines",
            "shipments",
        ]  # fmt: skip

    @extend_schema_field(SumSerializer)
    def get_sum(self, order: PartsOrder) -> dict[str, Any]:
        return self._sum.to_representation(
            queries.order_money(order, hanging(order, "lines"))
        )

    @cached_property
    def _sum(self) -> SumSerializer:
        return SumSerializer(context=self.context)

    def get_digest(self, order: PartsOrder) -> str:
        return queries.quote_digest(order, hanging(order, "lines"))
