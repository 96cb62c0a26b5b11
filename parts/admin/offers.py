"""Suppliers on the desk and what they offer."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.desk import HouseAdmin, HouseInline
from parts import commands, queries
from parts.admin.finding import ByPart
from parts.models import (
    OfferBreak,
    Supplier,
    SupplierOffer,
)


@admin.register(Supplier)
class SupplierAdmin(HouseAdmin[Supplier]):
    list_display = ["__str__", "code", "country", "currency", "email", "is_demo"]
    ordering = ["code"]
    search_fields = ["code", "name_en", "name_ja"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class BreakInline(HouseInline[OfferBreak]):
    """What one costs from a quantity on."""

    model = OfferBreak
    extra = 1
    fields = ["from_quantity", "price"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[OfferBreak]:
        return super().get_queryset(request).order_by("from_quantity")


@admin.register(SupplierOffer)
class SupplierOfferAdmin(ByPart[SupplierOffer]):
    """What suppliers say, with its age. Advice, never stock."""

    autocomplete_fields = ["part", "supplier"]
    inlines = [BreakInline]
    list_display = [
        "part_named", "supplier", "price", "lead_days", "learnt", "seen_on",
        "is_withdrawn",
    ]  # fmt: skip
    list_filter = ["is_withdrawn", "supplier"]
    list_select_related = ["part", "supplier"]
    ordering = ["-seen_on", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SupplierOffer]:
        return queries.with_learnt(super().get_queryset(request))

    @admin.display(description=_("half and four of five came within"))
    def learnt(self, row: Any) -> str:
        """What deliveries have taught, beside the supplier's own word."""
        if getattr(row, "learnt_median", None) is None:
            return "—"
        return f"{row.learnt_median} / {row.learnt_late}"

    def save_model(
        self, request: HttpRequest, obj: SupplierOffer, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        commands.note_part_edited(
            part_id=obj.part_id,
            fields=["offer", *form.changed_data],
            actor_id=request.user.pk,
            at=timezone.now(),
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An offer that is gone is withdrawn, so that its history stays."""
        return False
