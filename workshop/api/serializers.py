"""What the API tells of the house."""

from rest_framework import serializers

from workshop.models import ApiToken, Customer, User


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
