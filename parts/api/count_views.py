"""Stocktakes over HTTP: opened, counted place by place, added up, written."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import idempotency_key
from parts import commands
from parts.api import bodies
from parts.api.base import KEY, PartsViewSet
from parts.models import Count, CountLine


class CountLineSerializer(serializers.ModelSerializer[CountLine]):
    """One position; while a blind count is open nobody reads what is expected."""

    expected = serializers.SerializerMethodField()

    class Meta:
        model = CountLine
        fields = ["id", "level", "counted", "expected", "counted_at", "movement"]

    def get_expected(self, line: CountLine) -> str | None:
        count = line.count
        if count.is_blind and count.state == Count.State.OPEN:
            return None
        return None if line.expected is None else str(line.expected)


class CountSerializer(serializers.ModelSerializer[Count]):
    """A stocktake."""

    class Meta:
        model = Count
        fields = [
            "id", "number", "site", "kind", "state", "is_blind", "reason", "due_on",
            "approval_limit", "variance_value", "opened_at", "counted_at", "posted_at",
        ]  # fmt: skip


class CountDetailSerializer(CountSerializer):
    """A stocktake with its positions."""

    lines = CountLineSerializer(many=True)

    class Meta(CountSerializer.Meta):
        fields = [*CountSerializer.Meta.fields, "lines"]


class CountViewSet(PartsViewSet[Count]):
    """Stocktakes, newest first."""

    queryset = Count.objects.prefetch_related("lines__count").order_by("-pk")
    serializer_class = CountSerializer
    filterset_fields = ["state", "kind", "site"]

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        if self.action == "retrieve":
            return CountDetailSerializer
        return super().get_serializer_class()

    @extend_schema(parameters=[KEY], responses={201: CountSerializer})
    @action(detail=False, methods=["post"], serializer_class=bodies.OpenCountBody)
    def open(self, request: Request) -> Response:
        """Open a stocktake of the positions that hold something."""
        body = self.body(request)
        count = commands.open_count(
            site_id=body["site"],
            kind=body["kind"],
            bin_id=body.get("bin"),
            value_from=body.get("value_from"),
            not_since=body.get("not_since"),
            due_on=body.get("due_on"),
            approval_limit=body.get("approval_limit"),
            is_blind=body["is_blind"],
            reason=body["reason"],
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(CountSerializer, count, status.HTTP_201_CREATED)

    @extend_schema(parameters=[KEY], responses={201: CountLineSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.FindBody)
    def find(self, request: Request, pk: str) -> Response:
        """Write down what lies in one place; a second find replaces the first."""
        body = self.body(request)
        line = commands.enter_find(
            count_id=self.row_id(),
            level_id=body.get("level"),
            part_id=body.get("part"),
            bin_id=body.get("bin"),
            lot=body.get("lot", ""),
            counted=body["counted"],
            serials=body.get("serials", ()),
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(CountLineSerializer, line, status.HTTP_201_CREATED)

    @extend_schema(responses={200: CountSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.SubmitCountBody)
    def submit(self, request: Request, pk: str) -> Response:
        """Say that everything has been counted. Safe to repeat."""
        count = commands.submit_count(
            count_id=self.row_id(),
            leave_out=self.body(request)["leave_out"],
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(CountSerializer, count, status.HTTP_200_OK)

    @extend_schema(parameters=[KEY], request=None, responses={200: CountSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.NothingBody)
    def write(self, request: Request, pk: str) -> Response:
        """Agree and write; 403 ``second_person_needed`` above the limit."""
        count = commands.post_count(
            count_id=self.row_id(),
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(CountSerializer, count, status.HTTP_200_OK)

    @extend_schema(
        parameters=[KEY],
        responses={200: CountSerializer},
        examples=[
            OpenApiExample(
                "Two shelves were left out",
                {"reason": "the upper shelves were left out"},
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["post"], serializer_class=bodies.WhyBody)
    def reopen(self, request: Request, pk: str) -> Response:
        """Have a stocktake counted again that was added up and not yet written."""
        body = self.body(request)

        def work() -> Count:
            count_id = self.row_id()
            commands.reopen_count(count_id=count_id, **body, **self.who(request))
            return self.get_object()

        return self.acted(request, "reopen_count", work, CountSerializer)

    @extend_schema(responses={200: CountSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.ReasonBody)
    def cancel(self, request: Request, pk: str) -> Response:
        """Give a stocktake up; stock stays as it is. Safe to repeat."""
        commands.cancel_count(
            count_id=self.row_id(),
            reason=self.body(request)["reason"],
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(CountSerializer, self.get_object(), status.HTTP_200_OK)
