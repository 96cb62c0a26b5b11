"""What all views of the parts house share."""

from typing import Any, TypeVar

from django.db.models import Model
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.viewsets import ScopedReadOnlyViewSet

M = TypeVar("M", bound=Model)
KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The same key and body have their effect once.",
)


class PartsViewSet(ScopedReadOnlyViewSet[M]):
    """Rows of the parts house: filtered lists, numbers as keys."""

    filter_backends = [DjangoFilterBackend]
    lookup_value_regex = "[0-9]{1,18}"

    def body(self, request: Request) -> dict[str, Any]:
        """Return the request's body, checked against the action's serializer."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def told(
        self, serializer: type[serializers.BaseSerializer[Any]], row: Any, code: int
    ) -> Response:
        data = serializer(row, context=self.get_serializer_context()).data
        return Response(data, status=code)
