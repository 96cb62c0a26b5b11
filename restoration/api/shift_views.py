"""Who is away, and which days are worked besides the week's."""

from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import idempotency_key, run_command
from restoration import commands
from restoration.api import bodies
from restoration.api import shift_serializers as shown
from restoration.api.base import KEY, HouseViewSet, caller
from workshop import commands as workshop
from workshop.models import Absence, ExtraDay


class AbsenceViewSet(HouseViewSet[Absence]):
    """Who is away when, the earliest first."""

    queryset = Absence.objects.order_by("period", "pk")
    serializer_class = shown.AbsenceSerializer
    filterset_fields = {"technician": ["exact"], "technician__site": ["exact"]}

    @extend_schema(parameters=[KEY], responses={201: shown.AbsenceSerializer})
    @action(detail=False, methods=["post"], serializer_class=shown.AbsenceBody)
    def enter(self, request: Request) -> Response:
        """Write down that a technician is away. A new plan is made around it."""
        body = self.body(request)
        row = workshop.enter_absence(
            technician_id=body.pop("technician"),
            **body,
            user_id=caller(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self.told(shown.AbsenceSerializer, row, 201)

    @extend_schema(request=None, parameters=[KEY], responses={204: None})
    @action(detail=True, methods=["post"], serializer_class=bodies.NothingBody)
    def end(self, request: Request, pk: str) -> Response:
        """Take an absence back: its row is gone, and a new plan is made."""

        def work() -> None:
            workshop.end_absence(
                absence_id=self.get_object().pk,
                user_id=caller(request),
                key=str(
                    uuid5(NAMESPACE_URL, f"absence:{pk}:{idempotency_key(request)}")
                ),
                at=timezone.now(),
            )

        run_command(request, command="end_absence", work=work)
        return Response(status=204)


class ExtraDayViewSet(HouseViewSet[ExtraDay]):
    """Hours of single days, by day; those that were withdrawn as well."""

    queryset = ExtraDay.objects.order_by("day", "opens", "pk")
    serializer_class = shown.ExtraDaySerializer
    filterset_fields = {
        "site": ["exact"], "technician": ["exact"], "batch": ["exact"],
        "day": ["exact", "gte", "lte"], "withdrawn_at": ["isnull"],
    }  # fmt: skip

    @extend_schema(
        parameters=[KEY], responses={201: shown.ExtraDaySerializer(many=True)}
    )
    @action(
        detail=False,
        methods=["post"],
        serializer_class=shown.ExtraDaysBody,
        filter_backends=[],
        pagination_class=None,
    )
    def enter(self, request: Request) -> Response:
        """Have a day worked, or one each week. A new plan is made with them."""
        body, key = self.body(request), idempotency_key(request)
        site_id = body.pop("site")
        commands.open_extra_days(
            site_id=site_id,
            to_on=body.pop("to_on") or body["from_on"],
            **body,
            user_id=caller(request),
            key=key,
            at=timezone.now(),
        )
        rows = self.get_queryset().filter(batch=commands.entered_batch(site_id, key))
        return Response(shown.ExtraDaySerializer(rows, many=True).data, status=201)

    @extend_schema(parameters=[KEY], responses={200: shown.ExtraDaySerializer})
    @action(detail=True, methods=["post"], serializer_class=shown.WithdrawBody)
    def withdraw(self, request: Request, pk: str) -> Response:
        """Work its day by the week's hours again. Twice changes nothing."""
        body, row = self.body(request), self.get_object()
        which = {"batch": row.batch} if body["whole_batch"] else {"day": row.day}
        workshop.withdraw_extra_days(
            site_id=row.site_id,
            **which,
            user_id=caller(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        row.refresh_from_db()
        return self.told(shown.ExtraDaySerializer, row)
