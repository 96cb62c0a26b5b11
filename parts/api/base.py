"""What all views of the parts house share."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import run_command
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
    description='The version that was read, as in `"81985529216486"`.',
)


class PartsViewSet(ScopedReadOnlyViewSet[M]):
    """Rows of the parts house: filtered lists, numbers as keys."""

    filter_backends = [DjangoFilterBackend]
    lookup_value_regex = "[0-9]{1,18}"

    def row_id(self) -> int:
        """Return the key of the row an action is about, if the caller may see it.

        Raises:
            Http404: there is no such row, or it is not theirs to see.
        """
        rows = self.get_queryset().select_related(None).prefetch_related(None)
        keys = rows.order_by().values_list("pk", flat=True)
        row_id: int = get_object_or_404(keys, pk=self.kwargs["pk"])
        return row_id

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

    def who(self, request: Request) -> dict[str, Any]:
        """Actor and instant, as commands name them."""
        return {"actor_id": request.user.pk, "at": timezone.now()}

    def acted(
        self,
        request: Request,
        command: str,
        work: Callable[[], Any],
        told: type[serializers.BaseSerializer[Any]] | None,
        code: int = 200,
        **body: object,
    ) -> Response:
        """Run a command once under the request's key; a repeat is told the same.

        Args:
            request: carries the key.
            command: what the key stands for.
            work: looks the row up, calls the command, returns what is to be told: a row
                or a list of rows.
            told: the shape of the answer; None where there is nothing to tell.
            code: of the answer.
            body: what the command depends on besides the request's data and path.
        """

        def tell() -> Any:
            row = work()
            if told is None:
                return None
            context = self.get_serializer_context()
            shown = told(row, many=isinstance(row, list), context=context).data
            return json.loads(JSONRenderer().render(shown))

        answer = run_command(request, command=f"api.{command}", work=tell, body=body)
        return Response(answer, status=code)
