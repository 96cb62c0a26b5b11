"""What all views of the restoration house share."""

from typing import Any, TypeVar

from django.db.models import Model
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.errors import NotAllowed
from common.viewsets import ScopedReadOnlyViewSet

M = TypeVar("M", bound=Model)
KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The same key and body have their effect once.",
)
VERSION = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The version that was read, in quotes; 412 when it has changed since.",
)


class HouseViewSet(ScopedReadOnlyViewSet[M]):
    """Rows of the restoration house: filtered lists, numbers as keys."""

    filter_backends = [DjangoFilterBackend]
    lookup_value_regex = "[0-9]{1,18}"

    def body(self, request: Request) -> dict[str, Any]:
        """Return the request's body, checked against the action's serializer.

        Somebody else's row is missing, whatever the body says of it.
        """
        if self.detail:
            self.get_object()
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def told(
        self,
        serializer: type[serializers.BaseSerializer[Any]],
        row: Any,
        code: int = 200,
        **headers: str,
    ) -> Response:
        data = serializer(row, context=self.get_serializer_context()).data
        return Response(data, status=code, headers=headers)


def caller(request: Request) -> int:
    """Return who asks, for commands that need somebody to answer for them.

    Raises:
        NotAllowed: nobody has signed in.
    """
    if request.user.pk is None:
        raise NotAllowed
    return int(request.user.pk)
