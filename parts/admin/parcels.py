"""Parcels and returns on the desk: picked, packed, shipped; taken back."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common.desk import LedgerAdmin, ReadInline
from common.errors import DomainError
from common.formats import grouped
from common.row_keys import row_key
from parts import commands
from parts.admin import order_forms as asked
from parts.admin.acts import Act, ActForm, ActsAdmin, ReasonForm
from parts.admin.papers import PaperAdmin, Papers
from parts.models import Return, Shipment, ShipmentLine

Parcel = Shipment.State
Back = Return.State


class ParcelLineInline(ReadInline[ShipmentLine]):
    """What lies in the parcel and where it came from."""

    model = ShipmentLine
    fields = ["line", "level", "quantity", "is_picked", "movement"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShipmentLine]:
        rows = super().get_queryset(request)
        rows = rows.select_related(
            "line__order", "line__part", "level__part", "level__bin",
            "movement__level__part", "movement__level__bin",
        )  # fmt: skip
        return rows.prefetch_related(
            "line__part__numbers", "level__part__numbers",
            "movement__level__part__numbers",
        )  # fmt: skip


def papers_of_parcel(row: Shipment) -> Papers:
    kinds = [("pick_list", _("Pick list"))]
    if row.state in (Parcel.PACKED, Parcel.SHIPPED, Parcel.DELIVERED):
        kinds += [
            ("packing_list", _("Packing list")),
            ("invoice", _("Commercial invoice")),
        ]
    return kinds


def papers_of_return(row: Return) -> Papers:
    return [("return_note", _("Return note"))]


@admin.register(Shipment)
class ShipmentAdmin(PaperAdmin[Shipment], ActsAdmin[Shipment], LedgerAdmin[Shipment]):
    """One parcel from its pick list to the door."""

    kinds_of = staticmethod(papers_of_parcel)

    acts = (
        Act(
            name="pack",
            label=_("Pack"),
            form=asked.PackForm,
            run=lambda given: commands.pack_shipment(
                shipment_id=given.row.pk, **given.values, **given.who
            ),
            done=_("Packed."),
            suits=lambda row: row.state in (Parcel.PICKING, Parcel.PACKED),
        ),
        Act(
            name="ship",
            label=_("Ship"),
            form=asked.CarrierForm,
            run=lambda given: commands.ship_shipment(
                shipment_id=given.row.pk, **given.values, **given.once
            ),
            done=_("Shipped."),
            suits=lambda row: row.state == Parcel.PACKED,
        ),
        Act(
            name="deliver",
            label=_("It has arrived"),
            form=ActForm,
            run=lambda given: commands.deliver_shipment(
                shipment_id=given.row.pk, **given.who
            ),
            done=_("Delivered."),
            suits=lambda row: row.state == Parcel.SHIPPED,
        ),
        Act(
            name="cancel",
            label=_("Cancel the pick list"),
            form=ReasonForm,
            run=lambda given: commands.cancel_pick_list(
                shipment_id=given.row.pk, **given.values, **given.who
            ),
            done=_("The pick list is cancelled; its pieces stay held."),
            suits=lambda row: row.state in (Parcel.PICKING, Parcel.PACKED),
            is_danger=True,
        ),
    )
    inlines = [ParcelLineInline]
    fields = [
        "number", "sold", "state", "papers", "carrier", "tracking_number", "boxes",
        "weight_grams", "picked_by", "created_at", "packed_at", "shipped_at",
        "delivered_at",
    ]  # fmt: skip
    readonly_fields = ["sold", "papers"]
    list_display = ["number", "sold", "state", "carrier", "created_at", "buttons"]
    list_filter = ["state"]
    list_select_related = ["order"]
    ordering = ["-pk"]
    search_fields = ["number", "order__number", "tracking_number"]

    def get_urls(self) -> list[URLPattern]:
        page = path(
            "<path:object_id>/pick/",
            self.admin_site.admin_view(self.pick_view),
            name=self.page_name("pick").removeprefix("admin:"),
        )
        return [page, *super().get_urls()]

    @admin.display(description=_("customer parts order"), ordering="order")
    def sold(self, row: Shipment) -> SafeString:
        url = reverse("admin:parts_partsorder_change", args=[row.order_id])
        return format_html('<a href="{}">{}</a>', url, row.order.number)

    def pages_of(self, row: Any) -> Iterable[tuple[Any, str]]:
        if row.state == Parcel.PICKING:
            yield _("Pick"), self.page_url("pick", row.pk)

    def pick_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Tick the lines of a pick list, by scanner, keyboard or finger."""
        row = self.get_object(request, object_id)
        if row is None or not self.has_act_permission(request):
            return redirect(self.page_name("changelist"))
        status, refusal = 200, ""
        if request.method == "POST":
            try:
                self._tick(request, row)
            except DomainError as error:
                status, refusal = error.status, f"{error.sentence} {error.todo}"
            else:
                return redirect(self.page_url("pick", row.pk))
        lines = row.lines.select_related("line__part", "level__bin", "level__part")
        return TemplateResponse(
            request,
            "admin/parts/pick.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Pick"),
                "subtitle": self.describe(row),
                "opts": self.opts,
                "parcel": row,
                "refusal": refusal,
                "lines": lines.prefetch_related(
                    "line__part__numbers", "level__units", "chosen__unit"
                ).order_by("level__bin__code", "pk"),
                "back": self.page_url("change", row.pk),
                "pack": self.act_url(row, self.acts[0]),
            },
            status=status,
        )

    def _tick(self, request: HttpRequest, row: Shipment) -> None:
        who: dict[str, Any] = {"actor_id": request.user.pk, "at": timezone.now()}
        if "line" in request.POST:
            line = commands.pick_line(
                shipment_id=row.pk,
                line_id=row_key(request.POST["line"]),
                is_picked=request.POST.get("picked") == "yes",
                serials=request.POST.getlist("serial"),
                **who,
            )
        else:
            code = request.POST.get("code", "")
            line = commands.pick_by_scan(shipment_id=row.pk, code=code, **who)
        if line.is_picked:
            self.message_user(request, str(_("Picked.")), messages.SUCCESS)
        elif "line" not in request.POST:
            text = _("Noted: %(count)s of %(whole)s units are known.") % {
                "count": line.chosen.count(),
                "whole": grouped(line.quantity),
            }
            self.message_user(request, str(text), messages.SUCCESS)


@admin.register(Return)
class ReturnAdmin(PaperAdmin[Return], ActsAdmin[Return], LedgerAdmin[Return]):
    """What customers send back."""

    kinds_of = staticmethod(papers_of_return)

    acts = (
        Act(
            name="receive",
            label=_("Take in"),
            form=asked.ReceiveForm,
            run=lambda given: commands.receive_return(
                return_id=given.row.pk,
                bin_id=given.values["bin"].pk,
                part_id=given.values["part"].pk if "part" in given.values else None,
                answer=given.values["answer"],
                serials=given.values["serials"],
                **given.once,
            ),
            done=_("It is in the store."),
            suits=lambda row: row.state == Back.EXPECTED,
        ),
        Act(
            name="refund",
            label=_("Refund"),
            form=asked.RefundForm,
            run=lambda given: commands.refund_return(
                return_id=given.row.pk, **given.values, **given.who
            ),
            done=_("The customer is credited."),
            suits=lambda row: row.state == Back.RECEIVED,
        ),
        Act(
            name="refuse",
            label=_("Refuse"),
            form=ReasonForm,
            run=lambda given: commands.refuse_return(
                return_id=given.row.pk, **given.values, **given.who
            ),
            done=_("The return is refused."),
            suits=lambda row: row.state in (Back.EXPECTED, Back.RECEIVED),
            is_danger=True,
        ),
    )
    fields = [
        "number", "line", "kind", "state", "papers", "quantity", "reason", "answer",
        "refund", "movement", "agreed_at", "received_at", "settled_at",
    ]  # fmt: skip
    readonly_fields = ["papers"]
    list_display = ["number", "line", "kind", "state", "quantity", "buttons"]
    list_filter = ["state", "kind"]
    list_select_related = ["line__order", "line__part"]
    ordering = ["-pk"]
    search_fields = ["number", "line__order__number"]
