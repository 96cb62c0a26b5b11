"""Numbers that may vanish, and what was seen of parts, over HTTP.

They are watched, let be and observed on their part's own acts.
"""

import django_filters
from django_filters import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from parts import commands
from parts.api.base import KEY, PartsViewSet
from parts.api.bodies import NothingBody
from parts.api.catalogue_bodies import WatchSerializer
from parts.models import Observation, Watch
from parts.models.watch import WatchQuerySet


class WatchFilter(FilterSet):  # type: ignore[misc]  # untyped
    """``alert``: only what was seen and nobody has looked at."""

    alert = django_filters.BooleanFilter(method="only_alerts")

    class Meta:
        model = Watch
        fields = ["part", "last_seen"]

    def only_alerts(
        self, rows: WatchQuerySet, _name: str, wanted: bool
    ) -> WatchQuerySet:
        return rows.alerts() if wanted else rows


class ObservationSerializer(serializers.ModelSerializer[Observation]):
    """What was seen of one part at one source on one day."""

    class Meta:
        model = Observation
        fields = [
            "id", "part", "supplier", "kind", "price", "was_price", "currency",
            "source", "seen_on", "noted_by", "noted_at",
        ]  # fmt: skip


class WatchViewSet(PartsViewSet[Watch]):
    """Watched numbers and their alerts, newest first."""

    queryset = Watch.objects.order_by("-pk")
    serializer_class = WatchSerializer
    filterset_class = WatchFilter

    @extend_schema(parameters=[KEY], request=None, responses={200: WatchSerializer})
    @action(detail=True, methods=["post"], serializer_class=NothingBody)
    def look(self, request: Request, pk: str) -> Response:
        """Say that an alert has been looked at; it is over."""

        def work() -> Watch:
            watch_id = self.row_id()
            commands.look_at_watches(watch_ids=[watch_id], **self.who(request))
            return self.get_object()

        return self.acted(request, "look_at_watches", work, WatchSerializer)


class ObservationViewSet(PartsViewSet[Observation]):
    """What was seen of parts: by files, suppliers and people. Newest first."""

    queryset = Observation.objects.order_by("-seen_on", "-pk")
    serializer_class = ObservationSerializer
    filterset_fields = ["part", "supplier", "kind"]
