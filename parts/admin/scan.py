"""The scan page: a code leads to what lies there and what can be done with it."""

from typing import Any, TypeVar

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from common import labels
from parts import queries
from parts.admin.store_pages import StorePages
from parts.models import (
    Bin,
    Count,
    Demand,
    Part,
    PartsOrder,
    PurchaseOrder,
    PurchaseOrderLine,
    Shipment,
    StockLevel,
    Unit,
)

M = TypeVar("M", bound=Model)
# The reader of codes in the camera's picture is WebAssembly: on this page alone.
WASM = {"script-src": [SELF, "'wasm-unsafe-eval'"]}
PAPERS: dict[str, tuple[type[Model], str]] = {
    "so": (PartsOrder, "admin:parts_partsorder_change"),
    "po": (PurchaseOrder, "admin:parts_purchaseorder_change"),
    "sh": (Shipment, "admin:parts_shipment_change"),
    "ct": (Count, "admin:parts_count_change"),
}


class ScanPages(StorePages[M]):
    """Adds the scan page."""

    def get_urls(self) -> list[URLPattern]:
        view: Any = csp_update(WASM)(never_cache(self.scan_view))
        return [self.page("scan", "scan", view), *super().get_urls()]

    def scan_view(self, request: HttpRequest) -> HttpResponse:
        """Show what a code means; one that names a paper leads to the paper."""
        code = request.GET.get("code", "")
        meanings = queries.read_scan(code) if code else []
        if len(meanings) == 1 and (paper := paper_of(meanings[0])):
            return redirect(paper)
        things = [thing for each in meanings if (thing := self.thing(request, each))]
        return self.show(
            request,
            "admin/parts/scan.html",
            title=_("Scan"),
            code=code,
            things=things,
            label_pages=[page for each in meanings if (page := page_elsewhere(each))],
            is_unknown=bool(code) and not meanings,
        )

    def thing(
        self, request: HttpRequest, meaning: queries.Meaning
    ) -> dict[str, Any] | None:
        """Return what the page shows of one thing; None for what is not there."""
        show = {"b": self._bin, "p": self._part, "l": self._level, "u": self._unit}
        if meaning.kind not in show:
            return None
        here = request.get_full_path()
        found: dict[str, Any] | None = show[meaning.kind](meaning.pk, here)
        if found is not None:
            found["labels"] = reverse(
                self.page_name("labels"), query={"kind": meaning.kind, "id": meaning.pk}
            )
        return found

    def _bin(self, pk: int, here: str) -> dict[str, Any] | None:
        bin_ = Bin.objects.select_related("site").filter(pk=pk).first()
        if bin_ is None:
            return None
        count = reverse("admin:parts_count_add", query={"bin": pk})
        return {
            "title": _("Bin %(code)s") % {"code": bin_.code},
            "facts": f"{bin_.site.name} · {bin_.get_kind_display()}",
            "rows": self._rows(queries.lying_in(pk), here),
            "links": [(count, _("Count this bin"))],
        }

    def _part(self, pk: int, here: str) -> dict[str, Any] | None:
        part = Part.objects.prefetch_related("numbers").filter(pk=pk).first()
        if part is None:
            return None
        return {
            "part": part,
            "rows": self._rows(queries.lying_of(pk), here),
            "wishes": self._acts_of(Demand, queries.wanted_of(pk), here, "issue"),
            "coming": self._acts_of(
                PurchaseOrderLine, queries.coming_of(pk), here, "receive"
            ),
            "links": [
                (reverse("admin:parts_part_change", args=[pk]), _("Open the part")),
                (acts_page("part", pk, "receive", here), _("Receive without an order")),
            ],
        }

    def _level(self, pk: int, here: str) -> dict[str, Any] | None:
        rows = self._rows(queries.lying_at(pk), here)
        if not rows:
            return None
        level = rows[0]["level"]
        return {
            "part": level.part,
            "facts": _("Bin %(code)s") % {"code": level.bin.code},
            "rows": rows,
            "wishes": self._acts_of(
                Demand, queries.wanted_of(level.part_id), here, "issue"
            ),
            "links": [],
        }

    def _unit(self, pk: int, here: str) -> dict[str, Any] | None:
        rows = Unit.objects.select_related("part").prefetch_related("part__numbers")
        unit = rows.filter(pk=pk).first()
        if unit is None:
            return None
        lies = unit.level_id is not None
        return {
            "part": unit.part,
            "facts": _("Serial number %(serial)s") % {"serial": unit.serial},
            "rows": self._rows(queries.lying_at(unit.level_id or 0), here),
            "is_out": not lies,
            "links": [
                (reverse("admin:parts_unit_change", args=[pk]), _("Its whole story"))
            ],
        }

    def _rows(self, levels: Any, here: str) -> list[dict[str, Any]]:
        """Return positions, each with the buttons that suit it."""
        desk: Any = admin.site._registry[StockLevel]
        return [
            {
                "level": level,
                "acts": [
                    (acts_page("stocklevel", level.pk, act.name, here), act.label)
                    for act in desk.acts
                    if act.suits(level)
                ],
            }
            for level in levels
        ]

    def _acts_of(
        self, model: type[Model], rows: Any, here: str, name: str
    ) -> list[dict[str, Any]]:
        """Return rows of another desk, each with one of its buttons."""
        desk: Any = admin.site._registry[model]
        act = next(act for act in desk.acts if act.name == name)
        kind = model._meta.model_name or ""
        return [
            {
                "row": row,
                "url": acts_page(kind, row.pk, name, here) if act.suits(row) else "",
                "label": act.label,
            }
            for row in rows
        ]


def acts_page(kind: str, pk: int, name: str, here: str) -> str:
    """Return a button's page, which leads back here when it is done."""
    route = f"admin:parts_{kind}_act"
    return reverse(route, args=[pk, name], query={"next": here})


def paper_of(meaning: queries.Meaning) -> str:
    """Return the page of an order, parcel or stocktake; empty for other things.

    A parcel that is being picked leads to its pick list, where the next scan ticks.
    """
    if meaning.kind not in PAPERS:
        return ""
    model, route = PAPERS[meaning.kind]
    row = model._default_manager.filter(pk=meaning.pk).first()
    if row is None:
        return ""
    if isinstance(row, Shipment) and row.state == Shipment.State.PICKING:
        route = "admin:parts_shipment_pick"
    return reverse(route, args=[row.pk])


def page_elsewhere(meaning: queries.Meaning) -> tuple[str, str] | None:
    """Return the page of something an upper floor has put a label on."""
    if meaning.kind in (*PAPERS, "b", "p", "l", "u"):
        return None
    found = labels.labels_of(meaning.kind, [meaning.pk])
    return (labels.path_of(meaning.kind, meaning.pk), found[0].title) if found else None
