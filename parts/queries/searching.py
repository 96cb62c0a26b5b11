"""One box over everything of the desk: parts, bins, orders, suppliers, customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from parts.models import (
    Bin,
    Part,
    PartsOrder,
    PurchaseOrder,
    Supplier,
)
from parts.queries.catalogue import look_up_number
from parts.queries.succession import Found
from workshop.models import DESK_ROLES, Customer, Viewer, role_of

MOST_OF_A_KIND = 8
LONGEST_TEXT = 100


@dataclass(frozen=True)
class Hits:
    """What was found of one kind.

    Attributes:
        model: of which rows.
        rows: the best of them.
        has_more: whether the list of that kind finds more.
    """

    model: type[Model]
    rows: Sequence[Any]
    has_more: bool


@dataclass(frozen=True)
class Everything:
    """What a text finds; ``found`` is the part that carries it as its number."""

    hits: tuple[Hits, ...]
    found: Found | None


def search_everything(text: str, reader: Viewer) -> Everything:
    """Find rows of every kind that the reader may see, in a few statements.

    Args:
        text: what was typed.
        reader: who asks; rows they may not see are not found.

    Source: docs/domain/catalogue.md C1 to C3.
    """
    words = text.replace("\x00", "").strip()[:LONGEST_TEXT]
    if not words or role_of(reader) is None:
        return Everything((), None)
    parts = Part.objects.visible_to(reader).prefetch_related("numbers")
    kinds: list[QuerySet[Any, Any]] = [parts.matching(words)]
    if role_of(reader) in DESK_ROLES:
        kinds += _desk_kinds(words, reader)
    hits = tuple(_hits(rows) for rows in kinds)
    return Everything(tuple(each for each in hits if each.rows), look_up_number(words))


def _desk_kinds(words: str, reader: Viewer) -> list[QuerySet[Any, Any]]:
    customers = Customer.objects.visible_to(reader)
    orders = PartsOrder.objects.visible_to(reader).select_related("customer")
    purchases = PurchaseOrder.objects.visible_to(reader).select_related("supplier")
    return [
        Bin.objects.filter(code__icontains=words).order_by("site", "code"),
        orders.filter(
            Q(number__icontains=words) | Q(customer__name__icontains=words)
        ).order_by("-pk"),
        purchases.filter(
            Q(number__icontains=words)
            | Q(supplier__name_en__icontains=words)
            | Q(supplier__name_ja__icontains=words)
        ).order_by("-pk"),
        Supplier.objects.filter(
            Q(code__icontains=words)
            | Q(name_en__icontains=words)
            | Q(name_ja__icontains=words)
        ).order_by("code"),
        customers.filter(Q(name__icontains=words) | Q(email__icontains=words)).order_by(
            "name", "pk"
        ),
    ]


def _hits(rows: QuerySet[Any, Any]) -> Hits:
    found = list(rows[: MOST_OF_A_KIND + 1])
    return Hits(rows.model, found[:MOST_OF_A_KIND], len(found) > MOST_OF_A_KIND)
