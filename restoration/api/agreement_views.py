"""Cars, projects and estimates over HTTP."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import idempotency_key
from restoration import commands, queries
from restoration.api import bodies
from restoration.api import serializers as shown
from restoration.api.base import KEY, HouseViewSet, caller
from restoration.models import Estimate, Project, Vehicle


class VehicleViewSet(HouseViewSet[Vehicle]):
    """Cars: the house sees all, an owner their own."""

    queryset = Vehicle.objects.select_related("variant", "colour").order_by(
        "frame_number", "pk"
    )
    serializer_class = shown.VehicleSerializer
    filterset_fields = ["prefix", "variant"]

    @extend_schema(
        parameters=[
            OpenApiParameter("frame_number", str, required=True),
            OpenApiParameter("model_code", str),
        ],
        responses=shown.FrameReadingSerializer,
    )
    @action(detail=False, pagination_class=None, filter_backends=[])
    def decode(self, request: Request) -> Response:
        """Say what a frame number can be; 422 ``never_built`` with the ranges."""
        asked = request.query_params
        reading = queries.decode_frame_number(
            asked.get("frame_number", "").replace("\x00", "")[:100],
            model_code=asked.get("model_code", "").replace("\x00", "")[:100],
        )
        return self.told(shown.FrameReadingSerializer, reading)

    @extend_schema(responses={201: shown.VehicleSerializer})
    @action(detail=False, methods=["post"], serializer_class=bodies.EnterVehicleBody)
    def enter(self, request: Request) -> Response:
        """Enter a car that the record knows. A second entry finds the first."""
        body = self.body(request)
        car = commands.enter_vehicle(
            frame_number=body["frame_number"],
            model_code=body["model_code"],
            colour_code=body["colour_code"],
            customer_id=body["customer"],
            variant_id=body.get("variant"),
            user_id=caller(request),
            at=timezone.now(),
        )
        return self.told(shown.VehicleSerializer, car, 201)

    @extend_schema(responses={201: shown.VehicleSerializer})
    @action(
        detail=False,
        methods=["post"],
        url_path="enter-unlisted",
        serializer_class=bodies.UnlistedVehicleBody,
    )
    def enter_unlisted(self, request: Request) -> Response:
        """Enter a car that no range holds, on a manager's word."""
        body = self.body(request)
        car = commands.enter_unlisted_vehicle(
            frame_number=body["frame_number"],
            model_code=body["model_code"],
            customer_id=body["customer"],
            reason=body["reason"],
            user_id=caller(request),
            at=timezone.now(),
        )
        return self.told(shown.VehicleSerializer, car, 201)


class ProjectViewSet(HouseViewSet[Project]):
    """Projects, newest first: the house sees all, a customer their own."""

    queryset = Project.objects.select_related("vehicle").order_by("-pk")
    serializer_class = shown.ProjectSerializer
    filterset_fields = ["state", "vehicle", "number"]

    @extend_schema(parameters=[KEY], responses={201: shown.ProjectSerializer})
    @action(detail=False, methods=["post"], serializer_class=bodies.OpenProjectBody)
    def open(self, request: Request) -> Response:
        """Open a project on a car."""
        body = self.body(request)
        project = commands.open_project(
            vehicle_id=body["vehicle"],
            customer_id=body["customer"],
            site_id=body["site"],
            title_en=body["title_en"],
            title_ja=body["title_ja"],
            template_code=body["template"],
            wished_on=body["wished_on"],
            weight=body["weight"],
            user_id=caller(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self.told(shown.ProjectSerializer, project, 201)

    @extend_schema(responses=shown.PromiseSerializer(many=True))
    @action(detail=True, pagination_class=None, filter_backends=[])
    def promises(self, request: Request, pk: str) -> Response:
        """Every date that was given for the car, newest first, and what moved it."""
        history = queries.promise_history(self.get_object())
        return Response(shown.PromiseSerializer(history, many=True).data)

    @extend_schema(request=None, responses={200: shown.ProjectSerializer})
    @action(
        detail=True,
        methods=["post"],
        url_path="hand-over",
        serializer_class=bodies.NothingBody,
    )
    def hand_over(self, request: Request, pk: str) -> Response:
        """Hand the car over; 409 ``still_open`` says each thing that is open."""
        project = commands.hand_over(
            project_id=self.get_object().pk, user_id=caller(request), at=timezone.now()
        )
        return self.told(shown.ProjectSerializer, project)

    @extend_schema(responses={200: shown.ProjectSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.GiveUpBody)
    def cancel(self, request: Request, pk: str) -> Response:
        """Give the project up. Safe to repeat."""
        project = commands.cancel_project(
            project_id=self.get_object().pk,
            reason=self.body(request)["reason"],
            user_id=caller(request),
            at=timezone.now(),
        )
        return self.told(shown.ProjectSerializer, project)


class EstimateViewSet(HouseViewSet[Estimate]):
    """Versions of estimates, newest first; a customer sees those that were sent."""

    queryset = Estimate.objects.order_by("-pk")
    serializer_class = shown.EstimateSerializer
    filterset_fields = ["project", "state"]

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        if self.action == "retrieve":
            return shown.EstimateDetailSerializer
        return super().get_serializer_class()

    @extend_schema(responses={201: shown.EstimateDetailSerializer})
    @action(detail=False, methods=["post"], serializer_class=bodies.DraftBody)
    def draft(self, request: Request) -> Response:
        """Draft the next version of a project's estimate from a template."""
        body = self.body(request)
        estimate = commands.draft_estimate(
            project_id=body["project"],
            template_code=body["template"],
            engine_menu=body.get("engine_menu"),
            user_id=caller(request),
            at=timezone.now(),
        )
        return self.told(shown.EstimateDetailSerializer, estimate, 201)

    @extend_schema(request=None, responses={200: shown.EstimateSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.NothingBody)
    def send(self, request: Request, pk: str) -> Response:
        """Seal a draft and send it to the customer. Safe to repeat."""
        estimate = commands.send_estimate(
            estimate_id=self.get_object().pk,
            user_id=caller(request),
            at=timezone.now(),
        )
        return self.told(shown.EstimateSerializer, estimate)

    @extend_schema(parameters=[KEY], responses={200: shown.EstimateDetailSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.DecideBody)
    def decide(self, request: Request, pk: str) -> Response:
        """Decide every line and sign; 412 when the page read is not the one sent."""
        body = self.body(request)
        estimate = commands.decide_estimate(
            estimate_id=self.get_object().pk,
            decisions={d["line"]: d["decision"] for d in body["decisions"]},
            signed_name=body["signed_name"],
            content_hash=body["content_hash"],
            user_id=caller(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self.told(shown.EstimateDetailSerializer, estimate)
