"""The base of every API view that hands out rows."""

from typing import TypeVar, cast

from django.db.models import Model
from rest_framework import viewsets

from common.querysets import ScopedQuerySet

M = TypeVar("M", bound=Model)


class ScopedReadOnlyViewSet(viewsets.ReadOnlyModelViewSet[M]):
    """The one place where API rows are narrowed to what the caller may see.

    Writes are named actions that call one command each.
    """

    def get_queryset(self) -> ScopedQuerySet[M]:
        rows = cast("ScopedQuerySet[M]", super().get_queryset())
        if getattr(self, "swagger_fake_view", False):
            # The OpenAPI document is drawn without a caller.
            return rows.none()
        return rows.visible_to(self.request.user)
