"""Rows are handed out through `visible_to` only."""

from typing import Any, Self, TypeVar, cast

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models

from common.errors import NotFound

M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    """The base of every aggregate's queryset: it must say who sees which rows."""

    def visible_to(self, user: Any) -> Self:
        """Return the rows this user may see; none for someone not signed in."""
        raise NotImplementedError(f"{type(self).__name__} does not say who sees what")


def get_visible(
    source: type[M] | models.Manager[M] | models.QuerySet[M],
    user: Any,
    **lookup: Any,
) -> M:
    """Return the one row, if it exists and this user may see it.

    Args:
        source: a model, manager or queryset whose queryset is scoped.
        user: who asks.
        **lookup: what identifies the row.

    Raises:
        NotFound: missing, foreign and impossible keys alike.
    """
    if isinstance(source, models.QuerySet):
        rows = source
    elif isinstance(source, models.Manager):
        rows = source.get_queryset()
    else:
        rows = source._default_manager.get_queryset()
    scoped = cast("ScopedQuerySet[M]", rows).visible_to(user)
    try:
        return scoped.get(**lookup)
    except (ObjectDoesNotExist, ValueError, ValidationError):
        raise NotFound from None
