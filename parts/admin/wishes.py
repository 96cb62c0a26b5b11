"""Wishes on the desk: what they were answered, what is held for them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.desk import LedgerAdmin
from common.errors import DomainError
from common.formats import grouped
from common.reading import title
from parts import commands, queries
from parts.admin.acts import Act, ActForm, ActsAdmin, ReasonForm
from parts.admin.finding import ByPart, NamesKeys, part_cell, part_title
from parts.admin.serials import BySerialForm
from parts.models import (
    Availability,
    Demand,
    Reservation,
)


class IsShort(admin.SimpleListFilter):
    """Wishes without a date, or dated after they are needed."""

    title = _("shortage")
    parameter_name = "short"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Short"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Demand]
    ) -> QuerySet[Demand]:
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=queries.shortages().order_by().values("pk"))


class DrawForm(BySerialForm):
    quantity = forms.DecimalField(
        label=_("Quantity"), max_digits=12, decimal_places=3, min_value=0
    )
    reason = forms.CharField(label=_("Note"), max_length=200, required=False)


@title(Demand)
def demand_title(row: Demand) -> str:
    return part_title(row.part)


@title(Availability)
def answer_title(row: Availability) -> str:
    return f"{part_title(row.demand.part)} · {row.get_kind_display()}"


@title(Reservation)
def hold_title(row: Reservation) -> str:
    place = row.level or row.order_line
    return f"{part_title(place.part)} · {grouped(row.quantity)}" if place else "—"


def waits(row: Demand) -> bool:
    return row.state in (Demand.State.OPEN, Demand.State.RESERVED)


@admin.register(Demand)
class DemandAdmin(
    NamesKeys[Demand], ByPart[Demand], ActsAdmin[Demand], LedgerAdmin[Demand]
):
    """Who wants what, and what they were answered."""

    search_exactly = ("demand_key", "subject_key")
    acts = (
        Act(
            name="hold",
            label=_("Hold what there is"),
            form=ActForm,
            run=lambda given: commands.reserve_for_demand(
                demand_id=given.row.pk, **given.who
            ),
            done=_("Held what lies here and what is on order."),
            suits=waits,
        ),
        Act(
            name="issue",
            label=_("Draw"),
            form=DrawForm,
            run=lambda given: commands.issue_parts(
                demand_id=given.row.pk, **given.values, **given.once
            ),
            done=_("Drawn."),
            suits=waits,
        ),
        Act(
            name="cancel",
            label=_("Give up"),
            form=ReasonForm,
            run=lambda given: commands.cancel_demand(
                demand_id=given.row.pk, **given.values, **given.who
            ),
            done=_("The wish is given up; its holds are free."),
            suits=waits,
            is_danger=True,
        ),
    )
    list_display = [
        "part_named", "named", "quantity", "drawn", "needed_on", "state", "answer",
        "answer_on", "priority",
    ]  # fmt: skip
    list_filter = ["state", IsShort, "availability__kind"]
    list_select_related = ["part", "availability"]
    ordering = ["priority", "needed_on", "pk"]
    readonly_fields = ["why"]

    @admin.display(description=_("answer"))
    def answer(self, row: Demand) -> str:
        found = getattr(row, "availability", None)
        return found.get_kind_display() if found else "—"

    @admin.display(description=_("available on"))
    def answer_on(self, row: Demand) -> Any:
        found = getattr(row, "availability", None)
        return found.available_on if found else None

    @admin.display(description=_("why"))
    def why(self, row: Demand) -> str:
        found = getattr(row, "availability", None)
        if found is None:
            return "—"
        texts = (
            queries.availability_sentence(found),
            queries.availability_hint(found),
        )
        return " — ".join(filter(None, texts))


@admin.register(Availability)
class AvailabilityAdmin(
    NamesKeys[Availability], ByPart[Availability], LedgerAdmin[Availability]
):
    """The newest answers and the reasons behind them."""

    part_path = "demand__part"
    exclude = ["detail"]
    key_path = "demand.subject_key"
    readonly_fields = ["sentence"]
    search_exactly = ("demand__subject_key",)
    list_display = [
        "part_named", "named", "kind", "quantity", "available_on", "confidence",
        "sentence", "answered_at",
    ]  # fmt: skip
    list_filter = ["kind", "confidence"]
    list_select_related = ["demand__part"]
    ordering = ["available_on", "pk"]
    show_full_result_count = False

    @admin.display(description=_("why"))
    def sentence(self, row: Availability) -> str:
        return queries.availability_sentence(row)


class ReleaseForm(ActionForm):
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


@admin.register(Reservation)
class ReservationAdmin(
    NamesKeys[Reservation], ActsAdmin[Reservation], LedgerAdmin[Reservation]
):
    """What is held, of bins and of order lines."""

    key_path = "demand_key"
    action_form = ReleaseForm
    actions = ["release"]
    acts = (
        Act(
            name="release",
            label=_("Release"),
            form=ReasonForm,
            run=lambda given: commands.release_hold(
                reservation_id=given.row.pk, **given.values, **given.who
            ),
            done=_("The hold is released."),
            suits=lambda row: row.state == Reservation.State.HELD,
            is_danger=True,
        ),
    )
    list_display = [
        "part_held", "named", "place", "quantity", "state", "held_until",
    ]  # fmt: skip
    list_filter = ["state"]
    list_select_related = [
        "level__part", "level__bin", "order_line__part", "order_line__order",
    ]  # fmt: skip
    ordering = ["-pk"]
    search_fields = ["demand_key"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reservation]:
        rows = super().get_queryset(request)
        return rows.prefetch_related(
            "level__part__numbers", "order_line__part__numbers"
        )

    @admin.display(description=_("part"))
    def part_held(self, row: Reservation) -> SafeString | str:
        place = row.level or row.order_line
        return part_cell(place.part) if place else "—"

    @admin.display(description=_("held of"))
    def place(self, row: Reservation) -> str:
        if row.level is not None:
            return row.level.bin.code
        return row.order_line.order.number if row.order_line else "—"

    @admin.action(description=_("Release the selected holds (with a reason)"))
    def release(self, request: HttpRequest, holds: QuerySet[Reservation]) -> None:
        """Release each selected hold; say which could not be."""
        reason = request.POST.get("reason", "").strip()
        if not reason:
            self.message_user(request, _("Give a reason."), messages.WARNING)
            return
        released = 0
        for pk in holds.values_list("pk", flat=True):
            try:
                released += commands.release_hold(
                    reservation_id=pk,
                    reason=reason,
                    actor_id=request.user.pk,
                    at=timezone.now(),
                )
            except DomainError as refusal:
                self.message_user(request, refusal.sentence, messages.WARNING)
        text = ngettext("%d hold released.", "%d holds released.", released)
        self.message_user(request, text % released, messages.SUCCESS)
