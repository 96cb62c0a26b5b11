"""What the API's commands take. Shapes only: what may be done is the command's call."""

from decimal import Decimal

from rest_framework import serializers

from common.api import CommandSerializer
from restoration.models import ChecklistItem, EstimateLine, Finding

LARGEST_KEY = 2**63 - 1


class RowField(serializers.IntegerField):
    """The key of a row; a missing one is the command's refusal."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(min_value=1, max_value=LARGEST_KEY, **kwargs)  # type: ignore[arg-type]


class EnterVehicleBody(CommandSerializer):
    frame_number = serializers.CharField(max_length=40)
    model_code = serializers.CharField(max_length=40, allow_blank=True, default="")
    colour_code = serializers.CharField(max_length=20, allow_blank=True, default="")
    customer = RowField()
    variant = RowField(required=False)


class UnlistedVehicleBody(CommandSerializer):
    frame_number = serializers.CharField(max_length=40)
    model_code = serializers.CharField(max_length=40, allow_blank=True, default="")
    customer = RowField()
    reason = serializers.CharField(max_length=200)


class OpenProjectBody(CommandSerializer):
    vehicle = RowField()
    customer = RowField()
    site = RowField()
    title_en = serializers.CharField(max_length=200)
    title_ja = serializers.CharField(max_length=200, allow_blank=True, default="")
    template = serializers.CharField(max_length=40, allow_blank=True, default="")
    wished_on = serializers.DateField(required=False, allow_null=True, default=None)
    weight = serializers.IntegerField(min_value=1, max_value=1000, default=1)


class GiveUpBody(CommandSerializer):
    reason = serializers.CharField(max_length=200)


class DraftBody(CommandSerializer):
    project = RowField()
    template = serializers.CharField(max_length=40)
    engine_menu = serializers.CharField(max_length=20, required=False)


class LineDecisionBody(CommandSerializer):
    line = RowField()
    decision = serializers.ChoiceField(
        [EstimateLine.Decision.ACCEPTED.value, EstimateLine.Decision.DECLINED.value]
    )


class DecideBody(CommandSerializer):
    decisions = LineDecisionBody(  # type: ignore[call-arg]  # the length is the list's
        many=True, allow_empty=False, max_length=2000
    )
    signed_name = serializers.CharField(max_length=120)
    content_hash = serializers.CharField(max_length=64)


class StartBody(CommandSerializer):
    """Whose clock; without a technician the caller's own."""

    technician = RowField(required=False)
    without_parts_because = serializers.CharField(
        max_length=200, allow_blank=True, default=""
    )


class PauseBody(CommandSerializer):
    technician = RowField(required=False)
    reason = serializers.CharField(max_length=200)


class DrawBody(CommandSerializer):
    card_part = RowField()
    quantity = serializers.DecimalField(
        max_digits=12, decimal_places=3, min_value=Decimal("0.001")
    )
    # Which units, for parts kept by serial number and where more lie than are drawn.
    serials = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=100, required=False
    )


class CheckBody(CommandSerializer):
    item = RowField()
    result = serializers.ChoiceField(ChecklistItem.Result.values)


class MeasureBody(CommandSerializer):
    label = serializers.CharField(  # type: ignore[assignment]  # DRF's own attribute
        max_length=120, allow_blank=True, default=""
    )
    value = serializers.DecimalField(max_digits=14, decimal_places=4)
    unit = serializers.CharField(max_length=40, allow_blank=True, default="")
    item = RowField(required=False)


class FindingBody(CommandSerializer):
    severity = serializers.ChoiceField(Finding.Severity.values)
    text = serializers.CharField(max_length=4000)
    language = serializers.RegexField("^(en|ja)$", default="ja")
    minutes_low = serializers.IntegerField(min_value=0, max_value=100_000, default=0)
    minutes_high = serializers.IntegerField(min_value=0, max_value=100_000, default=0)


class PlanBody(CommandSerializer):
    site = RowField()


class NothingBody(CommandSerializer):
    """No body is needed."""
