"""What the catalogue's actions take and tell. Shapes only."""

from decimal import Decimal
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.reverse import reverse

from parts.api.bodies import QuantityField, ReasonBody, RowField
from parts.api.serializers import PartBriefSerializer
from parts.models import Observation, Part, PartFile, Replacement, Supersession, Watch

LARGEST_FRAME = 999_999


class PieceSerializer(serializers.Serializer[Any]):
    """One stretch of a number; no meaning is one that nobody here knows."""

    text = serializers.CharField()
    label = serializers.CharField(  # type: ignore[assignment]  # the name of a field
    )
    meaning = serializers.CharField(allow_null=True)
    source = serializers.CharField(  # type: ignore[assignment]  # the name of a field
    )


class LeadSerializer(serializers.Serializer[Any]):
    """A part that may take another's place, once a person has said so."""

    part = PartBriefSerializer()
    instead_of = PartBriefSerializer()
    condition = serializers.CharField(source="step.condition")
    condition_ja = serializers.CharField(source="step.condition_ja")


class LookUpSerializer(serializers.Serializer[Any]):
    """A number looked up: its part and what replaced it, nearest first."""

    part = PartBriefSerializer()
    successors = PartBriefSerializer(many=True, source="chain")
    leads = LeadSerializer(many=True)
    either = PartBriefSerializer(many=True)
    is_circle = serializers.BooleanField()


class FitSerializer(serializers.Serializer[Any]):
    part = PartBriefSerializer()
    position = serializers.CharField(source="row.position")
    known = serializers.CharField(source="known.value", help_text="YES or UNKNOWN")


class FittingGroupSerializer(serializers.Serializer[Any]):
    category = serializers.CharField()
    rows = FitSerializer(many=True)


class KitNodeSerializer(serializers.Serializer[Any]):
    part = PartBriefSerializer()
    depth = serializers.IntegerField()
    each = QuantityField()
    quantity = QuantityField()
    is_kit = serializers.BooleanField()


class KitSerializer(serializers.Serializer[Any]):
    """A kit taken apart; sums are of what is known, beside how many are not."""

    nodes = KitNodeSerializer(many=True)
    # By currency: amounts of different currencies are never added.
    prices = serializers.DictField(
        child=serializers.DecimalField(max_digits=16, decimal_places=2)
    )
    costs = serializers.DictField(
        child=serializers.DecimalField(
            max_digits=18, decimal_places=4, rounding="ROUND_HALF_UP"
        )
    )
    unpriced = serializers.IntegerField()
    uncosted = serializers.IntegerField()


class ComponentBody(serializers.Serializer[Any]):
    part = RowField()
    quantity = QuantityField()


class KitBody(serializers.Serializer[Any]):
    lines = ComponentBody(  # type: ignore[call-arg]  # the length is the list's
        many=True, max_length=200
    )


class SupersedeBody(serializers.Serializer[Any]):
    new = RowField()
    kind = serializers.ChoiceField(Supersession.Kind.choices, default="ONE_WAY")
    source = serializers.CharField(  # type: ignore[assignment]  # the name of a field
        max_length=200
    )
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)
    condition = serializers.CharField(max_length=200, required=False, allow_blank=True)
    condition_ja = serializers.CharField(
        max_length=200, required=False, allow_blank=True
    )
    variant = RowField(required=False, allow_null=True)
    first_frame = serializers.IntegerField(
        min_value=0, max_value=LARGEST_FRAME, required=False, allow_null=True
    )
    last_frame = serializers.IntegerField(
        min_value=0, max_value=LARGEST_FRAME, required=False, allow_null=True
    )
    built_from = serializers.DateField(required=False, allow_null=True)
    built_to = serializers.DateField(required=False, allow_null=True)
    only_with = RowField(required=False, allow_null=True)


class SupersessionSerializer(serializers.ModelSerializer[Supersession]):
    class Meta:
        model = Supersession
        fields = [
            "id", "old", "new", "kind", "starts_on", "ends_on", "condition",
            "condition_ja", "variant", "first_frame", "last_frame", "built_from",
            "built_to", "only_with", "source",
        ]  # fmt: skip


class LifeBody(serializers.Serializer[Any]):
    life = serializers.ChoiceField(Part.Life.choices)
    changed_on = serializers.DateField()
    source = serializers.CharField(  # type: ignore[assignment]  # the name of a field
        max_length=200
    )


class MovableSerializer(serializers.Serializer[Any]):
    demand = serializers.IntegerField(source="demand.pk")
    subject_key = serializers.CharField(source="demand.subject_key")
    quantity = QuantityField(source="demand.quantity")
    verdict = serializers.CharField(
        source="verdict.value", help_text="YES, ASK, NO, DRAWN or BACK"
    )


class PreviewSerializer(serializers.Serializer[Any]):
    """Everything that holds the old part; drafts are changed by hand."""

    demands = MovableSerializer(many=True)
    kits = serializers.SerializerMethodField()
    reorder_rules = serializers.SerializerMethodField()
    draft_lines = serializers.SerializerMethodField()

    def get_kits(self, preview: Any) -> list[int]:
        return [line.kit_id for line in preview.kits]

    def get_reorder_rules(self, preview: Any) -> list[int]:
        return [rule.pk for rule in preview.rules]

    def get_draft_lines(self, preview: Any) -> list[int]:
        return [line.pk for line in preview.drafts]


class ReplaceBody(ReasonBody):
    new = RowField()
    demands = serializers.ListField(child=RowField(), max_length=2000)
    everywhere = serializers.BooleanField(required=False, default=False)


class ReplacementSerializer(serializers.ModelSerializer[Replacement]):
    class Meta:
        model = Replacement
        fields = ["id", "old", "new", "demand", "reason", "replaced_at"]


class WatchBody(ReasonBody):
    """Why it is watched, or no longer."""


class WatchSerializer(serializers.ModelSerializer[Watch]):
    class Meta:
        model = Watch
        fields = ["id", "part", "reason", "last_seen", "watched_at", "seen_at"]


class ObserveBody(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(Observation.Kind.choices)
    seen_on = serializers.DateField()
    price = serializers.DecimalField(
        max_digits=14,
        decimal_places=2,
        min_value=Decimal(0),
        required=False,
        allow_null=True,
    )
    was_price = serializers.DecimalField(
        max_digits=14,
        decimal_places=2,
        min_value=Decimal(0),
        required=False,
        allow_null=True,
    )
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)
    supplier = RowField(required=False, allow_null=True)
    source = serializers.CharField(  # type: ignore[assignment]  # the name of a field
        max_length=200, required=False, allow_blank=True
    )


class ObservedSerializer(serializers.Serializer[Any]):
    is_new = serializers.BooleanField()


class PartFileSerializer(serializers.ModelSerializer[PartFile]):
    """One file of a part and where to fetch it."""

    route: ClassVar[str]
    url = serializers.SerializerMethodField()

    class Meta:
        model = PartFile
        fields = ["id", "title", "url"]

    def get_url(self, row: PartFile) -> str:
        return reverse(
            self.route,
            args=[row.part_id, row.pk],
            request=self.context.get("request"),
        )


class PartPhotoSerializer(PartFileSerializer):
    """One photo of a part and where to fetch it."""

    route = "api:part-photo"


class PartDocumentSerializer(PartFileSerializer):
    """One paper that belongs to a part and where to fetch it."""

    route = "api:part-document"
