"""What the API shows of who is away and of extra days, and what it takes."""

from datetime import UTC, date, datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from rest_framework import serializers

from common.api import CommandSerializer
from restoration.api.bodies import RowField
from restoration.queries.scenario_changes import YEARS
from workshop.models import Absence, ExtraDay

# What a plan may be asked to look at.
WITHIN_DAYS = [
    MinValueValidator(date(YEARS.start, 1, 1)),
    MaxValueValidator(date(YEARS.stop - 1, 12, 31)),
]
WITHIN_TIME = [
    MinValueValidator(datetime(YEARS.start, 1, 1, tzinfo=UTC)),
    MaxValueValidator(datetime(YEARS.stop, 1, 1, tzinfo=UTC)),
]
MOST_WORDS = 200


class AbsenceSerializer(serializers.ModelSerializer[Absence]):
    """A time in which a technician is away; an end that is not known is null."""

    starts_at = serializers.DateTimeField(source="period.lower", allow_null=True)
    ends_at = serializers.DateTimeField(source="period.upper", allow_null=True)

    class Meta:
        model = Absence
        fields = ["id", "technician", "starts_at", "ends_at", "reason"]


class AbsenceBody(CommandSerializer):
    technician = RowField()
    starts_at = serializers.DateTimeField(validators=WITHIN_TIME)
    ends_at = serializers.DateTimeField(validators=WITHIN_TIME)
    reason = serializers.CharField(max_length=MOST_WORDS, allow_blank=True, default="")


class ExtraDaySerializer(serializers.ModelSerializer[ExtraDay]):
    """Some hours of one day, of all or of one technician, on the site's clock.

    What was entered together has the same ``batch``.
    """

    class Meta:
        model = ExtraDay
        fields = [
            "id", "site", "technician", "day", "opens", "closes", "reason", "batch",
            "entered_at", "withdrawn_at",
        ]  # fmt: skip


class ExtraDaysBody(CommandSerializer):
    """One day, or one each week until ``to_on``; without hours by the usual ones."""

    site = RowField()
    from_on = serializers.DateField(validators=WITHIN_DAYS)
    to_on = serializers.DateField(
        validators=WITHIN_DAYS, required=False, allow_null=True, default=None
    )
    opens = serializers.TimeField(required=False, allow_null=True, default=None)
    closes = serializers.TimeField(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=MOST_WORDS, allow_blank=True, default="")


class WithdrawBody(CommandSerializer):
    """The day of the row alone, or all that was entered together with it."""

    whole_batch = serializers.BooleanField(default=False)
