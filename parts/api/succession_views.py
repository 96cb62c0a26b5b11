"""What takes a number's place and what may stand in for it, over HTTP: read, ended."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import CommandSerializer
from parts import commands
from parts.api.base import KEY, PartsViewSet
from parts.api.bodies import RowField, WhyBody
from parts.api.catalogue_bodies import SupersessionSerializer
from parts.models import Alternate, Supersession


class EndBody(CommandSerializer):
    """The last day it holds, and who says so."""

    ends_on = serializers.DateField()
    reason = serializers.CharField(max_length=200)


class StandInBody(CommandSerializer):
    part = RowField()
    alternate = RowField()
    source = serializers.CharField(  # type: ignore[assignment]  # the name of a field
        max_length=200
    )
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    needs_consent = serializers.BooleanField(required=False, default=True)


class AlternateSerializer(serializers.ModelSerializer[Alternate]):
    """A part that may stand in for another, as a lead to be checked."""

    class Meta:
        model = Alternate
        fields = ["id", "part", "alternate", "note", "needs_consent", "source"]


class SupersessionViewSet(PartsViewSet[Supersession]):
    """What takes whose place, and under which conditions. Entered on the old part."""

    queryset = Supersession.objects.order_by("pk")
    serializer_class = SupersessionSerializer
    filterset_fields = ["old", "new", "kind"]

    @extend_schema(
        parameters=[KEY],
        responses={200: SupersessionSerializer},
        examples=[
            OpenApiExample(
                "Until the end of the year",
                {"ends_on": "2026-12-31", "reason": "maker's bulletin 41"},
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["post"], serializer_class=EndBody)
    def end(self, request: Request, pk: str) -> Response:
        """Let a replacement hold until a day and no longer. Its row stays."""
        body = self.body(request)

        def work() -> Supersession:
            return commands.end_supersession(
                supersession_id=self.row_id(), **body, **self.who(request)
            )

        return self.acted(request, "end_supersession", work, SupersessionSerializer)


class AlternateViewSet(PartsViewSet[Alternate]):
    """What may stand in for what."""

    queryset = Alternate.objects.order_by("pk")
    serializer_class = AlternateSerializer
    filterset_fields = ["part", "alternate"]

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Alternate]]:
        return (
            StandInBody if self.action == "create" else super().get_serializer_class()
        )

    @extend_schema(
        parameters=[KEY],
        responses={201: AlternateSerializer},
        examples=[
            OpenApiExample(
                "A reproduction may stand in",
                {
                    "part": 17,
                    "alternate": 52,
                    "source": "fitted twice",
                    "note": "check the dowel",
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Request) -> Response:
        """Say that one part may stand in for another; again: its note is changed."""
        body = self.body(request)

        def work() -> Alternate:
            return commands.add_alternate(
                part_id=body["part"],
                alternate_id=body["alternate"],
                source=body["source"],
                note=body.get("note", ""),
                needs_consent=body["needs_consent"],
                **self.who(request),
            )

        return self.acted(request, "add_alternate", work, AlternateSerializer, 201)

    @extend_schema(
        parameters=[KEY],
        responses={204: None},
        examples=[
            OpenApiExample(
                "Taken back", {"reason": "does not clear the hose"}, request_only=True
            )
        ],
    )
    @action(detail=True, methods=["post"], serializer_class=WhyBody)
    def end(self, request: Request, pk: str) -> Response:
        """Take a stand-in back, as of now; the record keeps when, who and why."""
        body = self.body(request)

        def work() -> None:
            commands.remove_alternate(
                alternate_id=self.row_id(), **body, **self.who(request)
            )

        return self.acted(request, "remove_alternate", work, None, 204)
