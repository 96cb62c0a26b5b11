"""The catalogue over HTTP: found, taken apart, replaced, watched."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import idempotency_key
from common.errors import InvalidInput, NotFound
from common.handing_out import handed_out
from common.querysets import get_visible
from parts import commands, queries
from parts.api import catalogue_bodies as bodies
from parts.api import filters
from parts.api import serializers as shown
from parts.api.base import KEY
from parts.api.piece_views import PieceActs
from parts.api.readers import listed
from parts.models import Part, PartFile, PartNumber, Watch

FRAME = OpenApiParameter("frame", str, required=True, description="BNR34-004321")
NEW = OpenApiParameter("new", int, required=True, description="the new part's id")

RARE = OpenApiExample(
    "The last ones", {"reason": "the maker makes no more"}, request_only=True
)
SEEN = OpenApiExample(
    "Gone from a price list",
    {"kind": "GONE", "seen_on": "2026-11-20", "source": "the maker's list"},
    request_only=True,
)


class PartViewSet(PieceActs):
    """The catalogue: open to everyone who has signed in."""

    queryset = Part.objects.prefetch_related(
        listed("numbers", PartNumber.objects.order_by("pk"))
    ).order_by("code", "pk")
    filterset_class = filters.PartFilter

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        if self.action == "retrieve":
            return shown.PartDetailSerializer
        if self.action == "list":
            return shown.PartSerializer
        return super().get_serializer_class()

    serializer_class = shown.PartSerializer

    @extend_schema(
        parameters=[OpenApiParameter("number", str, required=True)],
        responses=bodies.LookUpSerializer,
    )
    @action(detail=False, url_path="look-up", pagination_class=None, filter_backends=[])
    def look_up(self, request: Request) -> Response:
        """Find the part of a number in any spelling, and what replaced it."""
        number = request.query_params.get("number", "").replace("\x00", "")[:100]
        found = queries.look_up_number(number)
        if found is None:
            raise NotFound
        return self.told(bodies.LookUpSerializer, found, status.HTTP_200_OK)

    @extend_schema(
        parameters=[FRAME], responses=bodies.FittingGroupSerializer(many=True)
    )
    @action(detail=False, pagination_class=None, filter_backends=[])
    def fits(self, request: Request) -> Response:
        """What fits a car, by category and place; YES or UNKNOWN, never guessed."""
        frame = request.query_params.get("frame", "").replace("\x00", "")[:40]
        groups = queries.what_fits(queries.car_of(frame))
        return Response(bodies.FittingGroupSerializer(groups, many=True).data)

    @extend_schema(responses=bodies.PartPhotoSerializer(many=True))
    @action(detail=True, pagination_class=None, filter_backends=[])
    def photos(self, request: Request, pk: str) -> Response:
        """What a part looks like: its photos and where to fetch each."""
        rows = PartFile.objects.visible_to(request.user).photos()
        mine = rows.filter(part=self.get_object()).order_by("pk")
        context = self.get_serializer_context()
        return Response(
            bodies.PartPhotoSerializer(mine, many=True, context=context).data
        )

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    @action(
        detail=True,
        url_path="photos/(?P<photo>[0-9]{1,18})",
        pagination_class=None,
        filter_backends=[],
    )
    def photo(self, request: Request, pk: str, photo: str) -> HttpResponse:
        """One photo, to people and machines that may see the part."""
        rows = PartFile.objects.select_related("attachment").photos()
        row = get_visible(rows.filter(part=self.get_object()), request.user, pk=photo)
        return handed_out(row.attachment, f"part-{row.part_id}-{row.pk}")

    @extend_schema(responses=bodies.PartDocumentSerializer(many=True))
    @action(detail=True, pagination_class=None, filter_backends=[])
    def documents(self, request: Request, pk: str) -> Response:
        """The papers that belong to a part and where to fetch each."""
        rows = PartFile.objects.visible_to(request.user).documents()
        mine = rows.filter(part=self.row_id()).order_by("pk")
        context = self.get_serializer_context()
        return Response(
            bodies.PartDocumentSerializer(mine, many=True, context=context).data
        )

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(
        detail=True,
        url_path="documents/(?P<document>[0-9]{1,18})",
        pagination_class=None,
        filter_backends=[],
    )
    def document(self, request: Request, pk: str, document: str) -> HttpResponse:
        """One paper, to be kept."""
        rows = PartFile.objects.select_related("attachment").documents()
        row = get_visible(rows.filter(part=self.row_id()), request.user, pk=document)
        return handed_out(row.attachment, f"part-{row.part_id}-{row.pk}")

    @extend_schema(responses={200: bodies.KitSerializer})
    @action(detail=True, pagination_class=None, filter_backends=[])
    def kit(self, request: Request, pk: str) -> Response:
        """A kit taken apart to its single parts, with sums."""
        tree = queries.kit_tree(self.row_id())
        return self.told(bodies.KitSerializer, tree, status.HTTP_200_OK)

    @extend_schema(parameters=[KEY], responses={200: bodies.KitSerializer})
    @action(
        detail=True,
        methods=["post"],
        url_path="set-kit",
        serializer_class=bodies.KitBody,
    )
    def set_kit(self, request: Request, pk: str) -> Response:
        """Say what a kit is put together from."""
        part = self.get_object()
        commands.set_kit(
            kit_id=part.pk,
            lines=[
                commands.Component(part_id=row["part"], quantity=row["quantity"])
                for row in self.body(request)["lines"]
            ],
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(bodies.KitSerializer, queries.kit_tree(part.pk), 200)

    @extend_schema(parameters=[KEY], responses={201: bodies.SupersessionSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.SupersedeBody)
    def supersede(self, request: Request, pk: str) -> Response:
        """Say what takes this part's place, and under which conditions."""
        values = self.body(request)
        new, kind, source = (values.pop(name) for name in ("new", "kind", "source"))
        row = commands.add_supersession(
            old_id=self.row_id(),
            new_id=new,
            kind=kind,
            source=source,
            terms=commands.SuccessionTerms(
                variant_id=values.pop("variant", None),
                only_with_id=values.pop("only_with", None),
                **values,
            ),
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(bodies.SupersessionSerializer, row, 201)

    @extend_schema(parameters=[KEY], responses={200: shown.PartSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.LifeBody)
    def life(self, request: Request, pk: str) -> Response:
        """Say what became of the part, since when and who says so."""
        commands.change_life(
            part_id=self.row_id(),
            **self.body(request),
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.PartSerializer, self.get_object(), 200)

    @extend_schema(parameters=[NEW], responses={200: bodies.PreviewSerializer})
    @action(
        detail=True,
        url_path="replace-preview",
        pagination_class=None,
        filter_backends=[],
    )
    def replace_preview(self, request: Request, pk: str) -> Response:
        """What putting another part in this one's place would touch."""
        new = request.query_params.get("new", "")
        if not new.isdecimal() or len(new) > 18:
            raise InvalidInput(field="new")
        preview = queries.replace_preview(
            old_id=self.row_id(), new_id=int(new), at=timezone.now()
        )
        return self.told(bodies.PreviewSerializer, preview, status.HTTP_200_OK)

    @extend_schema(
        parameters=[KEY], responses={200: bodies.ReplacementSerializer(many=True)}
    )
    @action(
        detail=True,
        methods=["post"],
        serializer_class=bodies.ReplaceBody,
        pagination_class=None,
        filter_backends=[],
    )
    def replace(self, request: Request, pk: str) -> Response:
        """Move open wishes to another part; the reverse call undoes it."""
        values = self.body(request)
        rows = commands.replace_part(
            old_id=self.row_id(),
            new_id=values["new"],
            demand_ids=values["demands"],
            reason=values["reason"],
            everywhere=values["everywhere"],
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return Response(bodies.ReplacementSerializer(rows, many=True).data)

    @extend_schema(
        parameters=[KEY], responses={200: bodies.WatchSerializer}, examples=[RARE]
    )
    @action(detail=True, methods=["post"], serializer_class=bodies.WatchBody)
    def watch(self, request: Request, pk: str) -> Response:
        """Have an eye on the number; again: for another reason."""
        body = self.body(request)

        def work() -> Watch:
            part_id = self.row_id()
            return commands.watch_part(part_id=part_id, **body, **self.who(request))

        return self.acted(request, "watch_part", work, bodies.WatchSerializer)

    @extend_schema(parameters=[KEY], responses={204: None})
    @action(detail=True, methods=["post"], serializer_class=bodies.WatchBody)
    def unwatch(self, request: Request, pk: str) -> Response:
        """Let the number be; what was seen of it stays."""
        body = self.body(request)

        def work() -> None:
            part_id = self.row_id()
            commands.unwatch_part(part_id=part_id, **body, **self.who(request))

        return self.acted(request, "unwatch_part", work, None, 204)

    @extend_schema(
        parameters=[KEY], responses={200: bodies.ObservedSerializer}, examples=[SEEN]
    )
    @action(detail=True, methods=["post"], serializer_class=bodies.ObserveBody)
    def observe(self, request: Request, pk: str) -> Response:
        """Note what was seen of the part. The same sight twice is one."""
        body = self.body(request)

        def work() -> dict[str, bool]:
            row = commands.note_observation(
                seen=commands.Seen(
                    part_id=self.row_id(),
                    supplier_id=body.get("supplier"),
                    **{name: body[name] for name in body if name != "supplier"},
                ),
                **self.who(request),
            )
            return {"is_new": row is not None}

        return self.acted(request, "note_observation", work, bodies.ObservedSerializer)
