"""What the API shows of cars, agreements, work and the plan: fields by name."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from restoration import queries
from restoration.models import (
    Assignment,
    ChecklistItem,
    Estimate,
    EstimateLine,
    Finding,
    JobCard,
    JobCardPart,
    Measurement,
    PlanRun,
    Project,
    Vehicle,
)
from workshop.models import Promise


class VehicleSerializer(serializers.ModelSerializer[Vehicle]):
    variant = serializers.StringRelatedField[Any]()
    colour = serializers.StringRelatedField[Any]()

    class Meta:
        model = Vehicle
        fields = [
            "id", "frame_number", "variant", "model_code", "built_month", "colour",
            "engine_number", "unlisted_reason",
        ]  # fmt: skip


class CandidateSerializer(serializers.Serializer[Any]):
    """A variant that a frame number can be of; counts are as recorded, not odds."""

    variant = serializers.CharField(source="variant.code")
    name = serializers.CharField(source="variant.name")
    model_code = serializers.CharField(source="variant.model_code")
    first = serializers.IntegerField()
    last = serializers.IntegerField()
    units = serializers.IntegerField()
    built_from = serializers.DateField(allow_null=True)
    built_to = serializers.DateField(allow_null=True)


class ColourCountSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(source="colour.code")
    name = serializers.CharField(source="colour.name")
    units = serializers.IntegerField()


class FrameReadingSerializer(serializers.Serializer[Any]):
    """What a frame number says of a car."""

    frame_number = serializers.CharField()
    is_decided_by_plate = serializers.BooleanField()
    candidates = CandidateSerializer(many=True)
    colours = ColourCountSerializer(many=True)
    evidence = serializers.ListField(child=serializers.CharField())


class ProjectSerializer(serializers.ModelSerializer[Project]):
    frame_number = serializers.CharField(source="vehicle.frame_number")
    title = serializers.CharField()

    class Meta:
        model = Project
        fields = [
            "id", "number", "title", "state", "vehicle", "frame_number", "customer",
            "site", "currency", "weight", "wished_on", "opened_at", "arrived_at",
            "handed_over_at",
        ]  # fmt: skip


class PromiseSerializer(serializers.ModelSerializer[Promise]):
    sentence = serializers.SerializerMethodField()

    class Meta:
        model = Promise
        fields = [
            "sequence", "promised_on", "confidence", "cause", "sentence", "moved_days",
            "given_at",
        ]  # fmt: skip

    @extend_schema_field(serializers.CharField())
    def get_sentence(self, promise: Promise) -> str:
        return queries.promise_sentence(promise)


class EstimateLineSerializer(serializers.ModelSerializer[EstimateLine]):
    text = serializers.CharField()

    class Meta:
        model = EstimateLine
        fields = [
            "id", "position", "kind", "operation", "part", "text", "quantity",
            "minutes_low", "minutes_likely", "minutes_high", "amount_low",
            "amount_likely", "amount_high", "currency", "is_price_known", "is_option",
            "is_contingent", "decision",
        ]  # fmt: skip


class EstimateSerializer(serializers.ModelSerializer[Estimate]):
    class Meta:
        model = Estimate
        fields = [
            "id", "project", "version", "state", "currency", "tax_percent",
            "valid_until", "sent_at", "content_hash",
        ]  # fmt: skip


class EstimateDetailSerializer(EstimateSerializer):
    lines = EstimateLineSerializer(many=True)

    class Meta(EstimateSerializer.Meta):
        fields = [*EstimateSerializer.Meta.fields, "lines"]


class JobCardSerializer(serializers.ModelSerializer[JobCard]):
    title = serializers.CharField()
    project_number = serializers.CharField(source="project.number")

    class Meta:
        model = JobCard
        fields = [
            "id", "project", "project_number", "number", "title", "operation", "state",
            "minutes", "remaining_minutes", "remaining_at", "bay_kind", "is_unbroken",
            "is_outside", "outside_days", "started_at", "finished_at", "version",
        ]  # fmt: skip


class JobCardPartSerializer(serializers.ModelSerializer[JobCardPart]):
    name = serializers.SerializerMethodField()
    drawn = serializers.DecimalField(
        source="demand.drawn", max_digits=12, decimal_places=3, default=Decimal(0)
    )

    class Meta:
        model = JobCardPart
        fields = [
            "id", "part", "required_part", "name", "quantity", "drawn", "demand",
        ]  # fmt: skip

    @extend_schema_field(serializers.CharField())
    def get_name(self, row: JobCardPart) -> str:
        return queries.part_label(row)


class ChecklistItemSerializer(serializers.ModelSerializer[ChecklistItem]):
    text = serializers.CharField()

    class Meta:
        model = ChecklistItem
        fields = ["id", "position", "item", "text", "result", "checked_at"]


class JobCardDetailSerializer(JobCardSerializer):
    parts = JobCardPartSerializer(many=True)
    checklist = ChecklistItemSerializer(many=True)

    class Meta(JobCardSerializer.Meta):
        fields = [*JobCardSerializer.Meta.fields, "parts", "checklist"]


class MeasurementSerializer(serializers.ModelSerializer[Measurement]):
    class Meta:
        model = Measurement
        fields = ["id", "card", "item", "label", "value", "unit", "measured_at"]


class FindingSerializer(serializers.ModelSerializer[Finding]):
    class Meta:
        model = Finding
        fields = [
            "id", "project", "card", "severity", "state", "text", "language",
            "minutes_low", "minutes_high", "raised_at",
        ]  # fmt: skip


class PlanRunSerializer(serializers.ModelSerializer[PlanRun]):
    """A run of the planner; ``error`` says in the reader's language why it failed."""

    error = serializers.SerializerMethodField()

    class Meta:
        model = PlanRun
        fields = [
            "id", "site", "kind", "state", "is_in_force", "stale_at", "cause", "causes",
            "requested_at", "started_at", "finished_at", "cost", "lower_bound",
            "input_hash", "seed", "seconds", "iterations", "near", "near_kept", "known",
            "known_kept", "compared_with", "change_count", "progress", "detail",
            "error",
        ]  # fmt: skip

    def get_error(self, run: PlanRun) -> str:
        return queries.refusal_sentence(run)


class AssignmentSerializer(serializers.ModelSerializer[Assignment]):
    """When a card is to be worked on, by whom, where, and why not sooner."""

    technicians = serializers.SerializerMethodField()
    bays = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()

    class Meta:
        model = Assignment
        fields = [
            "card", "starts_at", "ends_at", "is_fixed", "technicians", "bays", "reason",
        ]  # fmt: skip

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_technicians(self, row: Assignment) -> list[int]:
        return [b.technician_id for b in row.technician_bookings.all()]

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_bays(self, row: Assignment) -> list[int]:
        return [b.bay_id for b in row.bay_bookings.all()]

    @extend_schema_field(serializers.CharField())
    def get_reason(self, row: Assignment) -> str:
        return queries.start_reason(row.card, row.reason)
