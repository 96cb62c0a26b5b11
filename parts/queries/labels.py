"""The store's labels: bins, positions, units, parts, and papers that are scanned."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import labels
from common.labels import Label
from parts.models import (
    Bin,
    Count,
    Part,
    PartsOrder,
    PurchaseOrder,
    Shipment,
    StockLevel,
    Unit,
)
from parts.queries.catalogue import number_of
from workshop.models import DESK_ROLES


def register() -> None:
    """Tell the ground what of the store carries labels."""
    things: tuple[tuple[str, Any, labels.Maker], ...] = (
        ("b", gettext_lazy("bins"), bins),
        ("l", gettext_lazy("positions"), levels),
        ("u", gettext_lazy("serial units"), units),
        ("p", gettext_lazy("parts"), parts),
    )
    for kind, name, make in things:
        labels.register(kind, name=name, make=make, page=_scan_page(kind))
    papers: tuple[tuple[str, Any, type[Model]], ...] = (
        ("so", gettext_lazy("customers' orders"), PartsOrder),
        ("po", gettext_lazy("orders to suppliers"), PurchaseOrder),
        ("sh", gettext_lazy("parcels"), Shipment),
        ("ct", gettext_lazy("stocktakes"), Count),
    )
    for kind, name, model in papers:
        labels.register(
            kind, name=name, make=_papers(kind, model), page=_scan_page(kind)
        )


def _scan_page(kind: str) -> labels.Page:
    """Lead the desk to its scan page; others read what stands on the label."""

    def page(pk: int, role: str) -> str | None:
        if role not in DESK_ROLES:
            return None
        code = labels.path_of(kind, pk)
        return reverse("admin:parts_stocklevel_scan", query={"code": code})

    return page


def bins(keys: Collection[int]) -> Iterator[Label]:
    for row in Bin.objects.filter(pk__in=keys).select_related("site", "parent"):
        inside = f" ‹ {row.parent.code}" if row.parent else ""
        lines = (row.site.name, f"{row.get_kind_display()}{inside}")
        yield Label("b", row.pk, row.code, lines)


def levels(keys: Collection[int]) -> Iterator[Label]:
    rows = StockLevel.objects.filter(pk__in=keys).select_related("part", "bin", "owner")
    for row in rows.prefetch_related("part__numbers"):
        place = f"{row.bin.code} · {row.lot}" if row.lot else row.bin.code
        lines = [row.part.name, place]
        if row.owner:
            lines.append(_("Property of %(owner)s") % {"owner": row.owner.name})
        yield Label("l", row.pk, number_of(row.part), tuple(lines))


def units(keys: Collection[int]) -> Iterator[Label]:
    rows = Unit.objects.filter(pk__in=keys).select_related("part")
    for row in rows.prefetch_related("part__numbers"):
        yield Label("u", row.pk, row.serial, (number_of(row.part), row.part.name))


def parts(keys: Collection[int]) -> Iterator[Label]:
    for row in Part.objects.filter(pk__in=keys).prefetch_related("numbers"):
        yield Label("p", row.pk, number_of(row), (row.name,))


def _papers(kind: str, model: type[Model]) -> Callable[[Collection[int]], Any]:
    def make(keys: Collection[int]) -> Iterator[Label]:
        for row in model._default_manager.filter(pk__in=keys):
            yield Label(kind, row.pk, str(row), (str(model._meta.verbose_name),))

    return make
