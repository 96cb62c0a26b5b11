"""What the API shows of pins, scenarios, feeds and what a plan changes."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api import CommandSerializer
from restoration import queries
from restoration.api.bodies import RowField
from restoration.models import CalendarFeed, Pin, PlanChange, Scenario


class PlanChangeSerializer(serializers.ModelSerializer[PlanChange]):
    """What a plan does to a card, against the plan in force before."""

    moved_minutes = serializers.IntegerField(allow_null=True)

    class Meta:
        model = PlanChange
        fields = [
            "card", "kind", "was_starts_at", "was_ends_at", "starts_at", "ends_at",
            "was_technicians", "technicians", "was_bay", "bay", "moved_minutes",
        ]  # fmt: skip


class PinSerializer(serializers.ModelSerializer[Pin]):
    """A card that is held; ``price`` is in weighted days after promises."""

    class Meta:
        model = Pin
        fields = [
            "id", "card", "starts_at", "ends_at", "technicians", "bay", "reason",
            "price", "pinned_at", "released_at",
        ]  # fmt: skip


class PinBody(CommandSerializer):
    """What is to be held; what is left out is chosen."""

    starts_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    technicians = serializers.ListField(
        child=RowField(), max_length=20, required=False, default=list
    )
    bay = RowField(required=False, allow_null=True, default=None)


class PinReasonBody(PinBody):
    reason = serializers.CharField(max_length=200)


class CarEndSerializer(serializers.Serializer[queries.CarEnd]):
    """When a car's work ends if all else only waits for the pin, and without it."""

    project = serializers.IntegerField()
    number = serializers.CharField()
    is_own = serializers.BooleanField()
    was_on = serializers.DateField()
    now_on = serializers.DateField()
    promised_on = serializers.DateField(allow_null=True)
    days_after_promise = serializers.IntegerField()


class PinCheckSerializer(serializers.Serializer[queries.PinCheck]):
    """What a pin would come to; with a refusal only that is filled in."""

    refusal = serializers.SerializerMethodField()
    sentence = serializers.CharField()
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    technicians = serializers.ListField(child=serializers.IntegerField())
    bay = serializers.IntegerField(allow_null=True)
    price = serializers.DecimalField(max_digits=14, decimal_places=3, allow_null=True)
    cars = CarEndSerializer(many=True)

    @extend_schema_field(serializers.CharField())
    def get_refusal(self, row: queries.PinCheck) -> str:
        return row.refusal.code if row.refusal is not None else ""


class RemainingBody(CommandSerializer):
    minutes = serializers.IntegerField(min_value=0, max_value=100_000)


class FeedBody(CommandSerializer):
    """Either a technician or a bay."""

    technician = RowField(required=False, allow_null=True, default=None)
    bay = RowField(required=False, allow_null=True, default=None)


class CalendarFeedSerializer(serializers.ModelSerializer[CalendarFeed]):
    class Meta:
        model = CalendarFeed
        fields = ["id", "technician", "bay", "issued_at", "revoked_at"]


class IssuedFeedSerializer(CalendarFeedSerializer):
    """A feed with the secret of its address, which is shown here only."""

    secret = serializers.SerializerMethodField()

    class Meta(CalendarFeedSerializer.Meta):
        fields = [*CalendarFeedSerializer.Meta.fields, "secret"]

    def get_secret(self, feed: CalendarFeed) -> str:
        return queries.feed_secret(feed)


class ScenarioChangeBody(CommandSerializer):
    """One change; which of its values are needed depends on its kind."""

    kind = serializers.ChoiceField(["ABSENCE", "CAR", "PART", "SATURDAYS"])
    technician = RowField(required=False)
    demand = RowField(required=False)
    name = serializers.CharField(max_length=80, required=False)
    template = serializers.CharField(max_length=40, required=False)
    weight = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    from_on = serializers.DateField(required=False)
    to_on = serializers.DateField(required=False)
    arrives_on = serializers.DateField(required=False)
    due_on = serializers.DateField(required=False)
    on = serializers.DateField(required=False)
    cost = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, required=False
    )


class ScenarioChangesBody(CommandSerializer):
    changes = ScenarioChangeBody(  # type: ignore[call-arg]  # the length is the list's
        many=True, allow_empty=False, max_length=20
    )

    def validate_changes(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """As a scenario keeps them: days and amounts as texts."""
        return [
            {k: v if isinstance(v, int | str) else str(v) for k, v in each.items()}
            for each in value
        ]


class ScenarioBody(ScenarioChangesBody):
    site = RowField()
    name = serializers.CharField(max_length=120)


class ScenarioList(serializers.ListSerializer[Any]):
    """Several scenarios: what their changes name is read for all at once."""

    def to_representation(self, data: Any) -> list[Any]:
        rows = list(data)
        names = queries.change_names(rows)
        row_of = cast("ScenarioSerializer", self.child)
        return [row_of.told(row, queries.scenario_story(row, names)) for row in rows]


class ScenarioSerializer(serializers.ModelSerializer[Scenario]):
    """A scenario with its comparison, in the words of the reader's language."""

    said = serializers.SerializerMethodField()
    refusal = serializers.SerializerMethodField()
    to_do = serializers.SerializerMethodField()

    class Meta:
        model = Scenario
        list_serializer_class = ScenarioList
        fields = [
            "id", "site", "name", "state", "changes", "said", "base", "run", "result",
            "refusal", "to_do", "created_at", "closed_at",
        ]  # fmt: skip

    def to_representation(self, row: Scenario) -> dict[str, Any]:
        return self.told(row, queries.scenario_story(row))

    def told(self, row: Scenario, story: queries.ScenarioStory) -> dict[str, Any]:
        self.story = story
        return super().to_representation(row)

    def get_said(self, _row: Scenario) -> list[str]:
        return list(self.story.changes)

    def get_refusal(self, _row: Scenario) -> str:
        return self.story.refusal

    def get_to_do(self, _row: Scenario) -> list[str]:
        return list(self.story.left_to_do)
