"""What files on their way in take and tell. Shapes only."""

from typing import Any

from rest_framework import serializers

from common.api import CommandSerializer
from parts.api.bodies import RowField
from parts.commands import importing
from parts.importing.encodings import OFFERED
from parts.models import Import, ImportRow


class ImportSerializer(serializers.ModelSerializer[Import]):
    """A file, how far it is, and what its rows came to."""

    failure = serializers.SerializerMethodField(help_text="Why it failed, in words.")
    done = serializers.SerializerMethodField(help_text="Rows a worker has done.")
    total = serializers.SerializerMethodField(
        help_text="Of how many; null while that is not known."
    )

    class Meta:
        model = Import
        fields = [
            "id", "kind", "state", "mode", "site", "supplier", "file_name", "encoding",
            "sheet", "mapping", "rows_total", "rows_new", "rows_changed", "rows_same",
            "rows_refused", "done", "total", "failure", "created_by", "created_at",
            "finished_at",
        ]  # fmt: skip

    def get_failure(self, run: Import) -> str:
        return importing.failure(run) if run.failure else ""

    def get_done(self, run: Import) -> int:
        return importing.progress(run)[0]

    def get_total(self, run: Import) -> int | None:
        return importing.progress(run)[1]


class ColumnSerializer(serializers.Serializer[Any]):
    """A column of the file and what it is read as."""

    name = serializers.CharField()
    field = serializers.CharField(help_text="One of `fields`; empty: not read.")
    sample = serializers.ListField(child=serializers.CharField())


class FieldSerializer(serializers.Serializer[Any]):
    """Something that a row of this kind may say."""

    name = serializers.CharField()
    label = serializers.CharField(  # type: ignore[assignment]  # the name of a field
    )


class ColumnsSerializer(serializers.Serializer[Any]):
    """The file's header as it is read now, and what its columns may be."""

    encoding = serializers.CharField(help_text="Of a CSV; empty for XLSX.")
    sheet = serializers.CharField()
    sheets = serializers.ListField(child=serializers.CharField())
    columns = ColumnSerializer(many=True)
    fields = FieldSerializer(  # type: ignore[assignment]  # the name of a field
        many=True
    )


class SaidSerializer(serializers.Serializer[Any]):
    """One value of a row, and what it replaces."""

    label = serializers.CharField(  # type: ignore[assignment]  # the name of a field
    )
    now = serializers.CharField()
    was = serializers.CharField(allow_null=True)


class ReasonSerializer(serializers.Serializer[Any]):
    """Why a row is refused, and where."""

    column = serializers.CharField()
    given = serializers.CharField()
    why = serializers.CharField()


class ImportRowSerializer(serializers.Serializer[Any]):
    """One row of a file and what is to become of it, or why not."""

    line = serializers.IntegerField()
    verdict = serializers.ChoiceField(ImportRow.Verdict.choices)
    name = serializers.CharField()
    values = serializers.ListField(child=SaidSerializer(), source="said")
    reasons = serializers.ListField(child=ReasonSerializer())


class FileBody(CommandSerializer):
    """A file, and what its rows may leave unsaid."""

    kind = serializers.ChoiceField(Import.Kind.choices)
    file = serializers.FileField(help_text="CSV or XLSX, at most 25 MB.")
    site = RowField(required=False, allow_null=True)
    supplier = RowField(required=False, allow_null=True)


class MatchBody(CommandSerializer):
    """A field for each column of the header; an empty one is not read."""

    mapping = serializers.DictField(
        child=serializers.CharField(max_length=60, allow_blank=True)
    )


class ReadBody(CommandSerializer):
    encoding = serializers.ChoiceField(
        list(OFFERED), required=False, allow_blank=True, default=""
    )
    sheet = serializers.CharField(
        max_length=60, required=False, allow_blank=True, default=""
    )


class WriteBody(CommandSerializer):
    mode = serializers.ChoiceField(Import.Mode.choices)
