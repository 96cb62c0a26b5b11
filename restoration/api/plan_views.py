"""Arguing with the plan: pins, scenarios, calendar feeds."""

from collections.abc import Callable

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import idempotency_key
from restoration import commands
from restoration.api import bodies
from restoration.api import plan_serializers as shown
from restoration.api.base import KEY, HouseViewSet, caller
from restoration.models import CalendarFeed, Pin, Scenario


class PinViewSet(HouseViewSet[Pin]):
    """Cards that are or were held, newest first."""

    queryset = Pin.objects.prefetch_related("technicians").order_by("-pk")
    serializer_class = shown.PinSerializer
    filterset_fields = {"card": ["exact"], "released_at": ["isnull"]}

    @extend_schema(request=None, parameters=[KEY], responses={200: shown.PinSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.NothingBody)
    def release(self, request: Request, pk: str) -> Response:
        """Let a card go where the plan puts it. Twice changes nothing."""
        pin = commands.release_pin(
            pin_id=self.get_object().pk,
            user_id=caller(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self.told(shown.PinSerializer, pin)


class CalendarFeedViewSet(HouseViewSet[CalendarFeed]):
    """Addresses at which plans are read as calendars; their secrets are not here."""

    queryset = CalendarFeed.objects.order_by("-pk")
    serializer_class = shown.CalendarFeedSerializer
    filterset_fields = {
        "technician": ["exact"], "bay": ["exact"], "revoked_at": ["isnull"],
    }  # fmt: skip

    @extend_schema(parameters=[KEY], responses={201: shown.IssuedFeedSerializer})
    @action(detail=False, methods=["post"], serializer_class=shown.FeedBody)
    def issue(self, request: Request) -> Response:
        """Make an address for one person's or bay's plan; technicians for their own."""
        body = self.body(request)
        feed, _secret = commands.issue_feed(
            technician_id=body["technician"],
            bay_id=body["bay"],
            user_id=caller(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self.told(shown.IssuedFeedSerializer, feed, 201)

    @extend_schema(
        request=None, parameters=[KEY], responses={200: shown.CalendarFeedSerializer}
    )
    @action(detail=True, methods=["post"], serializer_class=bodies.NothingBody)
    def revoke(self, request: Request, pk: str) -> Response:
        """Close an address. Twice changes nothing."""
        feed = commands.revoke_feed(
            feed_id=self.get_object().pk,
            user_id=caller(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self.told(shown.CalendarFeedSerializer, feed)


class ScenarioViewSet(HouseViewSet[Scenario]):
    """What if: planned copies of the shop, newest first."""

    queryset = Scenario.objects.select_related("site", "run").order_by("-pk")
    serializer_class = shown.ScenarioSerializer
    filterset_fields = ["site", "state"]

    @extend_schema(parameters=[KEY], responses={202: shown.ScenarioSerializer})
    @action(detail=False, methods=["post"], serializer_class=shown.ScenarioBody)
    def open(self, request: Request) -> Response:
        """Ask what if; the comparison is there once the state is READY."""
        body = self.body(request)
        scenario = commands.open_scenario(
            site_id=body["site"],
            name=body["name"],
            changes=body["changes"],
            user_id=caller(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self.told(shown.ScenarioSerializer, scenario, 202)

    @extend_schema(parameters=[KEY], responses={202: shown.ScenarioSerializer})
    @action(detail=True, methods=["post"], serializer_class=shown.ScenarioChangesBody)
    def reckon(self, request: Request, pk: str) -> Response:
        """Plan it again with these changes, against the plan in force now."""
        body = self.body(request)
        scenario = commands.reckon_scenario(
            scenario_id=self.get_object().pk,
            changes=body["changes"],
            user_id=caller(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self.told(shown.ScenarioSerializer, scenario, 202)

    @extend_schema(
        request=None, parameters=[KEY], responses={200: shown.ScenarioSerializer}
    )
    @action(detail=True, methods=["post"], serializer_class=bodies.NothingBody)
    def publish(self, request: Request, pk: str) -> Response:
        """Make it real as far as commands reach; ``to_do`` says what is left."""
        return self._closed(request, commands.publish_scenario)

    @extend_schema(
        request=None, parameters=[KEY], responses={200: shown.ScenarioSerializer}
    )
    @action(detail=True, methods=["post"], serializer_class=bodies.NothingBody)
    def discard(self, request: Request, pk: str) -> Response:
        """Throw it away. Twice changes nothing."""
        return self._closed(request, commands.discard_scenario)

    def _closed(self, request: Request, command: Callable[..., Scenario]) -> Response:
        scenario = command(
            scenario_id=self.get_object().pk,
            user_id=caller(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self.told(shown.ScenarioSerializer, scenario)
