"""What is changed here moves plans: whoever plans hears of it."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from common.desk import HouseAdmin
from workshop.commands.shifts import note_people_changed
from workshop.models import Absence, Bay, Holiday, Site, Technician, WorkingHours

M = TypeVar("M", bound=Model)
CAUSES: dict[type[Model], str] = {
    Absence: "ABSENCE",
    Bay: "BAYS",
    Holiday: "HOLIDAYS",
    Site: "SITE",
    Technician: "PEOPLE",
    WorkingHours: "HOURS",
}


def sites_of(row: Any) -> Iterable[int]:
    """Return the sites whose plan reads a row."""
    if isinstance(row, Site):
        return [row.pk]
    if isinstance(row, Holiday):
        sites = Site.objects.filter(country=row.country)
        return sites.order_by("pk").values_list("pk", flat=True)
    if isinstance(row, Absence):
        return [row.technician.site_id]
    return [row.site_id]


class MovesPlans(HouseAdmin[M]):
    """A model whose rows the plan is made from."""

    def save_model(
        self, request: HttpRequest, obj: M, form: ModelForm[M], change: bool
    ) -> None:
        before = self._saved(obj) if change else set()
        super().save_model(request, obj, form, change)
        # Whom it has left plans anew as well; the others hear of it once all is saved.
        self._note(before - set(sites_of(obj)))

    def save_related(
        self, request: HttpRequest, form: ModelForm[M], formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        if form.has_changed() or any(each.has_changed() for each in formsets):
            self._note(sites_of(form.instance))

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        sites = list(sites_of(obj))
        super().delete_model(request, obj)
        self._note(sites)

    # Django's list deletes outside a transaction; what is told goes with it.
    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        sites = {site for row in queryset for site in sites_of(row)}
        super().delete_queryset(request, queryset)
        self._note(sites)

    def _saved(self, obj: M) -> set[int]:
        """Return the sites whose plan reads the row as it still stands."""
        row = self.model._default_manager.filter(pk=obj.pk).first()
        return set(sites_of(row)) if row is not None else set()

    def _note(self, sites: Iterable[int]) -> None:
        note_people_changed(site_ids=sites, cause=CAUSES[self.model])
