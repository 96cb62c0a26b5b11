"""Files over HTTP: handed in, matched, checked, looked at, written by a worker."""

import hashlib
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
)
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from common import exporting
from common.api import idempotency_key
from common.errors import NotFound
from parts.api import import_bodies as bodies
from parts.api.base import KEY, PartsViewSet
from parts.api.bodies import NothingBody, WhyBody
from parts.commands import importing
from parts.importing.problems import FileRefused
from parts.importing.reading import MOST_BYTES
from parts.models import Import, ImportRow

RUN = bodies.ImportSerializer
FILE = {200: OpenApiResponse(OpenApiTypes.BINARY, "The lines as a file.")}
FORM = OpenApiParameter("form", str, enum=list(exporting.FORMS), default=exporting.CSV)
VERDICT = OpenApiParameter("verdict", str, enum=ImportRow.Verdict.values)
KIND = OpenApiParameter("kind", str, enum=Import.Kind.values, required=True)
MAPPED = OpenApiExample(
    "Two columns read, one not",
    {"mapping": {"品番": "number", "価格": "price", "備考": ""}},
    request_only=True,
)
WHOLE = OpenApiExample(
    "The whole file or nothing", {"mode": "ALL_OR_NOTHING"}, request_only=True
)
IN_CP932 = OpenApiExample(
    "An older program's CSV", {"encoding": "cp932"}, request_only=True
)


class ImportViewSet(PartsViewSet[Import]):
    """Files on their way in, newest first.

    Hand a file in, match its columns, wait until its state is `CHECKED`, look at its
    rows, have it written, wait until its state is `DONE`.
    """

    queryset = Import.objects.order_by("-pk")
    serializer_class = bodies.ImportSerializer
    filterset_fields = ["kind", "state"]
    parser_classes = [JSONParser, MultiPartParser]

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        own = super().get_serializer_class()
        return bodies.FileBody if self.action == "create" else own

    @extend_schema(
        parameters=[KEY],
        request={"multipart/form-data": bodies.FileBody},
        responses={201: RUN},
    )
    def create(self, request: Request) -> Response:
        """Hand a file in; its columns are suggested. Nothing of ours changes by it."""
        body = self.body(request)
        file = body["file"]
        if file.size > MOST_BYTES:
            most = str(MOST_BYTES // 1024 // 1024)
            raise importing.unusable(FileRefused("too_big", most=most))
        data = file.read()

        def work() -> Import:
            return importing.start_import(
                kind=body["kind"],
                data=data,
                name=file.name,
                site_id=body.get("site"),
                supplier_id=body.get("supplier"),
                key=idempotency_key(request),
                **self.who(request),
            )

        said = {
            **{name: body.get(name) for name in ("kind", "site", "supplier")},
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        return self.acted(request, "start_import", work, RUN, 201, data=said)

    @extend_schema(responses={200: bodies.ColumnsSerializer})
    @action(detail=True, pagination_class=None, filter_backends=[])
    def columns(self, request: Request, pk: str) -> Response:
        """The file's header with first values, and what each column may be."""
        run = self.get_object()
        try:
            table = importing.table_of(run)
        except FileRefused as refusal:
            raise importing.unusable(refusal) from refusal
        columns = [
            {
                "name": name,
                "field": run.mapping.get(name, ""),
                "sample": [row[place] for row in table.sample if place < len(row)][:3],
            }
            for place, name in enumerate(table.header)
        ]
        told = {
            "encoding": table.encoding,
            "sheet": table.sheet,
            "sheets": table.sheets,
            "columns": columns,
            "fields": importing.KINDS[run.kind].fields.all,
        }
        return Response(bodies.ColumnsSerializer(told).data)

    @extend_schema(parameters=[KEY], responses={200: RUN}, examples=[IN_CP932])
    @action(
        detail=True,
        methods=["post"],
        url_path="read-again",
        serializer_class=bodies.ReadBody,
    )
    def read_again(self, request: Request, pk: str) -> Response:
        """Read the header in another encoding or from another sheet."""
        body = self.body(request)

        def work() -> Import:
            return importing.read_again(
                import_id=self.row_id(), **body, **self.who(request)
            )

        return self.acted(request, "read_import_again", work, RUN)

    @extend_schema(parameters=[KEY], responses={200: RUN}, examples=[MAPPED])
    @action(detail=True, methods=["post"], serializer_class=bodies.MatchBody)
    def match(self, request: Request, pk: str) -> Response:
        """Say which column is which field, and have the rows checked by a worker."""
        body = self.body(request)

        def work() -> Import:
            return importing.match_columns(
                import_id=self.row_id(),
                mapping=body["mapping"],
                **self.who(request),
            )

        return self.acted(request, "match_columns", work, RUN)

    @extend_schema(parameters=[KEY], request=None, responses={200: RUN})
    @action(detail=True, methods=["post"], serializer_class=NothingBody)
    def check(self, request: Request, pk: str) -> Response:
        """Have the rows checked anew: the house may have changed since."""

        def work() -> Import:
            return importing.ask_check(import_id=self.row_id(), **self.who(request))

        return self.acted(request, "ask_check", work, RUN)

    @extend_schema(
        parameters=[VERDICT], responses={200: bodies.ImportRowSerializer(many=True)}
    )
    @action(detail=True, filter_backends=[])
    def rows(self, request: Request, pk: str) -> Response:
        """What would become of each row, and why some are refused."""
        run = self.get_object()
        rows: Any = run.rows.order_by("line")
        verdict = request.query_params.get("verdict", "")
        if verdict in ImportRow.Verdict.values:
            rows = rows.filter(verdict=verdict)
        page: Any = self.paginate_queryset(rows) or []
        shown = importing.shown_rows(run, page)
        return self.get_paginated_response(
            bodies.ImportRowSerializer(shown, many=True).data
        )

    @extend_schema(parameters=[KEY], responses={200: RUN}, examples=[WHOLE])
    @action(detail=True, methods=["post"], serializer_class=bodies.WriteBody)
    def write(self, request: Request, pk: str) -> Response:
        """Have a checked file written: all of it or nothing, or its valid rows."""
        body = self.body(request)

        def work() -> Import:
            return importing.approve_import(
                import_id=self.row_id(),
                mode=body["mode"],
                **self.who(request),
            )

        return self.acted(request, "approve_import", work, RUN)

    @extend_schema(parameters=[KEY], responses={200: RUN})
    @action(detail=True, methods=["post"], serializer_class=WhyBody)
    def cancel(self, request: Request, pk: str) -> Response:
        """Give a file up before it is written; a worker that is at it stops."""
        body = self.body(request)

        def work() -> Import:
            run_id = self.row_id()
            importing.cancel_import(import_id=run_id, **body, **self.who(request))
            return self.get_object()

        return self.acted(request, "cancel_import", work, RUN)

    @extend_schema(parameters=[FORM], responses=FILE)
    @action(detail=True, pagination_class=None, filter_backends=[])
    def reasons(self, request: Request, pk: str) -> HttpResponseBase:
        """All refusals of a file as a file: line, column, what stood there, why."""
        run = self.get_object()
        form = request.query_params.get("form", exporting.CSV)
        return exporting.download(
            f"reasons-{run.pk}", form, importing.reason_lines(run)
        )

    @extend_schema(parameters=[KIND, FORM], responses=FILE)
    @action(detail=False, pagination_class=None, filter_backends=[])
    def sample(self, request: Request) -> HttpResponseBase:
        """An empty file with all the columns of a kind."""
        kind = request.query_params.get("kind", "")
        if kind not in importing.KINDS:
            raise NotFound(field="kind")
        header = [str(each.label) for each in importing.KINDS[kind].fields.all]
        form = request.query_params.get("form", exporting.CSV)
        return exporting.download(kind.lower(), form, [header])
