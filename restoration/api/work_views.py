"""Job cards and plans over HTTP."""

from typing import Any, cast

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import etag, expected_version, idempotency_key
from common.errors import InvalidInput
from common.querysets import ScopedQuerySet, get_visible
from restoration import commands, queries
from restoration.api import bodies
from restoration.api import plan_serializers as arguing
from restoration.api import serializers as shown
from restoration.api.base import KEY, VERSION, HouseViewSet, caller
from restoration.models import Assignment, JobCard, JobCardPart, PlanChange, PlanRun
from workshop.models import Technician


class JobCardViewSet(HouseViewSet[JobCard]):
    """Job cards, for everyone who works here. Changes name the version they read."""

    queryset = JobCard.objects.select_related("project").order_by("-project", "number")
    serializer_class = shown.JobCardSerializer
    filterset_fields = ["project", "state", "operation"]

    def get_queryset(self) -> ScopedQuerySet[JobCard]:
        rows = super().get_queryset()
        if self.action != "retrieve":
            return rows
        return rows.prefetch_related(
            Prefetch("parts", JobCardPart.objects.select_related("part", "demand")),
            "parts__part__numbers",
            "checklist",
        )

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        if self.action == "retrieve":
            return shown.JobCardDetailSerializer
        return super().get_serializer_class()

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one card, with its version as ETag."""
        card = self.get_object()
        return self._told(card, shown.JobCardDetailSerializer)

    @extend_schema(parameters=[KEY, VERSION], responses={200: shown.JobCardSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.StartBody)
    def start(self, request: Request, pk: str) -> Response:
        """Start a clock; 409 ``not_ready`` says what the card waits for."""
        body = self.body(request)
        card = commands.start_card(
            card_id=self.get_object().pk,
            technician_id=_technician(request, body),
            without_parts_because=body["without_parts_because"],
            user_id=caller(request),
            version=expected_version(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self._told(card)

    @extend_schema(parameters=[KEY, VERSION], responses={200: shown.JobCardSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.PauseBody)
    def pause(self, request: Request, pk: str) -> Response:
        """Stop a clock, with a reason."""
        body = self.body(request)
        card = commands.pause_card(
            card_id=self.get_object().pk,
            technician_id=_technician(request, body),
            reason=body["reason"],
            user_id=caller(request),
            version=expected_version(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self._told(card)

    @extend_schema(
        request=None,
        parameters=[KEY, VERSION],
        responses={200: shown.JobCardSerializer},
    )
    @action(detail=True, methods=["post"], serializer_class=bodies.NothingBody)
    def finish(self, request: Request, pk: str) -> Response:
        """Finish a card: all its clocks stop."""
        card = commands.finish_card(
            card_id=self.get_object().pk,
            user_id=caller(request),
            version=expected_version(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self._told(card)

    @extend_schema(parameters=[KEY], responses={200: shown.JobCardPartSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.DrawBody)
    def draw(self, request: Request, pk: str) -> Response:
        """Draw pieces of one of the card's parts from the store."""
        body = self.body(request)
        card: JobCard = self.get_object()
        if not card.parts.filter(pk=body["card_part"]).exists():
            raise InvalidInput(
                _("The card has no such line."), field="card_part", card=card.pk
            )
        row = commands.draw_parts(
            card_part_id=body["card_part"],
            quantity=body["quantity"],
            serials=body.get("serials", ()),
            user_id=caller(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self.told(shown.JobCardPartSerializer, row)

    @extend_schema(parameters=[KEY], responses={200: shown.ChecklistItemSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.CheckBody)
    def check(self, request: Request, pk: str) -> Response:
        """Tick a line of the card's checklist."""
        body = self.body(request)
        card: JobCard = self.get_object()
        if not card.checklist.filter(pk=body["item"]).exists():
            raise InvalidInput(
                _("The card has no such line."), field="item", card=card.pk
            )
        item = commands.check_item(
            item_id=body["item"],
            result=body["result"],
            technician_id=_own_technician(request),
            user_id=caller(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self.told(shown.ChecklistItemSerializer, item)

    @extend_schema(parameters=[KEY], responses={201: shown.MeasurementSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.MeasureBody)
    def measure(self, request: Request, pk: str) -> Response:
        """Write a measured value down."""
        body = self.body(request)
        row = commands.record_measurement(
            card_id=self.get_object().pk,
            label=body["label"],
            value=body["value"],
            unit=body["unit"],
            inspection_item_id=body.get("item"),
            technician_id=_own_technician(request),
            user_id=caller(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self.told(shown.MeasurementSerializer, row, 201)

    @extend_schema(parameters=[KEY], responses={201: shown.FindingSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.FindingBody)
    def find(self, request: Request, pk: str) -> Response:
        """Report something that was not agreed."""
        body = self.body(request)
        finding = commands.raise_finding(
            card_id=self.get_object().pk,
            severity=body["severity"],
            text=body["text"],
            language=body["language"],
            minutes_low=body["minutes_low"],
            minutes_high=body["minutes_high"],
            user_id=caller(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self.told(shown.FindingSerializer, finding, 201)

    @extend_schema(parameters=[KEY, VERSION], responses={200: shown.JobCardSerializer})
    @action(detail=True, methods=["post"], serializer_class=arguing.RemainingBody)
    def remaining(self, request: Request, pk: str) -> Response:
        """Say how many minutes of work are left; the next plan counts on it."""
        card = commands.state_remaining(
            card_id=self.get_object().pk,
            minutes=self.body(request)["minutes"],
            user_id=caller(request),
            version=expected_version(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self._told(card)

    @extend_schema(responses={200: arguing.PinCheckSerializer})
    @action(detail=True, methods=["post"], serializer_class=arguing.PinBody)
    def try_pin(self, request: Request, pk: str) -> Response:
        """Say whether the card could be held so, and what it would cost."""
        body = self.body(request)
        found = queries.check_pin(
            self.get_object(),
            starts_at=body["starts_at"],
            technicians=sorted(set(body["technicians"])),
            bay=body["bay"],
            at=timezone.now(),
        )
        return self.told(arguing.PinCheckSerializer, found)

    @extend_schema(parameters=[KEY, VERSION], responses={201: arguing.PinSerializer})
    @action(detail=True, methods=["post"], serializer_class=arguing.PinReasonBody)
    def pin(self, request: Request, pk: str) -> Response:
        """Hold the card; 409 ``pin_refused`` says why it cannot be held so."""
        body = self.body(request)
        pin = commands.pin_card(
            card_id=self.get_object().pk,
            starts_at=body["starts_at"],
            technician_ids=body["technicians"],
            bay_id=body["bay"],
            reason=body["reason"],
            user_id=caller(request),
            version=expected_version(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self.told(arguing.PinSerializer, pin, 201)

    def _told(
        self,
        card: JobCard,
        serializer: type[serializers.BaseSerializer[Any]] = shown.JobCardSerializer,
    ) -> Response:
        return self.told(serializer, card, ETag=etag(card.version))


class PlanRunViewSet(HouseViewSet[PlanRun]):
    """Runs of the planner, newest first, with what each answered or why it failed."""

    queryset = PlanRun.objects.order_by("-pk")
    serializer_class = shown.PlanRunSerializer
    filterset_fields = ["site", "state", "is_in_force"]

    @extend_schema(parameters=[KEY], responses={202: shown.PlanRunSerializer})
    @action(detail=False, methods=["post"], serializer_class=bodies.PlanBody)
    def ask(self, request: Request) -> Response:
        """Ask for a new plan. While one is queued, this returns that one."""
        run = commands.plan_again(
            site_id=self.body(request)["site"],
            user_id=caller(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self.told(shown.PlanRunSerializer, run, 202)

    @extend_schema(responses=shown.AssignmentSerializer(many=True))
    @action(detail=True, filter_backends=[])
    def assignments(self, request: Request, pk: str) -> Response:
        """Who works on what, where and when, in the order of their starts."""
        rows = (
            Assignment.objects.filter(run=self.get_object())
            .select_related("card")
            .prefetch_related("technician_bookings", "bay_bookings")
            .order_by("starts_at", "pk")
        )
        page: Any = self.paginate_queryset(cast("Any", rows))
        data = shown.AssignmentSerializer(page, many=True).data
        return self.get_paginated_response(data)

    @extend_schema(responses=arguing.PlanChangeSerializer(many=True))
    @action(detail=True, filter_backends=[])
    def changes(self, request: Request, pk: str) -> Response:
        """What it changes against the plan in force before, card by card."""
        rows = PlanChange.objects.filter(run=self.get_object()).order_by("card")
        page: Any = self.paginate_queryset(cast("Any", rows))
        data = arguing.PlanChangeSerializer(page, many=True).data
        return self.get_paginated_response(data)


def _own_technician(request: Request) -> int | None:
    people = Technician.objects.employed().filter(user_id=caller(request))
    return people.values_list("pk", flat=True).first()


def _technician(request: Request, body: dict[str, Any]) -> int:
    """Return whose clock is meant: the one named, else the caller's own."""
    if "technician" in body:
        return get_visible(Technician, request.user, pk=body["technician"]).pk
    own = _own_technician(request)
    if own is None:
        raise InvalidInput(_("Say whose clock is meant."), field="technician")
    return own
