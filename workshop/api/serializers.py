"""What the API tells of the house."""

from rest_framework import serializers

from common.api import CommandSerializer
from workshop.models import ApiToken, Customer, ExchangeRate, User


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    """Who cars and parts are worked for."""

    has_login = serializers.BooleanField(read_only=True)

    class Meta:
        model = Customer
        fields = [
            "id",
            "name",
            "name_kana",
            "email",
            "phone",
            "country",
            "address",
            "language",
            "time_zone",
            "currency",
            "has_login",
            "created_at",
        ]
        read_only_fields = fields


class ExchangeRateSerializer(serializers.ModelSerializer[ExchangeRate]):
    """What one unit of a currency was worth on one day."""

    class Meta:
        model = ExchangeRate
        fields = ["id", "currency", "base", "per_unit", "valid_on", "source"]
        read_only_fields = fields


class RateBody(CommandSerializer):
    """A rate as it is entered."""

    currency = serializers.RegexField(r"^[A-Z]{3}$")
    base = serializers.RegexField(r"^[A-Z]{3}$", default="JPY")
    per_unit = serializers.DecimalField(max_digits=18, decimal_places=8)
    valid_on = serializers.DateField()
    source = serializers.CharField(  # type: ignore[assignment]  # the name of a field
        max_length=120
    )


class MeSerializer(serializers.ModelSerializer[User]):
    """Who calls, and how far the call may go."""

    scope = serializers.ChoiceField(
        choices=ApiToken.Scope.choices,
        allow_null=True,
        read_only=True,
        help_text="The token's scope; null for a person who has signed in.",
    )

    class Meta:
        model = User
        fields = ["id", "email", "full_name", "role", "language", "time_zone", "scope"]
        read_only_fields = fields
