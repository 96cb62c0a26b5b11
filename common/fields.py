"""Serializer fields that know who asks."""

from typing import Any, TypeVar, cast

from django.db.models import Model, QuerySet
from rest_framework.serializers import PrimaryKeyRelatedField

from common.querysets import ScopedQuerySet

M = TypeVar("M", bound=Model)


class ScopedPrimaryKeyRelatedField(PrimaryKeyRelatedField[M]):
    """A key of a row the caller may see; any other is answered as a missing one."""

    def get_queryset(self) -> QuerySet[M]:
        rows = cast("ScopedQuerySet[Any]", super().get_queryset())
        return cast("QuerySet[M]", rows.visible_to(self.context["request"].user))
